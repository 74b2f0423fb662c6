import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Project, ProjectError } from "./project";
import { joinRoutes } from "./routes";
import { parseTemplate, templateFunctions } from "./template";
import { mapOf, textOf } from "./values";

interface Artifact {
  type?: string;
  properties?: { templateFile?: string; directoryName?: string; stackName?: string };
}

/** Paths of functions that CDK itself adds: providers of custom resources, log retention, bucket notifications (aws-cdk-lib 2.276). */
const ownFunctions =
  /(^|\/)(Custom::|LogRetention[0-9a-f]{32}|BucketNotificationsHandler[0-9a-f]{32}|AWS679f53fac002430cb0da5b7982bd2287|framework-on(Event|Timeout)|framework-isComplete)|CustomResourceProvider/;

const scheduleTypes = ["AWS::Events::Rule", "AWS::Scheduler::Schedule"];

/** The folder of a CDK app's output: the one named in cdk.json, else cdk.out. */
export function cdkOutput(folder: string): string {
  const output = textOf(readJson(join(folder, "cdk.json")).output);
  return join(folder, output ?? "cdk.out");
}

/** The functions of all stacks in the output of `cdk synth`. */
export function readCdkOutput(folder: string): Project {
  const output = cdkOutput(folder);
  if (!existsSync(join(output, "manifest.json")))
    throw new ProjectError(`${output} has no manifest.json: run \`cdk synth\` first`);
  const stacks = readAssembly(output);
  return {
    kind: "cdk",
    source: output,
    folder: output,
    functions: stacks.flatMap(({ functions }) => functions),
    routes: joinRoutes(stacks.map(({ routes }) => routes)),
    notices: stacks.flatMap(({ notices }) => notices),
  };
}

function readAssembly(directory: string): Pick<Project, "functions" | "routes" | "notices">[] {
  const artifacts = Object.entries(mapOf(readJson(join(directory, "manifest.json")).artifacts)) as [
    string,
    Artifact,
  ][];
  return artifacts.flatMap(([id, { type, properties = {} }]) => {
    if (type === "cdk:cloud-assembly" && properties.directoryName !== undefined)
      return readAssembly(join(directory, properties.directoryName));
    if (type !== "aws:cloudformation:stack" || properties.templateFile === undefined) return [];
    return [readStack(directory, properties.templateFile, properties.stackName ?? id)];
  });
}

function readStack(directory: string, templateFile: string, stackName: string) {
  const read = readJson(join(directory, templateFile));
  const assets = assetPaths(directory, templateFile.replace(/\.template\.json$/, ".assets.json"));
  const template = parseTemplate(read, stackName);
  for (const [id, { Type = "", Metadata = {}, Properties = {} }] of Object.entries(template.resources)) {
    const path = textOf(Metadata["aws:cdk:path"]) ?? "";
    if (ownFunctions.test(path)) delete template.resources[id];
    else if (template.context.functionNames[id] === id)
      Object.assign(template.context.functionNames, { [id]: constructId(path) ?? id });
    else if (scheduleTypes.includes(Type)) Properties.Name ??= constructId(path);
  }
  return templateFunctions(template, (property, { Metadata = {} }) => {
    const named = textOf(Metadata["aws:asset:path"]);
    const key = textOf(mapOf(property).S3Key);
    const path = named === undefined ? assets[key?.replace(/\.zip$/, "") ?? ""] : resolve(directory, named);
    return path !== undefined && existsSync(path) ? path : undefined;
  });
}

/** The author of `Stack/Orders/Resource` knows it as the function Orders. */
function constructId(path: string): string | undefined {
  const parts = path.split("/");
  return parts.at(-1) === "Resource" ? parts.at(-2) : parts.at(-1) || undefined;
}

function assetPaths(directory: string, file: string): Record<string, string> {
  const files = Object.entries(mapOf(readJson(join(directory, file)).files));
  return Object.fromEntries(
    files.flatMap(([hash, asset]) => {
      const path = textOf(mapOf(mapOf(asset).source).path);
      return path === undefined ? [] : [[hash, resolve(directory, path)]];
    }),
  );
}

function readJson(path: string): Record<string, unknown> {
  return existsSync(path) ? mapOf(JSON.parse(readFileSync(path, "utf8"))) : {};
}
