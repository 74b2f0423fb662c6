import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type FunctionDefinition, findIsolation } from "../../../sandbox";

/** The behaviour of an invocation of `concurrentRuntime.py`. */
export interface ConcurrentEvent {
  name?: string;
  round?: string;
  together?: number;
  lines?: number;
  plain?: number;
  sleepMs?: number;
  fail?: string;
  exit?: number;
}

/** A function on Managed Instances, whose code is written into a new directory below this one. */
export async function concurrentFunction(
  directory: string,
  concurrency: number,
): Promise<Pick<FunctionDefinition, "code" | "runtime" | "handler"> & Partial<FunctionDefinition>> {
  const code = join(directory, "concurrent");
  mkdirSync(code, { recursive: true });
  const source = readFileSync(join(__dirname, "concurrentRuntime.py"), "utf8");
  const { python } = await findIsolation();
  writeFileSync(join(code, "bootstrap"), `#!${python} -B\n${source}`);
  chmodSync(join(code, "bootstrap"), 0o755);
  return {
    code,
    runtime: "provided.al2023",
    handler: "none",
    version: "3",
    memorySizeMb: 2048,
    initializationType: "lambda-managed-instances",
    perExecutionEnvironmentMaxConcurrency: concurrency,
  };
}
