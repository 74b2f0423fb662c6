import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { asyncSettingsOf } from "./asyncSettings";
import {
  playedResources,
  resolveIntrinsics,
  type TemplateContext,
  type TemplateResource,
} from "./intrinsics";
import { functionDefaults, type Project, ProjectError, type ProjectFunction } from "./project";
import { readYaml } from "./readYaml";
import { joinRoutes } from "./routes";
import { eventQueues, eventRoutes } from "./serverlessEvents";
import { resolveVariables } from "./serverlessVariables";
import { deployedValue, localPlace } from "./template";
import { templateRoutes } from "./templateRoutes";
import { listOf, logFormatOf, mapOf, numberOf, textOf, variableOf } from "./values";

type Values = Record<string, unknown>;

/**
 * The functions of the Serverless Framework's serverless.yml.
 * @param environment for `${env:NAME}`.
 */
export function readServerless(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
): Project {
  const folder = dirname(path);
  const raw = mapOf(readYaml(path));
  const { value, unresolved } = resolveVariables(raw, { ...localPlace, environment });
  const read = mapOf(value);
  const provider = mapOf(read.provider);
  if (textOf(provider.name) !== "aws")
    throw new ProjectError(`${path}: provider.name must be "aws" (got ${JSON.stringify(provider.name)})`);
  const service = textOf(read.service) ?? "service";
  const stage = textOf(provider.stage) ?? "dev";
  const prefix = `${service}-${stage}`;
  const entries = functionEntries(read.functions);
  const names = Object.fromEntries(
    entries.map(([key, given]) => [`${key}`, textOf(given.name) ?? `${prefix}-${key}`]),
  );
  const notices = unresolved.map(
    (text) => `${path}: ${text} is not resolved here. Set the variable that uses it with --env-file`,
  );
  // The framework does not resolve its variables in values of CloudFormation.
  const resources = resourcesOf(raw.resources);
  const context = contextOf(resources, names, prefix);
  const own = templateRoutes(resources, context);
  notices.push(...own.notices);
  const routes = [own.routes];
  const functions: ProjectFunction[] = [];
  for (const [key, given] of entries) {
    const found = serverlessFunction({ key, given, provider, read, folder, names, context });
    const id = logicalId(key).replace(/LambdaFunction$/, "");
    routes.push(eventRoutes(names[key] ?? key, id, listOf(given.events), context));
    notices.push(...found.notices);
    if (found.definition !== undefined) functions.push(found.definition);
  }
  return { kind: "serverless", source: path, folder, functions, routes: joinRoutes(routes), notices };
}

/** Resources are a map, or a list of maps. */
function resourcesOf(given: unknown): Record<string, TemplateResource> {
  return Object.assign({}, ...[given].flat().map((one) => mapOf(mapOf(one).Resources)));
}

function contextOf(
  resources: Record<string, TemplateResource>,
  names: Record<string, string>,
  stackName: string,
): TemplateContext {
  const functionNames = Object.fromEntries(Object.entries(names).map(([id, own]) => [logicalId(id), own]));
  const place = { ...localPlace, parameters: {}, stackName, functionNames };
  return { ...place, played: playedResources(resources, place) };
}

/** Functions are a map, or a list of maps. */
function functionEntries(functions: unknown): [string, Values][] {
  const maps = Array.isArray(functions) ? functions.map(mapOf) : [mapOf(functions)];
  return maps.flatMap((map) =>
    Object.entries(map).map(([key, value]): [string, Values] => [key, mapOf(value)]),
  );
}

interface Entry {
  key: string;
  given: Values;
  provider: Values;
  read: Values;
  folder: string;
  names: Record<string, string>;
  context: TemplateContext;
}

function serverlessFunction({ key, given, provider, read, folder, names, context }: Entry): {
  definition?: ProjectFunction;
  notices: string[];
} {
  const name = names[key] ?? key;
  const handler = textOf(given.handler);
  if (handler === undefined)
    return { notices: [`${name}: container images are not supported here; ignored`] };
  const notices: string[] = [];
  const environment: Record<string, string> = {};
  for (const [variable, written] of Object.entries({
    ...mapOf(provider.environment),
    ...mapOf(given.environment),
  })) {
    const { value, unknown } = resolveIntrinsics(written, context);
    const text = variableOf(value);
    if (text !== undefined) environment[variable] = text;
    if (unknown.length > 0) notices.push(deployedValue(name, variable, unknown, text));
  }
  const layers: string[] = [];
  for (const layer of listOf(given.layers ?? provider.layers)) {
    const path = localLayer(layer, mapOf(read.layers), folder);
    if (path === undefined)
      notices.push(`${name}: layer ${JSON.stringify(layer)} is not on this machine; ignored`);
    else layers.push(path);
  }
  return {
    definition: {
      name,
      aliases: [key],
      runtime: textOf(given.runtime) ?? textOf(provider.runtime) ?? "nodejs22.x",
      // Paths of handlers may begin with "./" here.
      handler: handler.replace(/^\.\//, ""),
      code: folder,
      memorySizeMb: numberOf(given.memorySize ?? provider.memorySize, 1024),
      timeoutSeconds: numberOf(
        given.timeout ?? provider.timeout,
        Math.max(6, functionDefaults.timeoutSeconds),
      ),
      environment,
      layers,
      logFormat: logFormatOf(mapOf(mapOf(provider.logs).lambda).logFormat),
      queues: eventQueues(listOf(given.events), context),
      ...serverlessAsync(given, names, context),
    },
    notices,
  };
}

/** Destinations are keys of functions in the file, or ARNs. */
function serverlessAsync(
  { maximumRetryAttempts, destinations, onError }: Values,
  names: Readonly<Record<string, string>>,
  context: TemplateContext,
) {
  const { onSuccess, onFailure } = mapOf(resolveIntrinsics(destinations, context).value);
  const arnOf = (end: unknown) => {
    const text = textOf(mapOf(end).arn ?? end) ?? "";
    return text in names ? `arn:aws:lambda:::function:${names[text]}` : text;
  };
  return asyncSettingsOf({
    retries: maximumRetryAttempts,
    onSuccess: arnOf(onSuccess),
    onFailure: arnOf(onFailure),
    deadLetter: resolveIntrinsics(onError, context).value,
  });
}

/** The framework's logical id of a function: `orders-new` is `OrdersDashnewLambdaFunction`. */
function logicalId(key: string): string {
  const normalized = key.replaceAll("-", "Dash").replaceAll("_", "Underscore");
  return `${normalized.charAt(0).toUpperCase()}${normalized.slice(1)}LambdaFunction`;
}

/** `{ Ref: ToolsLambdaLayer }` is the layer `tools` of the same file. */
function localLayer(layer: unknown, layers: Values, folder: string): string | undefined {
  const id = textOf(mapOf(layer).Ref)?.replace(/LambdaLayer$/, "");
  if (id === undefined) return undefined;
  const [, found] = Object.entries(layers).find(([key]) => key.toLowerCase() === id.toLowerCase()) ?? [];
  const path = textOf(mapOf(found).path);
  return path !== undefined && existsSync(resolve(folder, path)) ? resolve(folder, path) : undefined;
}
