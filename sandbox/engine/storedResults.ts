import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { OutputMap, Stack, UpdateSummary } from "@pulumi/pulumi/automation";

/** Marks a secret, an asset or a reference to a resource in the state, which is not the value itself. */
const signature = "4dabf18193072939515e22adb298388d";

/** Whether a `file://` backend in this folder has the stack. */
export function hasStoredStack(state: string, project: string, stack: string): boolean {
  return existsSync(join(state, ".pulumi/stacks", project, `${stack}.json`));
}

/**
 * Makes the stack read its outputs and its last update's summary from its state, if they are stored in plain text
 * there. The Automation API starts the CLI three times after each update to read them, which takes twice as long as the
 * update. What is encrypted, or not found where expected, is still read with the CLI.
 * @param state the folder of the `file://` backend.
 */
export function withStoredResults(stack: Stack, state: string, project: string): Stack {
  const outputs = stack.outputs.bind(stack);
  const info = stack.info.bind(stack);
  const folder = join(state, ".pulumi");
  return Object.assign(stack, {
    outputs: async () => storedOutputs(folder, project, stack.name) ?? outputs(),
    info: async (showSecrets?: boolean) => storedSummary(folder, project, stack.name) ?? info(showSecrets),
  });
}

function storedOutputs(folder: string, project: string, stack: string): OutputMap | undefined {
  const text = contents(join(folder, "stacks", project, `${stack}.json`));
  const resources: { type: string; outputs?: object }[] =
    text === undefined ? [] : (JSON.parse(text).checkpoint?.latest?.resources ?? []);
  const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  if (!root || JSON.stringify(root).includes(signature)) return undefined;
  const values = Object.entries(root.outputs ?? {});
  return Object.fromEntries(values.map(([name, value]) => [name, { value, secret: false }]));
}

/** An update as the backend stores it; times are in seconds since 1970. */
interface StoredUpdate {
  kind: UpdateSummary["kind"];
  startTime: number;
  endTime: number;
  message: string;
  environment: Record<string, string>;
  config?: Record<string, { value: string; secure?: boolean } | string>;
  result: UpdateSummary["result"];
  resourceChanges?: UpdateSummary["resourceChanges"];
  version: number;
}

function storedSummary(folder: string, project: string, stack: string): UpdateSummary | undefined {
  const history = join(folder, "history", project, stack);
  const text = contents(join(history, latestUpdate(history, stack) ?? ""));
  if (text === undefined) return undefined;
  const { startTime, endTime, config, resourceChanges, ...update } = JSON.parse(text) as StoredUpdate;
  const settings = Object.entries(config ?? {});
  if (settings.some(([, value]) => typeof value !== "string")) return undefined;
  return {
    ...update,
    startTime: new Date(startTime * 1000),
    endTime: new Date(endTime * 1000),
    config: Object.fromEntries(
      settings.map(([key, value]) => [key, { value: String(value), secret: false }]),
    ),
    resourceChanges: resourceChanges ?? {},
  };
}

function latestUpdate(directory: string, stack: string): string | undefined {
  const start = `${stack}-`;
  const files = names(directory).filter((name) => name.startsWith(start) && name.endsWith(".history.json"));
  const nanoseconds = (file: string) => BigInt(/-(\d+)\.history\.json$/.exec(file)?.[1] ?? 0);
  return files.reduce<string | undefined>(
    (latest, file) => (latest === undefined || nanoseconds(file) > nanoseconds(latest) ? file : latest),
    undefined,
  );
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function contents(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
