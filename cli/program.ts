import { Command } from "commander";
import { backfillCommand, runBackfill } from "./commands/backfill";
import { clickStackCommand, runClickStack } from "./commands/clickstack";
import { cloudWatchCommand, runDisable, runEnable } from "./commands/cloudWatch";
import { completionCommand, runCompletion } from "./commands/completion";
import { devCommand, runDevCommand } from "./commands/dev";
import { instrumentCommand, runInstrument } from "./commands/instrument";
import { layersCommand } from "./commands/layers";
import { pageCommand, runPage } from "./commands/page";
import { runSnippet, snippetCommand } from "./commands/snippet";
import { runStatus, statusCommand } from "./commands/status";
import { runTail, tailCommand } from "./commands/tail";
import { runTrace, traceCommand } from "./commands/trace";
import { runUninstrument, uninstrumentCommand } from "./commands/uninstrument";
import { runVerify, verifyCommand } from "./commands/verify";
import { type ExitCode, exitCodes } from "./plan/exitCodes";
import type { Terminal } from "./terminal/terminal";
import { packageVersion } from "./version";

/** All commands. A command's exit code is passed to `end`. */
export function makeProgram(terminal: Terminal, end: (code: ExitCode) => void): Command {
  const version = packageVersion();
  const program = new Command("clickstack-lambda")
    .description("Send logs, traces and metrics of AWS Lambda functions that exist to ClickStack.")
    .version(version)
    .showHelpAfterError("(--help shows the options)")
    .addHelpText("after", `\nExit codes:\n${exitCodeLines().join("\n")}\n`)
    .configureOutput({
      writeOut: (text) => void terminal.out.write(text),
      writeErr: (text) => void terminal.err.write(text),
    })
    .exitOverride();
  instrumentCommand(program).action(async (names, options) =>
    end(await runInstrument(terminal, names, options)),
  );
  uninstrumentCommand(program).action(async (names, options) =>
    end(await runUninstrument(terminal, names, options)),
  );
  statusCommand(program).action(async (names, options) => end(await runStatus(terminal, names, options)));
  verifyCommand(program).action(async (name, options) => end(await runVerify(terminal, name, options)));
  backfillCommand(program).action(async (name, options) => end(await runBackfill(terminal, name, options)));
  const { disable, enable } = cloudWatchCommand(program);
  disable.action(async (names, options) => end(await runDisable(terminal, names, options)));
  enable.action(async (names, options) => end(await runEnable(terminal, names, options)));
  tailCommand(program).action(async (names, options) => end(await runTail(terminal, names, options)));
  traceCommand(program).action(async (id, names, options) =>
    end(await runTrace(terminal, id, names, options)),
  );
  pageCommand(program).action(async (options) => end(await runPage(terminal, options)));
  devCommand(program).action(async (target, options) => {
    if ((await runDevCommand(terminal, version, target, options)) !== 0) end("failed");
  });
  snippetCommand(program).action(async (names, options) => end(await runSnippet(terminal, names, options)));
  layersCommand(program, terminal, end);
  clickStackCommand(program, async (action, options) => end(await runClickStack(terminal, action, options)));
  completionCommand(program).action((shell) => end(runCompletion(terminal, program, shell)));
  return program;
}

function exitCodeLines(): string[] {
  return Object.values(exitCodes).map(({ code, meaning }) => `  ${code}  ${meaning}`);
}
