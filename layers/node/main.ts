import { readSettings } from "./core/settings";
import { installLibraries } from "./libraries/install";
import { safely } from "./tracing/invocation";
import { Layer } from "./tracing/layer";
import { loadHandler } from "./tracing/loadHandler";
import { type Handler, watchStreamedResponses, wrapHandler } from "./tracing/wrapHandler";

/**
 * The variables in which the exec wrapper stores the function's handler, and its folder if it is not Lambda's task
 * root.
 */
const ORIGINAL = "_CLICKSTACK_HANDLER";
const ROOT = "_CLICKSTACK_ROOT";

/**
 * The function's handler, traced. If the layer itself cannot start, the original handler is used; errors of the
 * function's own code are thrown.
 */
export async function tracedHandler(env: NodeJS.ProcessEnv = process.env): Promise<Handler> {
  const original = env[ORIGINAL] ?? "";
  // Code that reads it later expects the function's own handler.
  env._HANDLER = original;
  const root = env[ROOT] ?? env.LAMBDA_TASK_ROOT ?? "/var/task";
  delete env[ORIGINAL];
  delete env[ROOT];
  const layer = safely(() => start(env));
  const handler = await loadHandler(root, original);
  return layer === undefined ? handler : (safely(() => wrapHandler(handler, layer)) ?? handler);
}

function start(env: NodeJS.ProcessEnv): Layer | undefined {
  const settings = readSettings(env);
  if (!settings.enabled) return undefined;
  const layer = new Layer(settings);
  layer.install();
  safely(() => watchStreamedResponses(layer));
  safely(() => installLibraries(layer));
  return layer;
}
