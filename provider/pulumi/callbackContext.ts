/**
 * Works around a bug of @pulumi/pulumi, up to 3.248.0 at least: its callback server (`CallbackServer` in
 * sdk/nodejs/runtime/callbacks.ts) reads and writes a transform's values in the asynchronous context in which gRPC
 * calls it, although in inline programs (Automation API) and in `construct` of a provider only that context identifies
 * the deployment that they belong to. In any other context Pulumi assumes an engine without secrets, and every
 * transformed resource's secrets are stored in the state as plain text; unknown values of a preview become `undefined`.
 * No longer needed once `CallbackServer` binds its callbacks to the context of their registration
 * (`AsyncResource.bind`).
 */
import { AsyncResource } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { getCallbacks } from "@pulumi/pulumi/runtime/settings";
import { rejectReported } from "./reportOnce";
import { orStopUpdate } from "./stopUpdate";

type Callback = (request: Uint8Array) => Promise<unknown>;
type Transform = (
  resource: pulumi.ResourceTransformArgs,
) => Promise<pulumi.ResourceTransformResult | undefined>;

/** Servers whose callbacks are already bound. */
const bound = new WeakSet<object>();

/**
 * Registers a transform of the stack for some types of resources, in the asynchronous context of this deployment.
 *
 * This relies on Pulumi's private list of callbacks. If it does not exist, and callbacks still run in another context,
 * the resource is rejected before its values are read: no deployment is better than secrets in plain text.
 */
export function registerTransform(types: readonly string[], transform: Transform): void {
  bindCallbacks();
  const inContext = AsyncResource.bind(transform);
  const expected = AsyncResource.bind(describeContext);
  const orStop = AsyncResource.bind((name: string, check: Promise<void>) =>
    orStopUpdate(name, check.catch(rejectReported)),
  );
  let checked: Promise<void> | undefined;
  pulumi.runtime.registerResourceTransform(async (resource) => {
    if (!types.includes(resource.type)) return undefined;
    checked ??= orStop(resource.name, checkContext(expected));
    await checked;
    return inContext(resource);
  });
}

/** Makes every callback of this deployment, including those of other transforms and hooks, run in this context. */
function bindCallbacks(): void {
  const server = getCallbacks() as { _callbacks?: unknown } | undefined;
  if (server === undefined || bound.has(server) || !(server._callbacks instanceof Map)) return;
  bound.add(server);
  const callbacks = server._callbacks as Map<string, Callback>;
  const set = callbacks.set.bind(callbacks);
  for (const [token, callback] of callbacks) set(token, AsyncResource.bind(callback));
  callbacks.set = (token, callback) => set(token, AsyncResource.bind(callback));
}

/** @throws if values are read and written differently here than where the transform was registered. */
async function checkContext(expected: () => Promise<string>): Promise<void> {
  if ((await describeContext()) === (await expected())) return;
  throw new Error(
    "this version of @pulumi/pulumi calls transforms outside of their deployment, which would store secrets as plain text: use a version in the range that clickstack-lambda's package.json names, or run the program as a project of its own instead of by the Automation API",
  );
}

/** What determines how values are read and written: whether unknown values and secrets are preserved. */
async function describeContext(): Promise<string> {
  const { probe } = await pulumi.runtime.serializeProperties("probe", { probe: pulumi.secret("") });
  return JSON.stringify({ preview: pulumi.runtime.isDryRun(), secrets: pulumi.runtime.isRpcSecret(probe) });
}
