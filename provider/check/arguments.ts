import * as pulumi from "@pulumi/pulumi";
import { checkedArguments, isConfidential, valueAt } from "../plan/arguments/table";
import { type FunctionView, fitArguments } from "../plan/arguments/view";
import { isChosenByRegion } from "../plan/checks/extension";
import { checkRequired, checkRoleAccount } from "../plan/checks/packaging";
import { checkFunction, warnings } from "../plan/checks/validate";
import { holdsUnknown, isKnown, UNKNOWN } from "../plan/known";
import { describeProblems, type Problem } from "../plan/problem";
import { redact } from "../plan/redaction";
import { awaited } from "../pulumi/inputs";
import { holdsSecret, secretsIn } from "../pulumi/secretValues";
import { checkCode } from "./code";
import { readManifestFile } from "./manifestFile";

/** Where a function is created, if the arguments do not say; only queried if a problem depends on it. */
export interface DeployContext {
  /** Region of the function's provider. */
  region: () => pulumi.Input<string>;
  /** Account of the function's provider. Without it, roles of other accounts are not checked here, but by AWS. */
  account?: () => Promise<string | undefined>;
}

/**
 * Checks what can be checked at once.
 * @throws InputPropertiesError with all problems of the values that are already plain.
 */
export function checkArguments(name: string, args: object): void {
  const now = fitArguments(viewNow(args));
  throwProblems(name, checkFitted(now));
  for (const { propertyPath, reason } of warnings(now.view)) {
    void pulumi.log.warn(`ObservedFunction "${name}", ${propertyPath}: ${reason}`);
  }
}

/**
 * Checks the rest once its values are known.
 * @returns what every resource of the component has to wait for, so that nothing is created from wrong arguments.
 */
export async function checkLater(name: string, args: object, context: DeployContext): Promise<void> {
  const now = viewNow(args);
  const problems = await checkCode(args);
  const wantsAccount = context.account !== undefined && now.role !== undefined;
  if (problems.length > 0 || holdsUnknown(now) || wantsRegion(now) || wantsAccount) {
    problems.push(...(await findProblems(args, context)));
  } else if (comparesRegion(now)) {
    const region = await awaited(context.region());
    problems.push(...checkFitted(fitArguments({ ...now, region })));
  }
  throwProblems(name, problems);
}

/**
 * The problems of the arguments once their values have arrived; values that are unknown in a preview are skipped. No
 * reason contains a secret value.
 */
export async function findProblems(args: object, context: DeployContext): Promise<Problem[]> {
  const { view, secrets } = await viewWhenKnown(args);
  const region =
    wantsRegion(view) || comparesRegion(view)
      ? (await viewWhenKnown({ region: context.region() })).view.region
      : undefined;
  const account = view.role === undefined ? undefined : await context.account?.();
  const problems = [
    ...checkFitted(fitArguments(region === undefined ? view : { ...view, region })),
    ...(account === undefined ? [] : checkRoleAccount(view, account)),
  ];
  return withoutSecrets(problems, secrets);
}

/** The problems, with secret values removed from the reasons. */
export function withoutSecrets(problems: readonly Problem[], secrets: readonly string[]): Problem[] {
  return problems.map(({ propertyPath, reason }) => ({ propertyPath, reason: redact(reason, secrets) }));
}

/**
 * All problems as one error that Pulumi shows by property; the message also contains them, for cases in which it does
 * not.
 */
export function invalidArguments(name: string, problems: readonly Problem[]): pulumi.InputPropertiesError {
  return new pulumi.InputPropertiesError({
    message: `The arguments of "${name}" are not valid:\n${describeProblems(problems)}`,
    errors: [...problems],
  });
}

/**
 * The same for the engine, which shows each property's path, reason and value, even if it is secret: if the value must
 * not be shown, path and reason are only in the message.
 */
export async function invalidRemoteArguments(
  name: string,
  args: pulumi.Inputs,
  problems: readonly Problem[],
): Promise<pulumi.InputPropertiesError> {
  const serialized = await pulumi.runtime.serializeProperties("arguments", args);
  const hidden = problems.filter(({ propertyPath }) => {
    const [argument = ""] = propertyPath.split(/[.[]/);
    return isConfidential(argument) || holdsSecret(serialized[argument]);
  });
  const list = hidden.length === 0 ? "" : `:\n${describeProblems(hidden)}`;
  return new pulumi.InputPropertiesError({
    message: `The arguments of "${name}" are not valid${list}`,
    errors: problems.filter((problem) => !hidden.includes(problem)),
  });
}

function throwProblems(name: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw invalidArguments(name, problems);
}

/** Whether problems may depend on the region of the provider. */
function wantsRegion(view: FunctionView): boolean {
  if (view.region !== undefined) return false;
  return isChosenByRegion(view) || isKnown(view.autoInstrumentation);
}

/** Whether there are layers by ARN, whose region has to be that of the provider. */
function comparesRegion({ region, layers, extension, packageType }: FunctionView): boolean {
  if (region !== undefined || packageType === "Image") return false;
  return isKnown(layers) || (isKnown(extension) && isKnown(extension.layerVersionArn));
}

/** The problems; values of the wrong type and missing values come first. */
function checkFitted({ view, problems }: ReturnType<typeof fitArguments>): Problem[] {
  return [...problems, ...checkRequired(view), ...checkFitting(view)];
}

/** The problems, with those of a manifest in a file reported for the argument that names the file. */
function checkFitting(view: FunctionView): Problem[] {
  const { extension } = view;
  const path = isKnown(extension) ? extension.manifestFile : undefined;
  if (!isKnown(extension) || !isKnown(path) || extension.manifest !== undefined) return checkFunction(view);
  const { manifestFile: _, ...others } = extension;
  const read = readManifestFile(path);
  const rename = (problem: Problem): Problem =>
    problem.propertyPath === "extension.manifest"
      ? { ...problem, propertyPath: "extension.manifestFile" }
      : problem;
  if ("reason" in read) {
    const problems = checkFunction({ ...view, extension: UNKNOWN });
    return [...problems, { propertyPath: "extension.manifestFile", reason: read.reason }];
  }
  return checkFunction({ ...view, extension: { ...others, manifest: read.manifest } }).map(rename);
}

/** The current arguments; outputs and promises are treated as unknown. */
function viewNow(args: object): FunctionView {
  return convert(checked(args), (value) =>
    pulumi.Output.isInstance(value) || value instanceof Promise ? UNKNOWN : undefined,
  ) as FunctionView;
}

/** The arguments with their values awaited, and which of these are secret; in a preview some stay unknown. */
async function viewWhenKnown(args: object): Promise<{ view: FunctionView; secrets: string[] }> {
  const serialized = await pulumi.runtime.serializeProperties("arguments", checked(args));
  const view = convert(serialized, (value) => {
    if (value === pulumi.runtime.unknownValue) return UNKNOWN;
    return pulumi.runtime.isRpcSecret(value) ? pulumi.runtime.unwrapRpcSecret(value) : undefined;
  }) as FunctionView;
  return { view, secrets: secretsIn(serialized) };
}

function checked(args: object): pulumi.Inputs {
  return Object.fromEntries(
    checkedArguments.flatMap(({ path, argument }) => {
      const value = valueAt(args, path);
      return value === undefined ? [] : [[path, argument.kind === "given" ? "given" : value]];
    }),
  );
}

/** Copies plain data; if `replace` returns something, it replaces the value. */
function convert(value: unknown, replace: (value: unknown) => unknown): unknown {
  const replaced = replace(value);
  if (replaced === UNKNOWN) return UNKNOWN;
  if (replaced !== undefined) return convert(replaced, replace);
  if (Array.isArray(value)) return value.map((item) => convert(item, replace));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item, replace)]));
}
