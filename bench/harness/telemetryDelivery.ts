import { Agent, request } from "node:http";
import { performance } from "node:perf_hooks";
import type { TelemetryEvent } from "./telemetryEvents";

/** What an extension subscribed to. */
export interface Subscription {
  types: readonly string[];
  maxItems: number;
  maxBytes: number;
  uri: string;
}

/** When a request of events went out and was answered, in `performance.now()`'s milliseconds. */
export interface Delivered {
  sentAt: number;
  answeredAt: number;
}

const attempts = 6;
const pauseMs = 20;

/** Delivers events to an extension as Lambda does: one request at a time, as large as the subscription allows. */
export class TelemetryDelivery {
  readonly errors: string[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly runtimeApi: string) {}

  /** The requests that these events took, once the extension has answered them. */
  deliver(subscription: Subscription, events: readonly TelemetryEvent[]): Promise<Delivered[]> {
    const wanted = events.filter(({ type }) => subscription.types.includes(kindOf(type)));
    const delivered = this.queue.then(async () => {
      const answers: Delivered[] = [];
      for (const body of bodies(wanted, subscription)) answers.push(await this.send(subscription.uri, body));
      return answers;
    });
    this.queue = delivered;
    return delivered;
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(uri: string, body: string): Promise<Delivered> {
    const sentAt = performance.now();
    for (let attempt = 1; ; attempt++) {
      try {
        await this.post(uri, body);
        break;
      } catch (error) {
        if (attempt === attempts) {
          this.errors.push(`events were not taken: ${(error as Error).message}`);
          break;
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
      }
    }
    return { sentAt, answeredAt: performance.now() };
  }

  private post(uri: string, body: string): Promise<void> {
    return new Promise((taken, failed) => {
      const headers = {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
        "lambda-runtime-api": this.runtimeApi,
      };
      const post = request(uri, { method: "POST", agent: this.agent, headers }, (response) => {
        const { statusCode = 0 } = response;
        response
          .resume()
          .on("end", () => (statusCode < 300 ? taken() : failed(new Error(`HTTP ${statusCode}`))));
      });
      post.setNoDelay(true);
      post.on("error", failed);
      post.end(body);
    });
  }
}

function kindOf(type: string): string {
  return type.startsWith("platform.") ? "platform" : type;
}

/** JSON lists of events, each within the limits of the subscription. */
export function* bodies(
  events: readonly TelemetryEvent[],
  { maxItems, maxBytes }: Pick<Subscription, "maxItems" | "maxBytes">,
): Generator<string> {
  let [items, bytes]: [string[], number] = [[], 2];
  for (const event of events) {
    const item = JSON.stringify(event);
    if (items.length > 0 && (items.length >= maxItems || bytes + item.length + 1 > maxBytes)) {
      yield `[${items.join(",")}]`;
      [items, bytes] = [[], 2];
    }
    items.push(item);
    bytes += item.length + 1;
  }
  if (items.length > 0) yield `[${items.join(",")}]`;
}
