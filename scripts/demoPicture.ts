import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { terminalProgress } from "../demo/progress";
import { type DemoResult, problems } from "../demo/result";
import { runDemo } from "../demo/run";
import { Cleanup } from "../dev/cleanup";
import type { StoredLog, StoredSpan } from "../sandbox/clickhouse/telemetry";
import { type Role, renderTrace } from "../traces/render";
import type { TraceTree } from "../traces/tree";

/** The README's picture. */
export const picturePath = join(__dirname, "..", "docs", "images", "demo.svg");

/** The rows that the picture shows. */
export type PictureRows = Pick<DemoResult, "logs" | "spans" | "trace">;

const logLines = 10;
const font = { size: 13, width: 7.83, line: 20 };
const margin = 20;
const columns = 124;
const colours = {
  background: "#0f172a",
  text: "#e2e8f0",
  dim: "#94a3b8",
  bar: "#38bdf8",
  info: "#67e8f9",
  warn: "#fbbf24",
  error: "#f87171",
};

/** A piece of text at a column. */
interface Piece {
  column: number;
  text: string;
  colour?: string;
  bold?: boolean;
}

/** A line of the picture: text, and the bar of a span, in columns. */
interface Line {
  pieces: Piece[];
  bar?: { from: number; to: number; colour: string };
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function bodyOf(log: StoredLog): string {
  return log.body.trimEnd().replaceAll("\n", " ⏎ ").replaceAll(/\s+/g, " ");
}

function severityColour(severity: string): string {
  return (
    { error: colours.error, fatal: colours.error, warn: colours.warn }[severity.toLowerCase()] ?? colours.info
  );
}

/** Milliseconds of the day; the date does not matter within one run. */
function milliseconds(time: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = time.slice(11).split(":").map(Number);
  return ((hours * 60 + minutes) * 60 + seconds) * 1000;
}

function logPanel(logs: readonly StoredLog[]): Line[] {
  const title = [
    { column: 0, text: "otel_logs", bold: true },
    {
      column: 11,
      text: `the last ${Math.min(logLines, logs.length)} of ${logs.length} rows`,
      colour: colours.dim,
    },
  ];
  const places = [0, 14, 37, 45, 60, 75];
  const head = ["Timestamp", "ServiceName", "Level", "invocation id", "TraceId", "Body"].map(
    (text, index) => ({
      column: places[index] ?? 0,
      text,
      colour: colours.dim,
    }),
  );
  const rows = logs.slice(-logLines).map((log): Line => {
    const [time = 0, service = 0, level = 0, invocation = 0, trace = 0, body = 0] = places;
    return {
      pieces: [
        { column: time, text: log.time.slice(11, 23), colour: colours.dim },
        { column: service, text: clip(log.service, 21) },
        { column: level, text: log.severity, colour: severityColour(log.severity) },
        { column: invocation, text: `${log.invocationId.slice(0, 12)}…` },
        { column: trace, text: `${log.traceId.slice(0, 12)}…` },
        { column: body, text: clip(bodyOf(log), columns - body) },
      ],
    };
  });
  return [{ pieces: title }, { pieces: head }, ...rows];
}

/** One invocation as HyperDX draws it: its span, and its lines where they were written. */
function tracePanel(span: StoredSpan, logs: readonly StoredLog[]): Line[] {
  const own = logs.filter(({ spanId }) => spanId === span.spanId);
  const begin = milliseconds(span.time);
  const [left, right] = [75, columns - 2];
  const place = (time: string): number =>
    left + Math.max(0, Math.min(1, (milliseconds(time) - begin) / span.durationMs)) * (right - left);
  const colour = span.status === "Error" ? colours.error : colours.bar;
  const title = [
    { column: 0, text: "otel_traces", bold: true },
    { column: 13, text: `trace ${span.traceId}`, colour: colours.dim },
  ];
  const spanLine: Line = {
    pieces: [
      { column: 0, text: `▼ ${clip(span.name, 40)}` },
      { column: 45, text: `${span.durationMs.toFixed(1)} ms`, colour },
    ],
    bar: { from: left, to: right, colour },
  };
  const lines = own.map(
    (log): Line => ({
      pieces: [
        { column: 3, text: log.severity, colour: severityColour(log.severity) },
        { column: 10, text: clip(bodyOf(log), 60) },
        { column: place(log.time), text: "◆", colour: severityColour(log.severity) },
      ],
    }),
  );
  return [{ pieces: title }, spanLine, ...lines];
}

const roleColours: Partial<Record<Role, string>> = {
  tree: colours.dim,
  service: colours.bar,
  error: colours.error,
  warn: colours.warn,
};

/** Markers around a painted piece: control characters, which no drawn text contains. */
const [begins, ends] = ["\u0001", "\u0002"];

/** A trace through several functions, as the demo prints it. */
function treePanel(trace: TraceTree): Line[] {
  const paint = (text: string, role: Role): string => `${begins}${role}${begins}${text}${ends}`;
  const lines = renderTrace(trace, { width: columns, paint }).split("\n").map(piecesOf);
  return [
    { pieces: [{ column: 0, text: "otel_traces", bold: true }] },
    ...lines.map((pieces) => ({ pieces })),
  ];
}

function piecesOf(line: string): Piece[] {
  const parts = line.split(new RegExp(`[${begins}${ends}]`));
  // Plain text outside of painted pieces; a painted piece starts with its role.
  const painted = line.includes(begins);
  let column = 0;
  return parts.flatMap((text, index): Piece[] => {
    if (painted && index % 3 === 1) return [];
    const at = column;
    column += text.length;
    const colour = painted && index % 3 === 2 ? roleColours[parts[index - 1] as Role] : undefined;
    // SVG collapses several spaces in a row: each part between them gets its own position.
    return Array.from(text.matchAll(/\S+(?: \S+)*/g), (word) => ({
      column: at + word.index,
      text: word[0],
      ...(colour && { colour }),
    }));
  });
}

function drawn({ pieces, bar }: Line, index: number): string {
  const y = margin + (index + 1) * font.line - 6;
  const x = (column: number): string => (margin + column * font.width).toFixed(1);
  const rectangle = bar
    ? `<rect x="${x(bar.from)}" y="${y - 10}" width="${((bar.to - bar.from) * font.width).toFixed(1)}" height="12" rx="2" fill="${bar.colour}"/>`
    : "";
  const texts = pieces.map(
    ({ column, text, colour = colours.text, bold }) =>
      `<text x="${x(column)}" y="${y}" fill="${colour}"${bold ? ' font-weight="bold"' : ""} textLength="${([...text].length * font.width).toFixed(1)}">${escaped(text)}</text>`,
  );
  return rectangle + texts.join("");
}

/**
 * The rows of one run of the demo as a picture in SVG: log records, and the trace of the request through three
 * functions with its lines, or of one invocation if there is none.
 * @throws if the run has no invoke span with more than one line.
 */
export function demoPicture({ logs, spans, trace }: PictureRows): string {
  const linesOf = (span: StoredSpan): number => logs.filter(({ spanId }) => spanId === span.spanId).length;
  const span = [...spans].sort((a, b) => linesOf(b) - linesOf(a))[0];
  if (span === undefined || linesOf(span) < 2) throw new Error("no invocation of this run has several lines");
  const lines = [...logPanel(logs), { pieces: [] }, ...(trace ? treePanel(trace) : tracePanel(span, logs))];
  const width = Math.ceil(2 * margin + columns * font.width);
  const height = 2 * margin + lines.length * font.line;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${font.size}" xml:space="preserve">
<title>Log records and a trace of one run of npm run demo</title>
<rect width="100%" height="100%" rx="8" fill="${colours.background}"/>
${lines.map(drawn).filter(Boolean).join("\n")}
</svg>
`;
}

async function main(): Promise<void> {
  const cleanup = new Cleanup();
  try {
    const progress = terminalProgress();
    const result = await runDemo({ allArchitectures: false, open: false, rounds: 1, progress, cleanup });
    const found = problems(result);
    if (found.length > 0) throw new Error(found.join("\n"));
    writeFileSync(picturePath, demoPicture(result));
    console.log(`wrote ${picturePath}`);
  } finally {
    await cleanup.run();
  }
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
