/**
 * Works around a bug of @pulumi/pulumi, up to 3.248.0 at least: `construct` of a provider in Node.js does not receive
 * all resource options that the engine sends (`Server.construct` in sdk/nodejs/provider/server.ts).
 * No longer needed once it reads `deleteBeforeReplace`, `additionalSecretOutputs` and `replaceWith` from the request.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { ConstructRequest } from "@pulumi/pulumi/proto/provider_pb";

/** The parts of a request that Pulumi omits. */
interface Request {
  getDeletebeforereplace?(): boolean;
  getAdditionalsecretoutputsList?(): string[];
  getReplaceWithList?(): string[];
}

const requests = new AsyncLocalStorage<Request>();

/** Remembers the request of each construction for the code that runs in it. Pulumi reads the component's name first. */
export function rememberRequests(): void {
  const prototype = ConstructRequest.prototype as Request & { getName?(): string };
  const { getName } = prototype;
  if (getName === undefined) return;
  prototype.getName = function (this: Request) {
    requests.enterWith(this);
    return getName.call(this);
  };
}

/** The options that Pulumi omits of the component that is being constructed; none if they are not set. */
export function furtherOptions(): pulumi.CustomResourceOptions {
  const request = requests.getStore();
  const secrets = request?.getAdditionalsecretoutputsList?.() ?? [];
  const others = request?.getReplaceWithList?.() ?? [];
  return {
    // Unset and false are the same to the engine, and false would keep a named function from being replaced.
    ...(request?.getDeletebeforereplace?.() ? { deleteBeforeReplace: true } : {}),
    ...(secrets.length === 0 ? {} : { additionalSecretOutputs: secrets }),
    ...(others.length === 0 ? {} : { replaceWith: others.map((urn) => new pulumi.DependencyResource(urn)) }),
  };
}
