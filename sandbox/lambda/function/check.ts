import type { FunctionDefinition } from "./definition";
import { checkManaged } from "./managedInstances";
import { checkSnapStart } from "./snapStart";
import { checkTenantIsolation } from "./tenantIsolation";

const limits = { memorySizeMb: [128, 10_240], timeoutSeconds: [1, 900] } as const;

/** Lambda's limit on layers of one function. */
const MAX_LAYERS = 5;

/** @throws an error that names the property, when Lambda would not accept the definition. */
export function checkFunctionDefinition(definition: FunctionDefinition): void {
  for (const property of ["name", "arn", "region", "version", "runtime", "handler", "code"] as const) {
    if (!definition[property]) throw new Error(`function.${property}: missing`);
  }
  for (const [property, [least, most]] of Object.entries(limits)) {
    const value = definition[property as keyof typeof limits];
    if (!(value >= least && value <= most)) {
      throw new Error(`function.${property}: ${value} is not between ${least} and ${most}`);
    }
  }
  if (definition.layers.length > MAX_LAYERS) {
    throw new Error(
      `function.layers: ${definition.layers.length} layers, but a function has at most ${MAX_LAYERS}`,
    );
  }
  checkKind(definition);
  checkManaged(definition);
  checkSnapStart(definition);
  checkTenantIsolation(definition);
  const machine = process.arch === "arm64" ? "arm64" : "x86_64";
  if (definition.architecture !== machine) {
    throw new Error(
      `function.architecture: ${definition.architecture}, but this machine runs ${machine}; use ${machine} for the local run`,
    );
  }
}

function checkKind({ packageType, imageOpt, layers, initializationType, version }: FunctionDefinition): void {
  if (packageType === "Image" && layers.length > 0) {
    throw new Error(
      "function.layers: functions of package type Image cannot have layers; put the files into imageOpt",
    );
  }
  if (packageType !== "Image" && imageOpt !== undefined) {
    throw new Error("function.imageOpt: only functions of package type Image have it; use layers");
  }
  if (initializationType === "provisioned-concurrency" && version === "$LATEST") {
    throw new Error("function.version: provisioned concurrency needs a published version, not $LATEST");
  }
}
