import * as pulumi from "@pulumi/pulumi";
import { isKnown, UNKNOWN } from "./plan/known";
import { describeProblems, type Problem } from "./plan/problem";
import { checkedArguments, checkFunction, type FunctionView, warnings } from "./plan/validate";

/**
 * Checks what can be checked at once, and the rest when its values are known.
 * @returns what every resource of the component has to wait for, so that nothing is made of wrong arguments.
 * @throws InputPropertiesError with all problems of the values that are plain already.
 */
export function checkArguments(name: string, args: object): Promise<void> {
  const now = viewNow(args);
  throwProblems(name, checkFunction(now));
  for (const { propertyPath, reason } of warnings(now)) {
    void pulumi.log.warn(`ObservedFunction "${name}", ${propertyPath}: ${reason}`);
  }
  if (!holdsUnknown(now)) return Promise.resolve();
  return viewWhenKnown(args).then((view) => throwProblems(name, checkFunction(view)));
}

/**
 * The problems of the arguments once their values have arrived; what is unknown in a preview is left out.
 * @param providerRegion finds the region of the function's provider, asked for when the arguments name none.
 */
export async function findProblems(args: object, providerRegion: () => Promise<string>): Promise<Problem[]> {
  const view = await viewWhenKnown(args);
  const byRegion = isKnown(view.extension) && isKnown(view.extension.layerVersionArns);
  const region = view.region ?? (byRegion ? await providerRegion() : undefined);
  return checkFunction(region === undefined ? view : { ...view, region });
}

/** All problems as one error that Pulumi shows by property; the message has them too, for where it does not. */
export function invalidArguments(name: string, problems: readonly Problem[]): pulumi.InputPropertiesError {
  return new pulumi.InputPropertiesError({
    message: `The arguments of "${name}" are not valid:\n${describeProblems(problems)}`,
    errors: [...problems],
  });
}

/** Arguments whose values are not to be shown: they may hold a key by mistake. */
const confidential = /^(authorization|environment|headers|settings)\b/;

/**
 * The same for the engine, which shows each property's path, reason and value: where the value must not be shown, path
 * and reason stand in the message alone.
 */
export function invalidRemoteArguments(
  name: string,
  problems: readonly Problem[],
): pulumi.InputPropertiesError {
  const hidden = problems.filter(({ propertyPath }) => confidential.test(propertyPath));
  const list = hidden.length === 0 ? "" : `:\n${describeProblems(hidden)}`;
  return new pulumi.InputPropertiesError({
    message: `The arguments of "${name}" are not valid${list}`,
    errors: problems.filter((problem) => !hidden.includes(problem)),
  });
}

function throwProblems(name: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalidArguments(name, problems);
}

/** The arguments as they stand: what is an output or a promise counts as unknown. */
function viewNow(args: object): FunctionView {
  return convert(checked(args), (value) =>
    pulumi.Output.isInstance(value) || value instanceof Promise ? UNKNOWN : undefined,
  ) as FunctionView;
}

/** The arguments with their values awaited; in a preview some stay unknown. */
async function viewWhenKnown(args: object): Promise<FunctionView> {
  const serialized = await pulumi.runtime.serializeProperties("arguments", checked(args));
  return convert(serialized, (value) => {
    if (value === pulumi.runtime.unknownValue) return UNKNOWN;
    return pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : undefined;
  }) as FunctionView;
}

function checked(args: object): pulumi.Inputs {
  return Object.fromEntries(
    checkedArguments.flatMap((key) => {
      const value: unknown = (args as Record<string, unknown>)[key];
      return value === undefined || value === null ? [] : [[key, value]];
    }),
  );
}

/** Copies plain data; where `replace` gives something, that stands in place of the value. */
function convert(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replaced = replace(value);
  if (replaced === UNKNOWN) return UNKNOWN;
  if (replaced !== undefined) return convert(replaced, replace);
  if (Array.isArray(value)) return value.map((item) => convert(item, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item, replace)]));
}

function holdsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsUnknown);
}
