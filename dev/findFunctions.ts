import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type FindOptions, findProject } from "./project/findProject";
import { type Project, ProjectError, type ProjectFunction } from "./project/project";
import { noRoutes } from "./project/routes";
import { lastPart } from "./project/values";

/** Which functions to run. */
export interface Target extends FindOptions {
  /** Folder, file, or name or ARN of a deployed function. Default: the current folder. */
  target?: string;
  /** Names of the functions to run. Default: all of them. */
  only: readonly string[];
  /** Region of a deployed function. */
  region: string;
  cacheDirectory: string;
}

/**
 * The functions to run: those of a folder or file, or a deployed one.
 * @throws ProjectError when there are none.
 */
export async function findFunctions(target: Target): Promise<Project> {
  const given = target.target ?? ".";
  const path = resolve(given);
  const project = existsSync(path) ? await findProject(path, target) : await readDeployed(given, target);
  if (target.only.length === 0) return project;
  // In the order of the options: an event is for the first one.
  const functions = [...new Set(target.only.flatMap((name) => project.functions.filter(isNamed(name))))];
  if (functions.length > 0) return { ...project, functions };
  const names = project.functions.map(({ name }) => name).join(", ");
  throw new ProjectError(
    `--function ${target.only.join(", ")}: there is no such function; there are: ${names}`,
  );
}

function isNamed(wanted: string): (one: ProjectFunction) => boolean {
  return ({ name, aliases }) => wanted === name || aliases.includes(wanted);
}

async function readDeployed(name: string, { region, cacheDirectory }: Target): Promise<Project> {
  if (!/^(arn:|[A-Za-z0-9-_]{1,64}$)/.test(name))
    throw new ProjectError(
      `${name} does not exist. Pass a folder, a template, or the name of a deployed function`,
    );
  // AWS's clients take long to load, and are for deployed functions alone.
  const { readDeployedFunction } = await import("../sandbox/aws/deployedFunction.js");
  const { readEventSources } = await import("../sandbox/aws/eventSources.js");
  const read = await readDeployedFunction({}, { region, name, cacheDirectory }).catch((error: Error) => {
    throw new ProjectError(
      `${name} is no file or folder here, and AWS does not give a function of that name: ${error.message}`,
    );
  });
  const { environment, runtime, handler, code, layers, memorySizeMb, timeoutSeconds, logFormat } = read;
  const sources = await readEventSources({}, { region, name: read.name }).catch((error: Error) => error);
  const secrets = Object.entries(environment).filter(([, value]) =>
    /arn:aws[^:]*:(secretsmanager|ssm):/.test(value),
  );
  return {
    kind: "deployed",
    source: read.arn,
    functions: [
      {
        name: read.name,
        aliases: [],
        runtime,
        handler,
        code,
        memorySizeMb,
        timeoutSeconds,
        environment,
        layers,
        queues: sources instanceof Error ? [] : sources.filter((arn) => arn.includes(":sqs:")).map(lastPart),
        ...(logFormat === undefined ? {} : { logFormat }),
      },
    ],
    routes: noRoutes(),
    notices: [
      ...secrets.map(
        ([variable]) => `${name}: ${variable} refers to a secret, which is not read; it stays a reference`,
      ),
      ...(sources instanceof Error
        ? [`${name}: its queues are not known, since AWS does not give its event sources: ${sources.message}`]
        : []),
    ],
  };
}
