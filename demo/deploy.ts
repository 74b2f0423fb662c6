import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Cleanup } from "../dev/cleanup";
import type { EmbeddedAws } from "../sandbox/aws/embeddedAws";
import { type Engine, startEngine } from "../sandbox/engine";

/** The region of the demo's functions. */
export const demoRegion = "us-east-2";

/** The outputs of the example's stack. */
export interface Deployment {
  layerVersionArns: Record<string, Record<string, string>>;
  functionNames: string[];
}

/**
 * The outputs of the stack of examples/distributed: its functions in the order in which an order passes through them.
 */
export interface DistributedDeployment {
  shopUrl: string;
  queueUrl: string;
  functionNames: string[];
}

/** The settings of the example's program, and the listener for its progress. */
export interface DeployOptions {
  aws: EmbeddedAws;
  endpoint: string;
  ingestionKey: string;
  architecture: string;
  cleanup: Cleanup;
  onResource: (text: string) => void;
}

/** A key like ClickStack's, created only for this run. */
export function newIngestionKey(): string {
  return randomBytes(16).toString("hex");
}

/**
 * Runs the Pulumi engine for examples/typescript and, if requested, examples/distributed, both unchanged, against the
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
