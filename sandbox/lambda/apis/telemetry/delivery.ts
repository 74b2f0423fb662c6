import * as http from "node:http";
import type { Socket } from "node:net";
import type { TelemetrySubscription } from "./subscription";

/** Opens a connection to a port of the environment's own loopback. */
export type Connect = (port: number) => Socket;

/** Delivers one batch of serialized events to its subscriber. */
export interface TelemetryDelivery {
  /** @throws if the subscriber did not accept it; the same batch can be sent again. */
  deliver(events: string[]): Promise<void>;
  close(): void;
}

export function openDelivery({ destination }: TelemetrySubscription, connect: Connect): TelemetryDelivery {
  return destination.protocol === "HTTP"
    ? new HttpDelivery(destination.port, destination.path, connect)
    : new TcpDelivery(destination.port, connect);
}

/** One POST of a JSON array after another, over a connection that is kept. */
class HttpDelivery implements TelemetryDelivery {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  constructor(
    private readonly port: number,
    private readonly path: string,
    connect: Connect,
  ) {
    this.agent.createConnection = () => connect(port);
  }

  deliver(events: string[]): Promise<void> {
    const body = `[${events.join(",")}]`;
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent: this.agent,
          method: "POST",
          path: this.path,
          headers: {
            host: `sandbox.localdomain:${this.port}`,
            "content-type": "application/json",
            "content-length": Buffer.byteLength(body),
          },
        },
        (response) => {
          response.resume();
          response.on("error", reject);
          response.on("end", () => {
            const status = response.statusCode ?? 0;
            if (status >= 200 && status < 300) resolve();
            else reject(new Error(`the subscriber answered ${status}`));
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

/** One JSON object per line. TCP has no response: what the connection accepted counts as delivered. */
class TcpDelivery implements TelemetryDelivery {
  private socket: Socket | undefined;

  constructor(
    private readonly port: number,
    private readonly connect: Connect,
  ) {}

  deliver(events: string[]): Promise<void> {
    const socket = this.socket ?? this.connect(this.port);
    this.socket = socket;
    return new Promise((resolve, reject) => {
      const failed = () => {
        socket.destroy();
        this.socket = undefined;
        reject(new Error("the subscriber closed its connection"));
      };
      socket.once("error", failed).once("close", failed);
      socket.resume();
      socket.write(`${events.join("\n")}\n`, (error) => {
        socket.off("error", failed).off("close", failed);
        if (error) failed();
        else resolve();
      });
    });
  }

  close(): void {
    this.socket?.destroy();
  }
}
