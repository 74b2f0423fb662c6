import { randomUUID } from "node:crypto";
import { Sandbox } from "../sandbox";
import { cloudWatchLogSink } from "../sandbox/aws/cloudWatchLogs";
import { functionUrlEvent } from "../sandbox/aws/events";
import { type DirectInvoke, startGate } from "../sandbox/aws/gate";
import { deliverMessages } from "../sandbox/aws/queue";
import type { QuerySource } from "../sandbox/clickhouse";
import { readLogs, readSpans } from "../sandbox/clickhouse/telemetry";
import type { FunctionDefinition } from "../sandbox/lambda/function/definition";
import { awsSdkLayer } from "../sandbox/lambda/isolation/awsSdk";
import { type TraceTree, traceTree } from "../traces/tree";
import { type DistributedDeployment, demoRegion } from "./deploy";
import { type DemoServices, readFunction } from "./functions";

/** The results of the run besides its rows. */
export interface DistributedRun {
  /** HTTP status of the first function. */
  statusCode: number;
  /** How often the queue's function was run. */
  delivered: number;
}

/** The AWS SDK's warning about Node.js 20 concerns this machine, not the function. */
const quietSdk = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

const order = { sku: "A-17", amount: 2 };

/**
 * Runs examples/distributed as AWS would: an HTTP request to the first function, its message from the queue to the second
 * one, whose call of the third fails.
 * @param root of the checkout.
 */
export async function runDistributed(
  root: string,
  deployment: DistributedDeployment,
  services: DemoServices,
): Promise<DistributedRun> {
  const { aws } = services;
  const sdk = awsSdkLayer({ root }, services.cacheDirectory);
  const [shop, fulfilment, payment] = await Promise.all(
    deployment.functionNames.map((name) => readFunction(name, services)),
  );
  if (!shop || !fulfilment || !payment)
    throw new Error("examples/distributed has not deployed three functions");
  const withSdk = (definition: FunctionDefinition) => ({
    ...definition,
    layers: [sdk, ...definition.layers],
  });
  // As with provisioned concurrency: the others wait for it in their handlers.
  const ready: FunctionDefinition = {
    ...withSdk(payment),
    version: "1",
    initializationType: "provisioned-concurrency",
  };
  const [selling, paying] = await Promise.all([
    startFunction(withSdk(shop), services),
    startFunction(ready, services),
  ]);
  const fulfilling = await startFunction(withSdk(fulfilment), services, ({ payload, clientContext }) =>
    paying.invoke(payload, { clientContext }),
  );
  const request = { method: "POST", path: "/orders", body: JSON.stringify(order) };
  const answer = await selling.invoke(
    functionUrlEvent(deployment.shopUrl, request, new Date(), randomUUID()),
  );
  let delivered = 0;
  await deliverMessages({ aws, region: demoRegion, queueUrl: deployment.queueUrl }, async (event) => {
    delivered += 1;
    return (await fulfilling.invoke(event)).status === "success";
  });
  await Promise.all([selling, fulfilling, paying].map((sandbox) => sandbox.shutdown()));
  const { statusCode = 0 } = (answer.payload ?? {}) as { statusCode?: number };
  return { statusCode, delivered };
}

/** The names that the example gives its functions in telemetry. */
const servicesOfTrace = ["shop", "fulfilment", "payment"];

/**
 * The trace of the request, which contains the first function's span, and the number of these functions' lines that are
 * not in it.
 */
export async function storedTrace(
  clickhouse: QuerySource,
): Promise<{ trace: TraceTree; strayLines: number }> {
  const [logs, spans] = await Promise.all([readLogs(clickhouse), readSpans(clickhouse)]);
  const first = spans.find(({ service, kind }) => service === "shop" && kind === "Server");
  const trace = traceTree(first?.traceId ?? "", spans, logs);
  const written = logs.filter(
    ({ service, attributes }) => servicesOfTrace.includes(service) && attributes.type === "function",
  );
  return { trace, strayLines: written.filter(({ traceId }) => traceId !== trace.traceId).length };
}

/** Runs a deployed function with its role's permissions until the demo ends. */
export async function startFunction(
  definition: FunctionDefinition,
  { aws, ports, cacheDirectory, cleanup }: DemoServices,
  invoke?: DirectInvoke,
): Promise<Sandbox> {
  const started = await startGate({ aws, roleArn: definition.role ?? "", invoke });
  const gate = cleanup.use(started, (open) => open.stop());
  // AWS's addresses in the stack's settings are reached through the gate, like AWS itself.
  const environment = Object.fromEntries(
    Object.entries(definition.environment).map(([name, value]) => [
      name,
      value.replace(aws.endpoint, gate.endpoint),
    ]),
  );
  const sandbox = await Sandbox.start({
    function: { ...definition, environment },
    hostPorts: [gate.port, ...ports],
    platformEnvironment: { AWS_ENDPOINT_URL: gate.endpoint, ...quietSdk },
    logSink: cloudWatchLogSink(aws, { region: demoRegion }),
    cacheDirectory,
  });
  return cleanup.use(sandbox, (running) => running.shutdown());
}
