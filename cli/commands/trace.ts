import type { Command } from "commander";
import { hyperDxLinks } from "../../clickstack/links";
import { type RenderOptions, renderTrace } from "../../traces/render";
import { milliseconds, nodesOf, type TraceTree, traceTree } from "../../traces/tree";
import { type ClickHouseOptions, type RowReader, requiredClickHouse } from "../clickhouse/connection";
import {
  lastTraceStatement,
  type StoredLine,
  type StoredSpan,
  traceLinesStatement,
  traceSpansStatement,
} from "../clickhouse/traces";
import type { ExitCode } from "../plan/exitCodes";
import { UsageError } from "../plan/usageError";
import { styled, type Terminal } from "../terminal/terminal";
import { withExamples } from "./help";
import { withClickHouse } from "./options";
import { withReader } from "./tail";

/** The options of `trace`. */
export interface TraceOptions extends ClickHouseOptions {
  hyperdx?: string;
  json?: boolean;
}

/** `trace`: one trace as a tree, from ClickHouse. */
export function traceCommand(parent: Command): Command {
  const command = parent
    .command("trace")
    .summary("show a trace with its log lines as a tree, from ClickHouse")
    .description("Shows a trace as a tree: its spans, and below each the log lines that were written in it.")
    .argument("<id>", "id of the trace, or `last` for the newest one")
    .argument("[functions...]", "with `last`: functions or services of which it is to be")
    .option("--json", "write the tree as JSON");
  withHyperDx(withClickHouse(command));
  return withExamples(command, [
    { about: "The newest trace of a function", call: "trace last orders" },
    { about: "A trace by its id", call: "trace 5759e988bd862e3fe1be46a994272793" },
  ]);
}

/** The option for HyperDX's URL. */
export function withHyperDx(command: Command): Command {
  return command.option(
    "--hyperdx <url>",
    "HyperDX's app, such as http://localhost:8080, to print links to it (default: HYPERDX_APP_URL)",
  );
}

/** URLs of HyperDX's pages, if the options or the environment contain its URL. */
export function linksOf({ environment }: Terminal, hyperdx: string | undefined) {
  const url = hyperdx ?? environment.HYPERDX_APP_URL;
  return url ? hyperDxLinks(url) : undefined;
}

/** Runs `trace`. */
export async function runTrace(
  terminal: Terminal,
  id: string,
  names: readonly string[],
  options: TraceOptions,
): Promise<ExitCode> {
  const place = requiredClickHouse(options, terminal.environment);
  if (id !== "last" && !/^[0-9a-f]{32}$/i.test(id)) {
    throw new UsageError(
      `"${id}" is not the id of a trace, which has 32 hexadecimal digits; \`last\` is the newest one`,
    );
  }
  return withReader(place, async (reader) => {
    const tree = await readTrace(reader, id, names);
    if (tree === undefined || tree.roots.length + tree.orphanLines.length === 0) {
      terminal.err.write(id === "last" ? "there is no trace yet\n" : `there is no trace ${id}\n`);
      return "nothing";
    }
    if (options.json) terminal.out.write(`${JSON.stringify(tree)}\n`);
    else terminal.out.write(`${renderTrace(tree, renderOptions(terminal))}\n`);
    const link = linksOf(terminal, options.hyperdx)?.trace(tree.traceId, rangeOf(tree));
    if (link !== undefined) terminal.err.write(`\n${link}\n`);
    return "done";
  });
}

async function readTrace(
  reader: RowReader,
  id: string,
  names: readonly string[],
): Promise<TraceTree | undefined> {
  const traceId =
    id === "last"
      ? (await reader.rows<{ traceId: string }>(lastTraceStatement(names)))[0]?.traceId
      : id.toLowerCase();
  if (traceId === undefined) return undefined;
  const [spans, lines] = await Promise.all([
    reader.rows<StoredSpan>(traceSpansStatement(traceId)),
    reader.rows<StoredLine>(traceLinesStatement(traceId)),
  ]);
  return traceTree(traceId, spans, lines);
}

const colours = {
  tree: "dim",
  name: "bold",
  service: "cyan",
  time: "dim",
  error: "red",
  warn: "yellow",
  line: "reset",
} as const;

function renderOptions(terminal: Terminal): RenderOptions {
  return {
    width: terminal.out.columns ?? 140,
    paint: (text, role) => styled(terminal, terminal.out, colours[role], text),
  };
}

/** A minute around a trace: HyperDX shows this range. */
function rangeOf({ roots, orphanLines }: TraceTree): { from: number; to: number } {
  const spans = roots.flatMap(nodesOf).map(({ span }) => span);
  const times = [...spans, ...orphanLines].map(({ time }) => milliseconds(time));
  const ends = spans.map(({ time, durationMs }) => milliseconds(time) + durationMs);
  return {
    from: Math.floor(Math.min(...times)) - 60_000,
    to: Math.ceil(Math.max(...times, ...ends)) + 60_000,
  };
}
