import type { AddressInfo } from "node:net";
import { createServer, type Server, type Socket } from "node:net";
import Table from "cli-table3";
import { type Environment, type FaultFigures, faultFigures } from "./faultFigures";
import { type MeasuredExtension, measureAdded } from "./harness";

/**
 * The maximum that a fault may add to one invocation, and to all of an environment until the circuit breaker is open.
 */
const mostMs = { one: 1000, all: 2000 };
/** Waits of exactly a second are measured as a little more. */
const tolerance = 1.02;

const invocations = 12;
const slowAnswerMs = 2000;

/** What faults of the backend add to invocations, compared with a healthy backend. */
export interface FaultReport {
  text: string;
  raw: Record<string, FaultFigures>;
}

/** Measures backends that refuse connections, that never answer, and that need two seconds for an answer. */
export async function measureFaults(extension: MeasuredExtension, runs: number): Promise<FaultReport> {
  const hanging = await startHanging();
  const refusing = await unusedPort();
  const at = (name: string, port: number): MeasuredExtension => ({
    ...extension,
    name,
    env: { ...extension.env, ROTEL_OTLP_EXPORTER_ENDPOINT: `http://127.0.0.1:${port}` },
  });
  const options = { runs, events: 10, invocations };
  try {
    const [healthy = [], refused = [], hung = []] = await measureAdded(
      [extension, at("refuses connections", refusing), at("never answers", hanging.port)],
      options,
    );
    const [slow = []] = await measureAdded([extension], { ...options, latencyMs: slowAnswerMs });
    const raw = {
      "refuses connections": faultFigures(healthy, refused),
      "never answers": faultFigures(healthy, hung),
      "answers after 2 s": faultFigures(healthy, slow),
    };
    return { text: faultTable(raw, healthy), raw };
  } finally {
    hanging.stop();
  }
}

function faultTable(figures: Record<string, FaultFigures>, healthy: readonly Environment[]): string {
  const names = Object.keys(figures);
  const table = new Table({
    head: [`added by a backend that …, ms (medians of ${healthy.length})`, ...names, "rule", ""],
    style: { head: [], border: [] },
  });
  const row = (title: string, of: (figures: FaultFigures) => number, most?: number): void => {
    const values = Object.values(figures).map(of);
    const isWithin = values.every((value) => value <= (most ?? Number.POSITIVE_INFINITY) * tolerance);
    const rule = most === undefined ? ["–", ""] : [`≤ ${most}`, isWithin ? "within" : "OVER"];
    table.push([title, ...values.map((value) => value.toFixed(1)), ...rule]);
  };
  row("to the first invocation", ({ first }) => first, mostMs.one);
  row("to the one that it adds most to", ({ most }) => most, mostMs.one);
  row("to one when the circuit breaker has learnt", ({ learnt }) => learnt);
  row(`to all ${invocations} of an environment`, ({ all }) => all, mostMs.all);
  return table.toString();
}

/** A port that accepts connections and requests, and never answers. */
async function startHanging(): Promise<{ port: number; stop: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.resume();
  });
  const port = await listen(server);
  return {
    port,
    stop: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** A port that nobody listens on. */
async function unusedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}
