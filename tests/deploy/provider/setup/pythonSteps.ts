import { delimiter } from "node:path";
import type { Engine } from "../../../../sandbox/engine";
import { withInstalledSdk } from "../../../examples/installedSdk";

/** What the engine is to do with a stack. */
export type Operation = "up" | "preview" | "refresh" | "destroy";

/** What a step of a Python program's stack comes to. */
export interface Step {
  outputs: Record<string, string & string[]>;
  /** How many resources met with what, those left alone not counted. */
  changes: Record<string, number>;
  /** What the engine says is wrong. */
  error?: string;
}

/**
 * Takes one step with a stack of a Python program, in a process of its own, with the generated SDK. The program may import
 * the modules beside it and those beside this file.
 * @param script path of the program.
 * @param given what the program is given, with the name of the one of the script's programs that it is.
 */
export async function pythonStep(
  engine: Engine,
  script: string,
  operation: Operation,
  stack: string,
  given: { program: string },
): Promise<Step> {
  const args = [operation, stack, JSON.stringify(given)];
  const { stdout } = await withInstalledSdk((environment) => {
    const PYTHONPATH = [environment.PYTHONPATH, __dirname].join(delimiter);
    return engine.runPython({ script, args, environment: { ...environment, PYTHONPATH } });
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
