import type { Layer } from "../tracing/layer";

/** Services whose calls propagate the context. */
const PASSED_ON = ["SQS", "SNS", "Lambda"];

const MESSAGE =
  "clickstack-lambda: the AWS SDK is bundled with the function's code, so what it sends to SQS, SNS and Lambda carries no trace " +
  "context. Keep @aws-sdk/* out of the bundle (esbuild: --external:@aws-sdk/*), or set " +
  "CLICKSTACK_TRACING_DISABLED=aws-sdk to accept this and disable this message.";

const warned = new WeakSet<Layer>();

/** A request of an AWS SDK that was not hooked: logs once what is missing because of that. */
export function bundledSdkSeen(layer: Layer, service: string): void {
  if (warned.has(layer) || !PASSED_ON.includes(service)) return;
  if (layer.settings.disabledLibraries.has("aws-sdk")) return;
  warned.add(layer);
  console.warn(MESSAGE);
}
