import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { readDeployed } from "./deployed";
import { type FindOptions, findProject } from "./project/findProject";
import { type Project, ProjectError, type ProjectFunction } from "./project/project";

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
 * @throws ProjectError if there are none.
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
