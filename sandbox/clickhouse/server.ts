import * as path from "node:path";
import { FaultPlan } from "./base/faults";
import { emptyStats, type IntakeStats } from "./base/signal";
import { serverCertificate } from "./certificates";
import { READER } from "./http/credentials";
import { answerClickHouse, type Clients } from "./http/interface";
import { Sessions } from "./http/sessions";
import type { ServerOptions } from "./ipc";
import { type Listener, listen } from "./listener";
import { answerOtlp } from "./otlp/intake";
import { Engine } from "./store/engine";

/** The engine with both listeners in front of it, in this process. */
export interface Server {
  readonly ports: readonly [number, number];
  readonly caFile?: string;
  readonly faults: FaultPlan;
  readonly stats: IntakeStats;
  /** Stops accepting requests, finishes running ones and closes the data directory. */
  close(): Promise<void>;
}

/** Opens the data directory and starts to listen. */
export async function startServer(options: ServerOptions): Promise<Server> {
  // Loaded here, since it fails on a platform for which chdb has no engine.
  const { Session } = await import("chdb");
  const { ingestionKey, attributes, directory, ports } = options;
  const certificate = options.tls ? await serverCertificate(path.join(directory, "tls")) : undefined;
  const openSession = (dataDirectory: string) => new Session(dataDirectory);
  const engine = await Engine.open(directory, attributes, openSession);
  const reader = await Engine.openReader(engine, directory, openSession);
  const faults = new FaultPlan();
  const stats = emptyStats();
  const context = { ingestionKey, attributes, faults, stats, store: engine.insertRows.bind(engine) };
  const clients: Clients = {
    ingestionKey,
    users: {
      default: { engine, sessions: new Sessions() },
      reader: { engine: reader, sessions: new Sessions(), reader: READER },
    },
  };
  const listeners: Listener[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(listeners.map((listener) => listener.close()));
    await reader.close();
    await engine.close();
  };
  try {
    const http = await listen(ports[0], certificate, (request, response) =>
      answerClickHouse(clients, request, response),
    );
    listeners.push(http);
    const otlp = await listen(ports[1], certificate, (request, response) =>
      answerOtlp(context, request, response),
    );
    listeners.push(otlp);
    const caFile = certificate?.caFile;
    return {
      ports: [http.port, otlp.port],
      ...(caFile === undefined ? {} : { caFile }),
      faults,
      stats,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
