import { type Problem, problem } from "../../provider/plan/problem";
import type { Configuration, FunctionState } from "./functionState";
import { hasRecord, recordVariable } from "./record";

/** Tags of tools that would undo a change with their next deployment. */
const managers: Readonly<Record<string, (name: string) => string>> = {
  "aws:cloudformation:stack-name": (name) => `the CloudFormation stack ${name}`,
  "sst:app": (name) => `the SST app ${name}`,
};

/** The tool that manages a function, by its tags; undefined if they do not show it. */
export function managerOf({ tags = {} }: FunctionState): string | undefined {
  const [key] = Object.keys(managers).filter((tag) => tags[tag] !== undefined);
  return key === undefined ? undefined : managers[key]?.(tags[key] ?? "");
}

/** Why a function cannot be changed, apart from problems with its arguments. */
export function whyLeftAlone(
  of: FunctionState,
  original: Configuration | undefined,
  changesManaged = false,
): Problem[] {
  const manager = changesManaged ? undefined : managerOf(of);
  return [
    ...problem("environment", of.unreadable && unreadable(of.unreadable)),
    ...problem("environment.variables", original === undefined ? brokenRecord : undefined),
    ...problem("tags", manager && managed(manager)),
    ...problem("packageType", of.packageType === "Image" ? containerImage : undefined),
    ...problem("layers", original && !hasRecord(of) ? observedOtherwise(original) : undefined),
  ];
}

const containerImage =
  "functions from container images cannot have layers. Build the extension into the image, as examples/container-image shows";

const brokenRecord = `the variable ${recordVariable} is not as this command wrote it, so that it does not say what to restore. Restore it from the function's history, or remove the added layers and variables by hand`;

function unreadable(reason: string): string {
  return `Lambda does not show the environment variables (${reason}), and an update would delete them. Allow kms:Decrypt on the function's key`;
}

function managed(manager: string): string {
  return `is managed by ${manager}, whose next deployment would undo the change. Add the layer and the variables there, or pass --include-managed`;
}

function observedOtherwise({ layers }: Configuration): string | undefined {
  const arn = layers.find((one) => /:layer:(clickstack|rotel)-extension-/.test(one));
  return (
    arn &&
    `already has the extension (${arn}), which was not added by this command. Change it where it was added`
  );
}
