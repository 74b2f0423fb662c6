import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { type Project, ProjectError } from "./project";
import { functionsOfResources } from "./pulumiState";
import { listOf, mapOf } from "./values";

/** Maximum size of a stack's state, in megabytes. */
const MAXIMUM_STATE = 256 * 1024 * 1024;

/**
 * The functions of a Pulumi program: from its stack's state, else from its preview.
 * @param run runs Pulumi's CLI and returns its output. Default: `pulumi` on PATH.
 */
export async function readPulumiProject(
  folder: string,
  run: (args: readonly string[]) => Promise<string> = (args) => runPulumi(args, folder),
): Promise<Project> {
  const state = parsed(await run(["stack", "export"]));
  const exported = functionsOfResources(listOf(mapOf(state.deployment).resources), folder);
  if (exported.functions.length > 0)
    return { kind: "pulumi", source: `the state of the stack in ${folder}`, folder, ...exported };
  const preview = parsed(await run(["preview", "--json", "--non-interactive"]));
  const planned = functionsOfResources(
    listOf(preview.steps).map((step) => mapOf(step).newState),
    folder,
  );
  const notices = planned.functions.length === 0 ? exported.notices : [];
  return {
    kind: "pulumi",
    source: `the preview of the program in ${folder}`,
    folder,
    functions: planned.functions,
    routes: planned.routes,
    notices: [...notices, ...planned.notices],
  };
}

/** The functions in a file that `pulumi stack export` wrote. Paths are relative to its folder. */
export function readPulumiState(path: string): Project {
  const state = parsed(readFileSync(path, "utf8"));
  const folder = dirname(path);
  return {
    kind: "pulumi",
    source: path,
    folder,
    ...functionsOfResources(listOf(mapOf(state.deployment).resources), folder),
  };
}

/** Whether a parsed document is the output of `pulumi stack export`. */
export function isPulumiState(read: unknown): boolean {
  return (
    mapOf(mapOf(read).deployment).manifest !== undefined ||
    Array.isArray(mapOf(mapOf(read).deployment).resources)
  );
}

/** Whether a folder contains a Pulumi program. */
export function isPulumiProject(folder: string): boolean {
  return existsSync(join(folder, "Pulumi.yaml")) || existsSync(join(folder, "Pulumi.yml"));
}

function parsed(text: string): Record<string, unknown> {
  try {
    return mapOf(JSON.parse(text));
  } catch {
    throw new ProjectError(`the output of pulumi is not JSON: ${text.slice(0, 200)}`);
  }
}

async function runPulumi(args: readonly string[], folder: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)("pulumi", [...args], {
      cwd: folder,
      maxBuffer: MAXIMUM_STATE,
    });
    return stdout;
  } catch (error) {
    const { code, stderr = "" } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT")
      throw new ProjectError(
        `${folder} is a Pulumi program, and the command pulumi is not on PATH. Install it, or pass the folder of a function, or a file of \`pulumi stack export\``,
      );
    const reason = stderr.trim().split("\n").at(-1) ?? "";
    throw new ProjectError(
      `\`pulumi ${args.join(" ")}\` failed in ${folder}: ${reason}. Select a stack (\`pulumi stack select\`), or pass the folder of a function`,
    );
  }
}
