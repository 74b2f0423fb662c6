import type { Command } from "commander";
import {
  type ClickHouseOptions,
  type ClickHousePlace,
  openClickHouse,
  type RowReader,
  requiredClickHouse,
} from "../clickhouse/connection";
import { type FollowOptions, followLines } from "../clickhouse/follow";
import { durationMs } from "../plan/duration";
import type { ExitCode } from "../plan/exitCodes";
import { levelOf, levels, severityNumberOf } from "../plan/severity";
import { waiter } from "../terminal/interruption";
import { lineText } from "../terminal/renderLine";
import type { Terminal } from "../terminal/terminal";
import { withExamples } from "./help";
import { withClickHouse } from "./options";

/** The options of `tail`. */
export interface TailOptions extends ClickHouseOptions {
  since: string;
  level?: string;
  follow?: boolean;
  json?: boolean;
}

/** Milliseconds between two queries. */
const pollMs = 2000;

/** `tail`: log lines of functions, from ClickHouse. */
export function tailCommand(parent: Command): Command {
  const command = parent
    .command("tail")
    .summary("show log lines of functions, from ClickHouse")
    .description(
      "Shows log lines from ClickHouse, the oldest first. With --follow it continues with lines as they arrive; a line that arrives more than five minutes after it was written is then not shown.",
    )
    .argument("[functions...]", "names of functions or services; * stands for any characters (default: all)")
    .option("--since <duration>", "how far to go back, such as 30s, 15m, 6h or 7d", "10m")
    .option("--level <name>", `lowest level: ${levels.join(", ")}`)
    .option("-f, --follow", "continue with lines as they arrive, until Ctrl-C")
    .option("--json", "one JSON object per line");
  withClickHouse(command);
  return withExamples(command, [
    {
      about: "Errors of the last hour, and new ones",
      call: "tail orders --since 1h --level error --follow",
    },
    { about: "All lines of two functions", call: "tail orders payments" },
  ]);
}

/** Runs `tail`. */
export async function runTail(
  terminal: Terminal,
  names: readonly string[],
  options: TailOptions,
): Promise<ExitCode> {
  const { since, level, follow, json } = options;
  const place = requiredClickHouse(options, terminal.environment);
  const selection = {
    names,
    since: Date.now() - durationMs(since, "--since"),
    severityNumber: level === undefined ? 0 : severityNumberOf(levelOf(level)),
  };
  return withReader(place, async (reader) => {
    const wait = waiter(pollMs);
    const following: FollowOptions | undefined = !follow
      ? undefined
      : { now: () => Date.now(), next: wait.next };
    let shown = 0;
    try {
      for await (const { hash: _hash, ...line } of followLines(reader, selection, following)) {
        shown += 1;
        terminal.out.write(json ? `${JSON.stringify(line)}\n` : `${lineText(terminal, line)}\n`);
      }
    } finally {
      wait.end();
    }
    if (shown > 0 || follow) return "done";
    terminal.err.write(`no lines in the last ${since}\n`);
    return "nothing";
  });
}

/** Runs with ClickHouse, whose connections end afterwards. */
export async function withReader<T>(
  place: ClickHousePlace,
  run: (reader: RowReader) => Promise<T>,
): Promise<T> {
  const reader = await openClickHouse(place);
  try {
    return await run(reader);
  } finally {
    await reader.close();
  }
}
