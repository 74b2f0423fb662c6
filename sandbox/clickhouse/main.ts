/** The server process: run by `startClickHouse`, ends with its parent. */

import type { FromServer, ToServer } from "./ipc";
import { type Server, startServer } from "./server";

const CLOSE_TIMEOUT_MS = 5000;

let server: Promise<Server> | undefined;

function send(message: FromServer): void {
  process.send?.(message);
}

async function stop(exitCode: number): Promise<void> {
  // A statement that never ends must not keep the process.
  setTimeout(() => process.exit(1), CLOSE_TIMEOUT_MS).unref();
  const running = await server?.catch(() => undefined);
  await running?.close();
  process.exit(exitCode);
}

async function start(message: Extract<ToServer, { type: "start" }>): Promise<void> {
  server = startServer(message.options);
  try {
    const { ports, caFile } = await server;
    send({ type: "started", ports, ...(caFile === undefined ? {} : { caFile }) });
  } catch (error) {
    send({ type: "failed", message: error instanceof Error ? error.message : String(error) });
  }
}

async function receive(message: ToServer): Promise<void> {
  if (message.type === "start") return start(message);
  if (message.type === "stop") return stop(0);
  const running = await server;
  if (!running) return;
  if (message.type === "fault") running.faults.set(message.fault, Date.now());
  if (message.type === "close") {
    await running.close();
    server = undefined;
  }
  send({ type: "answer", id: message.id, stats: running.stats });
}

process.on("message", (message: ToServer) => void receive(message));
process.on("disconnect", () => void stop(0));
process.on("SIGTERM", () => void stop(0));
// Ctrl-C reaches the whole process group; the parent decides when to stop.
process.on("SIGINT", () => undefined);
