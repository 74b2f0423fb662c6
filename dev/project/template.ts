import { existsSync, statSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { writeInlineCode } from "./inlineCode";
import {
  playedResources,
  resolveIntrinsics,
  type TemplateContext,
  type TemplateResource,
} from "./intrinsics";
import { functionDefaults, type Project, type ProjectFunction } from "./project";
import { readYaml } from "./readYaml";
import { templateAsync } from "./templateAsync";
import { subscriptionQueue, templateRoutes } from "./templateRoutes";
import { lastPart, listOf, logFormatOf, mapOf, numberOf, textOf, variableOf } from "./values";

/** Finds the code of a template's function or layer; undefined if it is not on this machine. */
export type FindCode = (property: unknown, resource: TemplateResource) => string | undefined;

/** The parsed content of a template. */
export interface Template {
  resources: Record<string, TemplateResource>;
  globals: Record<string, unknown>;
  context: TemplateContext;
}

const functionTypes = ["AWS::Serverless::Function", "AWS::Lambda::Function"];
const layerTypes = ["AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"];

/** The account and region that functions see; neither exists. */
export const localPlace = { region: "us-east-1", accountId: "123456789012" } as const;

/** The ARN of a function in {@link localPlace}. */
export function localArn(name: string): string {
  return `arn:aws:lambda:${localPlace.region}:${localPlace.accountId}:function:${name}`;
}

/** Whether a parsed document is a template with functions. */
export function isTemplate(read: unknown): boolean {
  return Object.values(mapOf(mapOf(read).Resources)).some((resource) =>
    functionTypes.includes(textOf(mapOf(resource).Type) ?? ""),
  );
}

/** Reads a template with its parameters' defaults. */
export function parseTemplate(read: unknown, stackName: string): Template {
  const { Resources, Globals, Parameters } = mapOf(read);
  const resources = mapOf(Resources) as Record<string, TemplateResource>;
  const parameters: Record<string, string> = {};
  for (const [name, parameter] of Object.entries(mapOf(Parameters))) {
    const value = variableOf(mapOf(parameter).Default);
    if (value !== undefined) parameters[name] = value;
  }
  const functionNames: Record<string, string> = {};
  const place = { ...localPlace, parameters, functionNames, stackName };
  const context = { ...place, played: playedResources(resources, place) };
  for (const [id, { Type = "", Properties = {} }] of Object.entries(resources))
    if (functionTypes.includes(Type))
      functionNames[id] = textOf(resolveIntrinsics(Properties.FunctionName, context).value) ?? id;
  return { resources, globals: mapOf(mapOf(Globals).Function), context };
}

/** The functions of a SAM or CloudFormation template. */
export function readTemplate(path: string): Project {
  const folder = dirname(path);
  const template = parseTemplate(readYaml(path), basename(folder));
  const findCode: FindCode = (property) => {
    const given = textOf(property) ?? textOf(mapOf(property).ZipFile);
    if (given === undefined) return undefined;
    if (mapOf(property).ZipFile !== undefined) return undefined;
    const local = resolve(folder, given);
    return /^(s3|https?):\/\//.test(given) || !existsSync(local) ? undefined : local;
  };
  return { kind: "template", source: path, folder, ...templateFunctions(template, findCode) };
}

/** The functions of a template whose code `findCode` finds, and the routes to them. */
export function templateFunctions(
  template: Template,
  findCode: FindCode,
): Pick<Project, "functions" | "routes" | "notices"> {
  const functions: ProjectFunction[] = [];
  const notices: string[] = [];
  for (const [id, resource] of Object.entries(template.resources)) {
    if (!functionTypes.includes(resource.Type ?? "")) continue;
    const found = templateFunction(id, resource, template, findCode);
    if (typeof found === "string") notices.push(`${id}: ${found}`);
    else {
      functions.push(found.definition);
      notices.push(...found.notices);
    }
  }
  const found = templateRoutes(template.resources, template.context);
  return { functions, routes: found.routes, notices: [...notices, ...found.notices] };
}

function templateFunction(
  id: string,
  resource: TemplateResource,
  template: Template,
  findCode: FindCode,
): { definition: ProjectFunction; notices: string[] } | string {
  const { globals, context } = template;
  const properties = { ...globals, ...resource.Properties };
  const plain = (name: string) => resolveIntrinsics(properties[name], context).value;
  if (plain("PackageType") === "Image") return "container images are not supported here; ignored";
  const runtime = textOf(plain("Runtime"));
  const handler = textOf(plain("Handler")) ?? (runtime?.startsWith("provided") ? "bootstrap" : undefined);
  if (runtime === undefined || handler === undefined) return "it has no Runtime or no Handler; ignored";
  const inline = textOf(properties.InlineCode) ?? textOf(mapOf(properties.Code).ZipFile);
  const code =
    inline !== undefined
      ? writeInlineCode(inline, runtime)
      : findCode(plain(properties.CodeUri === undefined ? "Code" : "CodeUri") ?? ".", resource);
  if (code === undefined) return "its code is not on this machine; ignored. Build the project first";
  const name = context.functionNames[id] ?? id;
  const { environment, notices } = templateEnvironment(name, globals, resource, context);
  const layers = templateLayers(name, listOf(properties.Layers), template, findCode);
  return {
    definition: {
      name,
      aliases: name === id ? [] : [id],
      runtime,
      handler,
      code,
      memorySizeMb: numberOf(plain("MemorySize"), functionDefaults.memorySizeMb),
      timeoutSeconds: numberOf(plain("Timeout"), functionDefaults.timeoutSeconds),
      environment,
      layers: layers.paths,
      logFormat: logFormatOf(mapOf(plain("LoggingConfig")).LogFormat),
      queues: templateQueues(id, name, properties, template),
      ...templateAsync([name, id], properties, template.resources, context),
    },
    notices: [...notices, ...layers.notices],
  };
}

function templateEnvironment(
  name: string,
  globals: Record<string, unknown>,
  resource: TemplateResource,
  context: TemplateContext,
): { environment: Record<string, string>; notices: string[] } {
  const of = (environment: unknown) => mapOf(mapOf(environment).Variables);
  const environment: Record<string, string> = {};
  const notices: string[] = [];
  for (const [variable, given] of Object.entries({
    ...of(globals.Environment),
    ...of(resource.Properties?.Environment),
  })) {
    const { value, unknown } = resolveIntrinsics(given, context);
    const text = variableOf(value);
    if (text !== undefined) environment[variable] = text;
    if (unknown.length > 0) notices.push(deployedValue(name, variable, unknown, text));
  }
  return { environment, notices };
}

/** The notice about a variable whose value is known only after a deployment. */
export function deployedValue(
  name: string,
  variable: string,
  refersTo: readonly string[],
  value: string | undefined,
): string {
  const here = value === undefined ? "it is not set here" : `it is "${value}" here`;
  return `${name}: ${variable} refers to ${refersTo.join(", ")}, known only after a deployment; ${here}. Set it with --env-file`;
}

/** Queues in a function's events and in event source mappings. */
function templateQueues(
  id: string,
  name: string,
  { Events }: Record<string, unknown>,
  { resources, context }: Template,
): string[] {
  const own = Object.entries(mapOf(Events)).flatMap(([event, given]) => {
    const { Type, Properties } = mapOf(given);
    if (Type === "SQS") return [mapOf(Properties).Queue];
    const { SqsSubscription: queued } = mapOf(Properties);
    return Type === "SNS" && queued ? [mapOf(queued).QueueArn ?? subscriptionQueue(id, event)] : [];
  });
  const mapped = Object.values(resources).flatMap(({ Type, Properties = {} }) => {
    if (Type !== "AWS::Lambda::EventSourceMapping") return [];
    const target = textOf(resolveIntrinsics(Properties.FunctionName, context).value) ?? "";
    return [id, name].includes(target.split(":").at(-1) ?? "") ? [Properties.EventSourceArn] : [];
  });
  return [...own, ...mapped].flatMap((queue) => {
    const found = textOf(resolveIntrinsics(queue, context).value);
    return found === undefined || /:(dynamodb|kinesis|kafka):/.test(found) ? [] : [lastPart(found)];
  });
}

function templateLayers(
  name: string,
  given: readonly unknown[],
  { resources }: Template,
  findCode: FindCode,
): { paths: string[]; notices: string[] } {
  const paths: string[] = [];
  const notices: string[] = [];
  for (const layer of given) {
    const id = textOf(mapOf(layer).Ref);
    const resource = id === undefined ? undefined : resources[id];
    const { ContentUri, Content } = resource?.Properties ?? {};
    const path =
      resource !== undefined && layerTypes.includes(resource.Type ?? "")
        ? findCode(ContentUri ?? Content, resource)
        : undefined;
    if (path !== undefined && (path.endsWith(".zip") || statSync(path).isDirectory())) paths.push(path);
    else notices.push(`${name}: layer ${JSON.stringify(layer)} is not on this machine; ignored`);
  }
  return { paths, notices };
}
