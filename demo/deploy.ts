import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { EmbeddedAws } from "../sandbox/aws/embeddedAws";
import { startEngine } from "../sandbox/engine";
import type { Cleanup } from "./cleanup";

/** The region of the demo's functions. */
export const demoRegion = "us-east-2";

/** What the example's stack says about itself. */
export interface Deployment {
  layerVersionArns: Record<string, Record<string, string>>;
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

/** Runs the Pulumi engine over examples/typescript, unchanged, against the embedded AWS. */
export async function deployExample(options: DeployOptions): Promise<Deployment> {
  const { aws, cleanup, onResource } = options;
  const engine = cleanup.use(await startEngine({ aws }), (started) => started.stop());
  const stack = await engine.createStack({
    projectName: "observed-functions",
    stackName: "demo",
    program: async () => ({ ...(await import(join(__dirname, "..", "examples", "typescript", "index"))) }),
    config: {
      "aws:region": { value: demoRegion },
      endpoint: { value: options.endpoint },
      ingestionKey: { value: options.ingestionKey, secret: true },
      architecture: { value: options.architecture },
    },
  });
  let created = 0;
  const { outputs } = await stack.up({
    onEvent: (event) => {
      if (event.resOutputsEvent) onResource(`${++created} resources`);
    },
  });
  return {
    layerVersionArns: outputs.layerVersionArns?.value,
    functionNames: outputs.functionNames?.value,
  };
}
