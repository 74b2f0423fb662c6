import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { cdkOutput, readCdkOutput } from "./cdk";
import { type FolderOptions, type HostRuntimes, readPlainFolder } from "./plainFolder";
import { type Project, ProjectError } from "./project";
import { isPulumiProject, isPulumiState, readPulumiProject, readPulumiState } from "./pulumi";
import { readYaml } from "./readYaml";
import { readServerless } from "./serverless";
import { isTemplate, readTemplate } from "./template";
import { mapOf } from "./values";

/** How to look for a project. */
export interface FindOptions extends FolderOptions {
  hosts: HostRuntimes;
  environment: Readonly<Record<string, string | undefined>>;
}

const templateNames = [
  "template.yaml",
  "template.yml",
  "template.json",
  "cloudformation.yaml",
  "cloudformation.yml",
];
const serverlessNames = ["serverless.yml", "serverless.yaml", "serverless.json"];

/**
 * Finds the functions of a folder or a file by their description: a SAM or CloudFormation template, serverless.yml, the output
 * of CDK, a Pulumi program, else the folder's own handler.
 * @param path of an existing folder or file.
 * @throws ProjectError if there are none; the message lists what was looked for.
 */
export async function findProject(path: string, options: FindOptions): Promise<Project> {
  const project = statSync(path).isDirectory() ? await readFolder(path, options) : readFile(path, options);
  if (project.functions.length > 0) return project;
  const reasons = project.notices.map((notice) => `\n  ${notice}`).join("");
  throw new ProjectError(`${project.source} has no function that can be run here.${reasons}`);
}

async function readFolder(folder: string, options: FindOptions): Promise<Project> {
  if (options.handler !== undefined) return readPlainFolder(folder, options.hosts, options);
  const template = templateNames.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (template !== undefined && isTemplate(readYaml(template))) return readTemplate(template);
  const serverless = serverlessNames.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (serverless !== undefined) return readServerless(serverless, options.environment);
  if (existsSync(join(folder, "cdk.json")) || existsSync(join(cdkOutput(folder), "manifest.json")))
    return readCdkOutput(folder);
  if (isPulumiProject(folder)) return readPulumiProject(folder);
  return readPlainFolder(folder, options.hosts, options);
}

function readFile(path: string, options: FindOptions): Project {
  if (serverlessNames.includes(basename(path))) return readServerless(path, options.environment);
  if (basename(path) === "manifest.json" && basename(dirname(path)).startsWith("cdk"))
    return readCdkOutput(dirname(dirname(path)));
  const read = /\.(ya?ml|json)$/.test(path) ? readYaml(path) : undefined;
  if (isTemplate(read)) return readTemplate(path);
  if (isPulumiState(read)) return readPulumiState(path);
  if (mapOf(read).service !== undefined && mapOf(read).provider !== undefined)
    return readServerless(path, options.environment);
  throw new ProjectError(
    `${path} is not a SAM or CloudFormation template with functions, a serverless.yml or an output of \`pulumi stack export\``,
  );
}
