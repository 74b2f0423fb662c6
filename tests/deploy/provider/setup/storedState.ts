import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../../../sandbox/engine";

/** A stack's stored state: an export would decrypt it. */
export function storedState(engine: Engine, stackName: string): string {
  const directory = (engine.environment.PULUMI_BACKEND_URL ?? "").replace("file://", "");
  const files = readdirSync(directory, { recursive: true, encoding: "utf8" });
  const file = files.find((path) => path.includes("stacks") && path.endsWith(`${stackName}.json`));
  return readFileSync(join(directory, file ?? ""), "utf8");
}

/** Types of the cloud resources in a stack's state. */
export function storedTypes(engine: Engine, stackName: string): string[] {
  const { latest } = JSON.parse(storedState(engine, stackName)).checkpoint;
  const types = ((latest?.resources ?? []) as { type: string }[]).map(({ type }) => type);
  return types.filter((type) => type.startsWith("aws:"));
}
