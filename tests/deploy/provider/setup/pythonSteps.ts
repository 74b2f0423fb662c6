import { delimiter } from "node:path";
import type { Engine } from "../../../../sandbox/engine";
import { withInstalledSdk } from "../../../examples/installedSdk";

/** The operation on a stack. */
export type Operation = "up" | "preview" | "refresh" | "destroy";

/** The result of a step of a Python program's stack. */
export interface Step {
  outputs: Record<string, string & string[]>;
  /** Number of resources per operation, without unchanged ones. */
  changes: Record<string, number>;
  /** The engine's error messages. */
  error?: string;
}

/**
 * Runs one step of a Python program's stack in a separate process, with the generated SDK. The program may import
 * the modules beside it and those beside this file.
 * @param script path of the program.
 * @param given the program's inputs, including its name in the script.
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
