import type { PolicyStatement } from "../../provider/plan/policies/statements";
import { type NoChange, planChange, type Telemetry } from "./change";
import type { FunctionState } from "./functionState";
import { readingStatements } from "./policies";
import { originalOf, recordVariable } from "./record";

/** What the program that manages a function has to add to it. */
export interface Addition {
  name: string;
  region: string;
  /** All layers, the function's own first. */
  layers: readonly string[];
  /** Those that are added. */
  addedLayers: readonly string[];
  /** Variables that are added. */
  variables: Readonly<Record<string, string>>;
  statements: readonly PolicyStatement[];
}

/**
 * The change that makes a function an observed one, for the program that manages it. That program does not know about changes
 * that `instrument` made to the function.
 */
export function planAddition(of: FunctionState, telemetry: Telemetry): Addition | NoChange {
  const own = originalOf(of) ?? of;
  const plan = planChange({ ...of, ...own }, telemetry, { policies: {}, changesManaged: true });
  if (plan.kind !== "change") return plan;
  const { layers, variables } = plan.after;
  const { secretArns, secretKmsKeyArns } = telemetry as Record<string, readonly string[] | undefined>;
  return {
    ...{ name: of.name, region: of.region, layers },
    addedLayers: layers.filter((arn) => !own.layers.includes(arn)),
    variables: Object.fromEntries(
      Object.entries(variables).filter(
        ([name, value]) => own.variables[name] !== value && name !== recordVariable,
      ),
    ),
    statements: readingStatements(variables, { secretArns, secretKmsKeyArns }),
  };
}
