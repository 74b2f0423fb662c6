/**
 * Works around a bug of @pulumi/pulumi, up to 3.276.0 at least: an unhandled rejection in one component of a provider
 * ends every call in progress with its error, including those of other components (`Server` in
 * sdk/nodejs/provider/server.ts).
 * No longer needed once that finds by the asynchronous context which call a rejection belongs to.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

type Answer = (error: unknown, response?: unknown) => void;
type Handler = (call: unknown, answer: Answer) => unknown;
type Implementation = Record<string, unknown>;
/** The part of gRPC's server with which Pulumi registers the handlers of the engine's calls. */
interface GrpcServer {
  addService(service: unknown, implementation: Implementation): void;
}

/** A construction requested by the engine. */
class Construction {
  private isAnswered = false;
  private hasFailed = false;
  /** Errors that have already been reported: one error can be the reason of many promises. */
  private readonly reported = new Set<unknown>();

  public constructor(private readonly callback: Answer) {}

  public readonly answer: Answer = (error, response) => {
    if (error) this.reported.add(error);
    if (this.isAnswered) return;
    this.isAnswered = true;
    this.hasFailed = Boolean(error);
    this.callback(error, response);
  };

  /** Whether a failure of this construction is its response. */
  public get isOpen(): boolean {
    return !this.isAnswered || this.hasFailed;
  }

  /** Fails this construction, or the update if the engine already has its response. */
  public fail(error: unknown): void {
    if (this.reported.has(error)) return;
    this.reported.add(error);
    const reason = error instanceof Error ? error : new Error(String(error));
    void pulumi.log.error(reason.stack || reason.message);
    this.answer(reason);
  }
}

const constructions = new AsyncLocalStorage<Construction>();

/**
 * Serves a provider like `pulumi.provider.main`, with one difference: an unhandled rejection fails only the component
 * in whose construction it occurred. If a version of Pulumi does not allow that, everything is as in Pulumi.
 */
export async function serveApart(provider: pulumi.provider.Provider, args: string[]): Promise<void> {
  const before = process.listeners("unhandledRejection");
  const isWatching = watchConstructions();
  await pulumi.provider.main(provider, args);
  if (!isWatching()) return;
  const others = process.listeners("unhandledRejection").filter((listener) => !before.includes(listener));
  for (const listener of others) process.off("unhandledRejection", listener);
  process.on("unhandledRejection", (error, promise) => {
    const construction = constructions.getStore();
    if (construction) construction.fail(error);
    else for (const listener of others) listener(error, promise);
  });
}

/**
 * Fails the component that is being constructed here, for a reason that may not be reported otherwise.
 * @returns false if none is being constructed, or the engine already has its response.
 */
export function failConstruction(error: unknown): boolean {
  const construction = constructions.getStore();
  if (construction === undefined || !construction.isOpen) return false;
  construction.fail(error);
  return true;
}

/**
 * Makes every construction of the next server run in a context that identifies its rejections; returns whether it does.
 */
function watchConstructions(): () => boolean {
  const ofPulumi = createRequire(require.resolve("@pulumi/pulumi"));
  const { prototype } = (ofPulumi("@grpc/grpc-js") as { Server: { prototype: GrpcServer } }).Server;
  const { addService } = prototype;
  let isWatching = false;
  prototype.addService = function (service, implementation) {
    prototype.addService = addService;
    const { construct } = implementation;
    if (typeof construct === "function") {
      isWatching = true;
      implementation.construct = inConstruction((construct as Handler).bind(implementation));
    }
    addService.call(this, service, implementation);
  };
  return () => isWatching;
}

function inConstruction(construct: Handler): Handler {
  return (call, answer) => {
    const construction = new Construction(answer);
    return constructions.run(construction, () => construct(call, construction.answer));
  };
}
