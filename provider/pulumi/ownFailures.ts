/**
 * Works around a fault of @pulumi/pulumi, up to 3.276.0 at least: a rejection that nobody handles in one component of a
 * provider answers every call that is under way, those of the components beside it too, with its error (`Server` in
 * sdk/nodejs/provider/server.ts).
 * Not needed any more once that finds by the asynchronous context which call a rejection belongs to.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";

type Answer = (error: unknown, response?: unknown) => void;
type Handler = (call: unknown, answer: Answer) => unknown;
type Implementation = Record<string, unknown>;
/** The part of gRPC's server by which Pulumi tells it what answers the engine's calls. */
interface GrpcServer {
  addService(service: unknown, implementation: Implementation): void;
}

/** A construction that the engine has requested. */
class Construction {
  private isAnswered = false;
  private hasFailed = false;
  /** Errors that have been reported already: one is the reason of many a promise. */
  private readonly reported = new Set<unknown>();

  public constructor(private readonly callback: Answer) {}

  public readonly answer: Answer = (error, response) => {
    if (error) this.reported.add(error);
    if (this.isAnswered) return;
    this.isAnswered = true;
    this.hasFailed = Boolean(error);
    this.callback(error, response);
  };

  /** Whether a failure of this construction is its answer. */
  public get isOpen(): boolean {
    return !this.isAnswered || this.hasFailed;
  }

  /** Fails this construction, or the update where the engine has its answer already. */
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
 * Serves a provider as `pulumi.provider.main` does, but for this: a rejection that nobody handles fails the component in
 * whose construction it came about, and no other. Where a version of Pulumi does not let it, all is as Pulumi does it.
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
 * Fails the component that is being constructed here, for a reason that nobody else may report.
 * @returns false where none is, or the engine has its answer already.
 */
export function failConstruction(error: unknown): boolean {
  const construction = constructions.getStore();
  if (construction === undefined || !construction.isOpen) return false;
  construction.fail(error);
  return true;
}

/** Has every construction of the next server run in a context by which its rejections are known; says whether it does. */
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
