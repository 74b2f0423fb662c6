import { createServer, type Socket } from "node:net";

/**
 * Lets a debugger on this machine reach Node.js inside a function's environment: forwards a port of 127.0.0.1 to the same port
 * there.
 * @param connect opens a connection into the environment; undefined while there is none.
 * @returns stops forwarding.
 * @throws if the port is in use; the message names it.
 */
export async function startDebugPort(
  port: number,
  connect: () => Socket | undefined,
): Promise<() => Promise<void>> {
  const open = new Set<Socket>();
  const server = createServer((outside) => {
    const inside = connect();
    if (inside === undefined) return void outside.destroy();
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      failed(
        error.code === "EADDRINUSE"
          ? new Error(`port ${port} is in use: pass another one to --inspect`)
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", listening);
  });
  return () =>
    new Promise((closed) => {
      server.close(() => closed());
      for (const socket of open) socket.destroy();
    });
}
