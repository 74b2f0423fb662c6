import { type Known, UNKNOWN } from "./plan/known";
import { type DeployedFunction, type ObservationRule, whyUnobserved } from "./plan/stack/unobservedFunctions";

export type { FunctionCandidate, FunctionFilter } from "./plan/stack/functionFilter";
export type { ObservationRule } from "./plan/stack/unobservedFunctions";

const functionType = "aws:lambda/function:Function";

/** A resource as passed by `@pulumi/policy` to a stack policy. */
export interface PolicyResource {
  type: string;
  name: string;
  urn: string;
  props: Record<string, unknown>;
}

/**
 * A policy for the whole stack in the form of `@pulumi/policy` (its `StackValidationPolicy`), which this package does
 * not depend on: a policy pack includes it.
 */
export interface StackPolicy {
  name: string;
  description: string;
  enforcementLevel: "advisory" | "mandatory" | "disabled";
  validateStack: (
    stack: { resources: readonly PolicyResource[] },
    report: (message: string, urn?: string) => void,
  ) => void;
}

/** What the policy requires, and its enforcement level. */
export interface EveryFunctionObservedArgs extends ObservationRule {
  /** `mandatory` fails the preview or update, `advisory` warns. Defaults to `mandatory`. */
  enforcementLevel?: StackPolicy["enforcementLevel"];
}

/**
 * The policy that every `aws.lambda.Function` of a stack is observed or excluded, whatever language the program is in
 * and whichever component creates the function. In a preview, functions whose layers are not known yet are skipped; the
 * update checks them.
 */
export function everyFunctionObserved(args: EveryFunctionObservedArgs = {}): StackPolicy {
  const { enforcementLevel = "mandatory", ...rule } = args;
  return {
    name: "every-function-observed",
    description: "Every Lambda function of the stack sends its telemetry to ClickStack, or is excluded.",
    enforcementLevel,
    validateStack: ({ resources }, report) => {
      for (const resource of resources) {
        if (resource.type !== functionType) continue;
        const reason = whyUnobserved(deployedFunction(resource), rule);
        if (reason !== undefined) report(reason, resource.urn);
      }
    },
  };
}

function deployedFunction({ name, urn, props }: PolicyResource): DeployedFunction {
  const text = (key: string): string | undefined => {
    const value = known(() => props[key]);
    return typeof value === "string" ? value : undefined;
  };
  const tags = Object.keys(Object(known(() => props.tags))).map((key) => {
    const value = known(() => (props.tags as Record<string, unknown>)[key]);
    return [key, typeof value === "string" ? value : ""] as const;
  });
  return {
    name,
    urn,
    ...optional({
      functionName: text("name"),
      runtime: text("runtime"),
      packageType: text("packageType"),
    }),
    tags: Object.fromEntries(tags),
    layers: layersOf(props),
    variables: variablesOf(props),
  };
}

function layersOf(props: PolicyResource["props"]): Known<Known<string>[]> {
  const layers = known(() => props.layers);
  if (layers === UNKNOWN) return UNKNOWN;
  if (!Array.isArray(layers)) return [];
  // By index: an iterator would fail at the first unknown one.
  return Array.from({ length: layers.length }, (_, i) => {
    const arn = known(() => layers[i]);
    return arn === UNKNOWN ? UNKNOWN : String(arn);
  });
}

function variablesOf(props: PolicyResource["props"]): Known<string[]> {
  const environment = known(() => props.environment) as Known<{ variables?: object } | undefined>;
  if (environment === UNKNOWN) return UNKNOWN;
  const variables = known(() => environment?.variables);
  return variables === UNKNOWN ? UNKNOWN : Object.keys(variables ?? {});
}

/** The value of a property, or that it is not known: `@pulumi/policy` throws when such a property is read. */
function known<T>(read: () => T): T | typeof UNKNOWN {
  try {
    return read();
  } catch {
    return UNKNOWN;
  }
}

function optional<T extends object>(values: T): Partial<{ [K in keyof T]: NonNullable<T[K]> }> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
