import { printable } from "../../traces/printable";
import type { Line } from "../clickhouse/lines";
import { type Level, levelOfNumber } from "../plan/severity";
import { styled, type Terminal } from "./terminal";

const colours: Readonly<Record<Level, "dim" | "reset" | "yellow" | "red">> = {
  trace: "dim",
  debug: "dim",
  info: "reset",
  warn: "yellow",
  error: "red",
  fatal: "red",
};

/** A log line for a terminal: time, level, function, and the message, without control sequences. */
export function lineText(terminal: Terminal, line: Omit<Line, "hash">): string {
  const { time, service, severity, severityNumber, body } = line;
  const level = levelOfNumber(severityNumber);
  const { out } = terminal;
  const shown = (severity || level || "").toUpperCase().padEnd(5);
  const moment = styled(terminal, out, "dim", `${time.slice(0, 23).replace(" ", "T")}Z`);
  const rest = printable(`${shown} ${line.function || service}  ${body.trimEnd()}`);
  return `${moment} ${level === undefined ? rest : styled(terminal, out, colours[level], rest)}`;
}
