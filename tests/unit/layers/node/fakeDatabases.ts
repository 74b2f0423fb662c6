import type { AddressInfo } from "node:net";
import * as net from "node:net";
import { BSON } from "mongodb";
import { createServer as createMysqlServer } from "mysql2";

/** A test's server, on a free port. */
export interface FakeDatabase {
  port: number;
  close: () => void;
}

async function listen(onData: (socket: net.Socket, data: Buffer) => void): Promise<FakeDatabase> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy()).on("data", (data) => onData(socket, data));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, close };
}

/** Answers each command with OK, those with `FAIL` in them with an error, in RESP. */
export const fakeRedis = (): Promise<FakeDatabase> =>
  listen((socket, data) => {
    for (const command of data.toString("latin1").split(/(?=\*\d+\r\n\$)/)) {
      socket.write(command.includes("FAIL") ? "-ERR no such thing\r\n" : "+OK\r\n");
    }
  });

const message = (type: string, content: Buffer): Buffer => {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
};
const ready = message("Z", Buffer.from("I"));
const complete = message("C", Buffer.from("SELECT 0\0"));
const failure = message("E", Buffer.from('SERROR\0C42P01\0Mrelation "missing" does not exist\0\0'));

/** The parts of PostgreSQL's protocol that a client needs for queries without rows. */
export const fakePostgres = (): Promise<FakeDatabase> => {
  const failed = new WeakSet<net.Socket>();
  return listen((socket, data) => {
    // The first message of a connection has no type: its length begins with zeros.
    if (data[0] === 0) return void socket.write(Buffer.concat([message("R", Buffer.alloc(4)), ready]));
    for (let at = 0; at < data.length; at += 1 + data.readInt32BE(at + 1)) {
      const type = String.fromCharCode(data[at] ?? 0);
      const isMissing = data.includes("missing");
      if (type === "Q") socket.write(Buffer.concat([isMissing ? failure : complete, ready]));
      if (type === "P" && isMissing) failed.add(socket);
      const answers: Record<string, Buffer> = {
        P: isMissing ? failure : message("1", Buffer.alloc(0)),
        B: message("2", Buffer.alloc(0)),
        D: message("n", Buffer.alloc(0)),
        E: complete,
        S: ready,
      };
      const answer = answers[type];
      if (answer !== undefined && (!failed.has(socket) || type === "P" || type === "S")) socket.write(answer);
      if (type === "S") failed.delete(socket);
    }
  });
};

type MysqlServer = ReturnType<typeof createMysqlServer>;

/** The part of mysql2's server connections for which it has no types. */
interface MysqlConnection {
  sequenceId: number;
  on(event: string, listener: (sql: string) => void): void;
  serverHandshake(options: object): void;
  writeError(error: { code: number; message: string }): void;
  writeOk(result: { affectedRows: number }): void;
  close(): void;
}

/** MySQL's protocol, implemented by mysql2 itself. */
export const fakeMysql = async (): Promise<FakeDatabase> => {
  const server = (createMysqlServer as () => MysqlServer)();
  const connections: MysqlConnection[] = [];
  server.on("connection", (made: unknown) => {
    const connection = made as MysqlConnection;
    connections.push(connection);
    connection.on("error", () => {});
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: "8.0.0",
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: 0xffffff ^ 0x800,
    });
    connection.on("query", (sql: string) => {
      connection.sequenceId = 1;
      if (sql.includes("missing")) connection.writeError({ code: 1146, message: "no such table" });
      else connection.writeOk({ affectedRows: 0 });
    });
  });
  await new Promise<void>(
    (resolve) => void (server as unknown as net.Server).listen(0, "127.0.0.1", resolve),
  );
  const inner = (server as unknown as { _server: net.Server })._server;
  const close = (): void => {
    for (const connection of connections) connection.close();
    inner.close();
  };
  return { port: (inner.address() as AddressInfo).port, close };
};

/** Answers OP_MSG of MongoDB. */
export const fakeMongo = (): Promise<FakeDatabase> =>
  listen((socket, data) => {
    for (let at = 0; at < data.length; at += data.readInt32LE(at)) {
      const [requestId, opCode] = [data.readInt32LE(at + 4), data.readInt32LE(at + 12)];
      const isQuery = opCode === 2004;
      const start = isQuery ? data.indexOf(0, at + 20) + 9 : at + 21;
      const command = BSON.deserialize(data.subarray(start, start + data.readInt32LE(start)));
      const hello = {
        ok: 1,
        isWritablePrimary: true,
        ismaster: true,
        minWireVersion: 0,
        maxWireVersion: 21,
        helloOk: true,
      };
      const found = { ok: 1, cursor: { id: BSON.Long.fromNumber(0), ns: "shop.orders", firstBatch: [] } };
      const error = { ok: 0, code: 26, codeName: "NamespaceNotFound", errmsg: "no such collection" };
      const first = Object.keys(command)[0] ?? "";
      const answer = JSON.stringify(command).includes("missing")
        ? error
        : first === "find"
          ? found
          : { ok: 1, n: 1 };
      const document = BSON.serialize(/hello|ismaster/i.test(first) ? hello : answer);
      const head = Buffer.alloc(isQuery ? 36 : 21);
      head.writeInt32LE(head.length + document.length, 0);
      head.writeInt32LE(requestId, 8);
      head.writeInt32LE(isQuery ? 1 : 2013, 12);
      if (isQuery) head.writeInt32LE(1, 32);
      socket.write(Buffer.concat([head, document]));
    }
  });
