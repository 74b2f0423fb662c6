import { type FunctionChoice, isObserved } from "../../provider/plan/stack/functionFilter";
import type { FunctionState } from "./functionState";
import { pairsOf } from "./telemetryOptions";
import { UsageError } from "./usageError";

/** The functions that a command applies to. */
export interface Selection {
  /** Named functions, which must all exist. Without a region they are searched for in all regions. */
  named: { name: string; region?: string }[];
  /** Criteria for further functions; undefined if only the named ones are selected. */
  choice: FunctionChoice | undefined;
  /** Name of a CloudFormation stack, whose functions are selected. */
  stack?: string;
}

/** The options of the command line that select functions. */
export interface SelectionOptions {
  tag?: string[];
  runtime?: string[];
  stack?: string;
  all?: boolean;
  exclude?: string[];
}

const functionArn =
  /^arn:aws[a-z-]*:lambda:(?<region>[a-z0-9-]+):\d{12}:function:(?<name>[\w-]+)(?::[\w$-]+)?$/;

/**
 * The selection by arguments and options.
 * @param names names, ARNs, and patterns with `*`.
 * @throws UsageError if nothing is selected or a name is not valid.
 */
export function selectionOf(names: readonly string[], options: SelectionOptions): Selection {
  const patterns = names.filter((name) => name.includes("*"));
  const named = names.filter((name) => !name.includes("*")).map(namedFunction);
  const { tag, runtime, stack, all, exclude } = options;
  const tags = pairsOf(tag, "--tag") ?? {};
  const chooses = patterns.length > 0 || tag !== undefined || runtime !== undefined || stack !== undefined;
  if (all && (chooses || named.length > 0)) {
    throw new UsageError("--all selects every function: remove the names and the other selections");
  }
  if (!all && !chooses && named.length === 0) {
    throw new UsageError(
      "no function is selected: name functions, or use --tag, --runtime, --stack or --all",
    );
  }
  const include = { names: patterns, tags, runtimes: runtime ?? [] };
  const excluded = exclude === undefined ? {} : { exclude: { names: exclude } };
  const byFilter = patterns.length > 0 || tag !== undefined || runtime !== undefined;
  const choice = !all && !chooses ? undefined : { ...(byFilter && { include }), ...excluded };
  return { named, choice, ...(stack !== undefined && { stack }) };
}

/** Whether a listed function is selected. Its tags have to be known if {@link needsTags}. */
export function isSelected(of: FunctionState, { choice, stack }: Selection): boolean {
  if (choice === undefined) return false;
  const { name, runtime, tags = {} } = of;
  if (stack !== undefined && tags["aws:cloudformation:stack-name"] !== stack) return false;
  return isObserved({ name, functionName: name, tags, ...(runtime && { runtime }) }, choice);
}

/** Whether the selection depends on a function's tags, which listing functions does not return. */
export function needsTags({ choice, stack }: Selection): boolean {
  return stack !== undefined || Object.keys(choice?.include?.tags ?? {}).length > 0;
}

function namedFunction(text: string): { name: string; region?: string } {
  const { name, region } = functionArn.exec(text)?.groups ?? {};
  if (name !== undefined && region !== undefined) return { name, region };
  if (/^[\w-]{1,64}$/.test(text)) return { name: text };
  throw new UsageError(`"${text}" is not the name or ARN of a function; with * it is a pattern of names`);
}
