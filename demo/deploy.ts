import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Cleanup } from "../dev/cleanup";
import type { EmbeddedAws } from "../sandbox/aws/embeddedAws";
import { type Engine, startEngine } from "../sandbox/engine";

/** The region of the demo's functions. */
export const demoRegion = "us-east-2";

/** What the example's stack says about itself. */
export interface Deployment {
  layerVersionArns: Record<string, Record<string, string>>;
  functionNames: string[];
}

/** What the stack of examples/distributed says about itself: its functions in the order in which an order passes them. */
export interface DistributedDeployment {
  shopUrl: string;
  queueUrl: string;
  functionNames: string[];
}

/** What the example's program is told, and who is to be told how it goes. */
export interface DeployOptions {
  aws: EmbeddedAws;
  endpoint: string;
  ingestionKey: string;
  architecture: string;
  cleanup: Cleanup;
  onResource: (text: string) => void;
}

/** A key like ClickStack's, made for this run alone. */
export function newIngestionKey(): string {
  return randomBytes(16).toString("hex");
}

/**
 * Runs the Pulumi engine over examples/typescript and, where it is wanted, examples/distributed, both unchanged, against the
 * embedded AWS.
 */
export async function deployExamples(
  options: DeployOptions,
  withDistributed: boolean,
): Promise<{ observed: Deployment; distributed?: DistributedDeployment }> {
  const engine = options.cleanup.use(await startEngine({ aws: options.aws }), (started) => started.stop());
  let created = 0;
  const onCreated = () => options.onResource(`${++created} resources`);
  const [observed, distributed] = await Promise.all([
    deploy(engine, "typescript", options, onCreated),
    withDistributed ? deploy(engine, "distributed", options, onCreated) : undefined,
  ]);
  return {
    observed: {
      layerVersionArns: observed.layerVersionArns?.value,
      functionNames: observed.functionNames?.value,
    },
    ...(distributed && {
      distributed: {
        shopUrl: distributed.shopUrl?.value,
        queueUrl: distributed.queueUrl?.value,
        functionNames: distributed.functionNames?.value,
      },
    }),
  };
}

async function deploy(engine: Engine, example: string, options: DeployOptions, onCreated: () => void) {
  const stack = await engine.createStack({
    projectName: `demo-${example}`,
    stackName: "demo",
    program: async () => ({ ...(await import(join(__dirname, "..", "examples", example, "index"))) }),
    config: {
      "aws:region": { value: demoRegion },
      endpoint: { value: options.endpoint },
      ingestionKey: { value: options.ingestionKey, secret: true },
      architecture: { value: options.architecture },
    },
  });
  const { outputs } = await stack.up({
    onEvent: (event) => {
      if (event.resOutputsEvent) onCreated();
    },
  });
  return outputs;
}
