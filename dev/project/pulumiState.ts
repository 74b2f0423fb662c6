import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { asyncSettingsOf } from "./asyncSettings";
import { writeFiles } from "./inlineCode";
import { functionDefaults, type Project, type ProjectFunction } from "./project";
import { routesOfResources } from "./pulumiRoutes";
import { listOf, logFormatOf, mapOf, numberOf, textOf } from "./values";

/** The property that marks the kind of a special value in Pulumi's state, and its values (pulumi/sdk, resource/sig). */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * The functions in the resources of a Pulumi stack: those of `pulumi stack export`, or of the steps of `pulumi preview --json`.
 * @param folder of the program, to which paths of code are relative.
 */
export function functionsOfResources(
  resources: readonly unknown[],
  folder: string,
): Pick<Project, "functions" | "routes" | "notices"> {
  const found = routesOfResources(resources, known);
  const functions: ProjectFunction[] = [];
  const notices: string[] = [];
  for (const resource of resources) {
    const { type, urn, inputs, outputs } = mapOf(resource);
    if (type !== "aws:lambda/function:Function") continue;
    const given = mapOf(inputs);
    const logicalName = String(urn).split("::").at(-1) ?? "function";
    const name = known(given.name) ?? known(mapOf(outputs).name) ?? logicalName;
    const read = pulumiFunction({ name, logicalName, given, folder });
    notices.push(...read.notices);
    if (read.definition === undefined) continue;
    const isOwn = (target: string) => target === name || target === logicalName;
    const queues = found.queues.filter((one) => isOwn(one.function)).map(({ queue }) => queue);
    const config = found.asynchronous.find((one) => isOwn(one.function))?.settings;
    const deadLetter = known(mapOf(unwrapped(given.deadLetterConfig)).targetArn);
    functions.push({ ...read.definition, queues, ...asyncSettingsOf({ ...config, deadLetter }) });
  }
  return { functions, routes: found.routes, notices };
}

interface Given {
  name: string;
  logicalName: string;
  given: Record<string, unknown>;
  folder: string;
}

function pulumiFunction({ name, logicalName, given, folder }: Given): {
  definition?: ProjectFunction;
  notices: string[];
} {
  const runtime = known(given.runtime);
  const handler = known(given.handler) ?? (runtime?.startsWith("provided") ? "bootstrap" : undefined);
  if (runtime === undefined || handler === undefined)
    return {
      notices: [`${name}: it has no runtime or no handler, like functions from container images; ignored`],
    };
  const code = archivePath(given.code, folder);
  if (code === undefined)
    return {
      notices: [`${name}: its code is not on this machine (code must be a local folder or zip); ignored`],
    };
  const notices: string[] = [];
  const environment: Record<string, string> = {};
  const variables = unwrapped(mapOf(unwrapped(given.environment)).variables);
  if (given.environment !== undefined && variables === undefined)
    notices.push(
      `${name}: its environment variables are a secret, so none is set here. Set them with --env-file`,
    );
  for (const [variable, value] of Object.entries(mapOf(variables))) {
    const text = known(value);
    if (text !== undefined) environment[variable] = text;
    else
      notices.push(
        `${name}: ${variable} is a secret or known only after a deployment; it is not set here. Set it with --env-file`,
      );
  }
  const layers = listOf(unwrapped(given.layers)).map(known);
  if (layers.length > 0)
    notices.push(
      `${name}: its ${layers.length} layers are not on this machine; ignored. To use them, run the deployed function by its name`,
    );
  return {
    definition: {
      name,
      aliases: name === logicalName ? [] : [logicalName],
      runtime,
      handler,
      code,
      memorySizeMb: numberOf(unwrapped(given.memorySize), functionDefaults.memorySizeMb),
      timeoutSeconds: numberOf(unwrapped(given.timeout), functionDefaults.timeoutSeconds),
      environment,
      layers: [],
      queues: [],
      logFormat: logFormatOf(mapOf(unwrapped(given.loggingConfig)).logFormat),
    },
    notices,
  };
}

/** A string in the state that is not a secret. */
function known(value: unknown): string | undefined {
  const text = textOf(unwrapped(value));
  return text === UNKNOWN ? undefined : text;
}

/** Secrets count as missing, even if the state contains them in plain text. */
function unwrapped(value: unknown): unknown {
  return mapOf(value)[SIGNATURE] === SECRET ? undefined : value;
}

/** The folder or zip of an archive; inline assets are written into a folder. */
function archivePath(value: unknown, folder: string): string | undefined {
  const { path, assets } = mapOf(value);
  if (typeof path === "string") return existing(resolve(folder, path));
  const files = Object.entries(mapOf(assets));
  if (files.length === 0) return undefined;
  const [only] = files;
  const whole = textOf(mapOf(only?.[1]).path);
  // `new AssetArchive({ ".": new FileArchive("./function") })`
  if (files.length === 1 && only?.[0] === "." && whole !== undefined) return existing(resolve(folder, whole));
  const texts = files.map(([name, asset]) => [name, textOf(mapOf(asset).text)] as const);
  if (texts.every(([, text]) => text !== undefined))
    return writeFiles(Object.fromEntries(texts as [string, string][]));
  // If every file is listed by its own name in the same folder, the archive is that folder.
  const roots = new Set(
    files.map(([name, asset]) => {
      const own = textOf(mapOf(asset).path);
      const full = own === undefined ? undefined : resolve(folder, own);
      return full?.endsWith(join("/", name)) ? full.slice(0, -name.length - 1) || dirname(full) : undefined;
    }),
  );
  const [root] = roots;
  return roots.size === 1 && root !== undefined ? existing(root) : undefined;
}

function existing(path: string): string | undefined {
  return existsSync(path) ? path : undefined;
}
