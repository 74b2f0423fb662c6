import { printable } from "./printable";
import { type LineRow, milliseconds, nodesOf, type SpanNode, summarizeTrace, type TraceTree } from "./tree";

/** The role of a piece of a drawn line, for colouring it. */
export type Role = "tree" | "name" | "service" | "time" | "error" | "warn" | "line";

/** How a tree is drawn. */
export interface RenderOptions {
  /** Columns of the terminal. */
  width: number;
  /** Colours a piece. Default: unchanged. */
  paint?: (text: string, role: Role) => string;
}

/** Columns of durations and offsets at the right. */
const timeColumns = 22;

/** A span or a line, below its parent. */
interface Item {
  time: number;
  node?: SpanNode;
  line?: LineRow;
}

/**
 * Draws a trace for a terminal: a line for each span with its service, its duration and its offset from the trace's
 * start, the reason of an error below it, and its log lines in between, all in the order of time.
 */
export function renderTrace(tree: TraceTree, options: RenderOptions): string {
  const { paint = (text) => text } = options;
  const drawer = { ...options, paint, begin: beginOf(tree) };
  const { functions, spans, lines } = summarizeTrace(tree);
  const head = `trace ${tree.traceId}  ${count(functions, "service")}, ${count(spans, "span")}, ${count(lines, "line")}`;
  const roots = tree.roots.flatMap((root) => drawSpan(drawer, root, "", ""));
  const lost = tree.orphanLines.map((line) => `${paint("?", "error")} ${lineText(line, options.width - 2)}`);
  return [head, ...roots, ...lost].join("\n");
}

type Drawer = Required<RenderOptions> & { begin: number };

function drawSpan(drawer: Drawer, node: SpanNode, first: string, rest: string): string[] {
  const { paint, width, begin } = drawer;
  const { span, lines, children } = node;
  const failed = span.status === "Error";
  const offset = milliseconds(span.time) - begin;
  const times = `${duration(span.durationMs)} ${paint(`+${duration(offset).trim()}`.padStart(11), "tree")}`;
  const label = `${failed ? "✖ " : ""}${oneLine(span.name)}`;
  const service = oneLine(span.service);
  const room = Math.max(10, width - first.length - timeColumns - 1);
  const shown = clip(label, Math.max(8, room - service.length - 2));
  const gap = " ".repeat(Math.max(1, room - shown.length - service.length - 1));
  const name = paint(shown, failed ? "error" : "name");
  const head = `${paint(first, "tree")}${name} ${paint(service, "service")}${gap}${times}`;
  const items = [
    ...lines.map((line): Item => ({ time: milliseconds(line.time), line })),
    ...children.map((child): Item => ({ time: milliseconds(child.span.time), node: child })),
  ].sort((a, b) => a.time - b.time);
  const message = failed && span.statusMessage ? [reason(drawer, rest, items, span.statusMessage)] : [];
  return [
    head,
    ...message,
    ...items.flatMap((item, index) => drawItem(drawer, item, rest, index === items.length - 1)),
  ];
}

function reason({ paint, width }: Drawer, rest: string, items: readonly Item[], message: string): string {
  const bar = `${rest}${items.length > 0 ? "│  " : "   "}`;
  return `${paint(bar, "tree")}${paint(clip(oneLine(message), width - bar.length), "error")}`;
}

function drawItem(drawer: Drawer, { node, line }: Item, rest: string, isLast: boolean): string[] {
  const [branch, below] = isLast ? ["└─ ", "   "] : ["├─ ", "│  "];
  if (node !== undefined) return drawSpan(drawer, node, `${rest}${branch}`, `${rest}${below}`);
  if (line === undefined) return [];
  const indent = `${rest}${branch}`;
  const text = lineText(line, drawer.width - indent.length);
  return [`${drawer.paint(indent, "tree")}${drawer.paint(text, roleOf(line))}`];
}

function lineText({ severity, body }: LineRow, room: number): string {
  return clip(`${oneLine(severity).toUpperCase().padEnd(5)} ${oneLine(body)}`, Math.max(10, room));
}

function roleOf({ severity }: LineRow): Role {
  if (/^(error|fatal)/i.test(severity)) return "error";
  return /^warn/i.test(severity) ? "warn" : "line";
}

function beginOf({ roots }: TraceTree): number {
  return Math.min(...roots.flatMap(nodesOf).map(({ span }) => milliseconds(span.time)));
}

function duration(ms: number): string {
  return `${ms.toFixed(1)} ms`.padStart(10);
}

/** Text of a row, which a function wrote, in one line and without characters that a terminal would interpret. */
function oneLine(text: string): string {
  return printable(text)
    .trim()
    .replaceAll(/\s*\n\s*/g, " ⏎ ")
    .replaceAll(/\s+/g, " ");
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, Math.max(1, length - 1))}…`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
