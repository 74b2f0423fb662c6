import { CommanderError } from "commander";
import { describeError } from "./aws/awsError";
import { type ExitCode, exitCodes } from "./plan/exitCodes";
import { UsageError } from "./plan/usageError";
import { makeProgram } from "./program";
import type { Terminal } from "./terminal/terminal";

/**
 * Runs the command line.
 * @param args without the program's own name.
 * @returns the exit code; every error has been printed.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: ExitCode = "done";
  try {
    await makeProgram(terminal, (ended) => {
      code = ended;
    }).parseAsync([...args], { from: "user" });
    return exitCodes[code].code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage.code;
    const isUsage = error instanceof UsageError;
    terminal.err.write(`clickstack-lambda: ${describeError(error)}\n`);
    return exitCodes[isUsage ? "usage" : "failed"].code;
  }
}
