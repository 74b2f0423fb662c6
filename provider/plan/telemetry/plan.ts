import {
  type Argument,
  type ArgumentPath,
  secretArguments,
  type telemetryArguments,
  telemetryPaths,
  valueAt,
} from "../arguments/table";
import { type Known, UNKNOWN } from "../known";
import { keyValueList } from "./keyValueList";
import type { PlannedVariable } from "./mergedEnvironment";
import { referenceText } from "./references";
import { findSetting, variableOf } from "./settings";

/**
 * How values are combined by a planner: a check knows some of them, a deployment gets them later, and code that has
 * read a function knows all of them.
 */
export interface Interpreter<T> {
  /** A constant. */
  string(value: string): T;
  /**
   * The string made from several values, once they are available.
   * @param write is passed the values; one that turned out to be absent is undefined.
   */
  combine(values: readonly unknown[], write: (values: readonly unknown[]) => string): T;
}

/** Values that are all known. */
export const plainValues: Interpreter<string> = {
  string: (value) => value,
  combine: (values, write) => write(values),
};

/** Values as far as a check knows them. Results of unknown values are as short as possible. */
export const knownValues: Interpreter<Known<string>> = {
  string: (value) => value,
  combine: (values, write) => write(values.map(shortest)),
};

/** Arguments by their names, as passed to an interpreter. `clickhouse` and `settings` are plain maps. */
export type PlannedArguments = { readonly [Name in keyof typeof telemetryArguments]?: unknown };

/**
 * The environment variables for these arguments, in the order of the table, then those of `settings`, then what the
 * arguments imply. Unknown settings are ignored: they have already been reported.
 *
 * A key that is given as a value is in its variable unchanged. A deployment stores keys first, and plans with the ARNs
 * of the stored secrets.
 */
export function planTelemetry<T>(args: PlannedArguments, interpreter: Interpreter<T>): PlannedVariable<T>[] {
  const given = telemetryPaths.filter(({ path }) => valueAt(args, path) !== undefined);
  const planned = telemetryPaths.flatMap((one) => planSetting(args, one, interpreter));
  const settings = isMap(args.settings) ? Object.entries(args.settings) : [];
  const further = settings.flatMap(([name, value]) => {
    const found = findSetting(name);
    return found ? [{ name: found.variable, value: value as T, origin: `settings.${name}` }] : [];
  });
  const implied = given.flatMap(({ path, argument }) =>
    Object.entries(argument.implies ?? {}).map(([setting, value]) => ({
      name: variableOf(setting),
      value: interpreter.string(value),
      origin: path,
      isDefault: true,
    })),
  );
  return [...planned, ...further, ...implied];
}

const plannedNames: ReadonlySet<string> = new Set([
  ...telemetryPaths.filter(({ argument }) => isPlanned(argument)).map(({ path }) => path),
  "settings",
]);

function isPlanned({ setting, entry, secret, implies, properties }: Argument): boolean {
  return (
    [setting, entry, secret, implies].some((one) => one !== undefined) ||
    Object.values(properties ?? {}).some((part) => part.setting !== undefined)
  );
}

/** The arguments that the plan uses. */
export function plannedArguments<A extends object>(args: A): Partial<A> {
  return Object.fromEntries(Object.entries(args).filter(([name]) => plannedNames.has(name))) as Partial<A>;
}

/** The arguments for the plan of a check: what will be stored for a key is not known yet. */
export function withUnknownKeys<A extends object>(args: A): A {
  const keys = secretArguments.filter((name) => valueAt(args, name) !== undefined);
  return { ...args, ...Object.fromEntries(keys.map((name) => [name, UNKNOWN])) };
}

/** A value with its argument, and how it is written. */
interface Source {
  path: string;
  value: unknown;
  write(value: unknown): string;
  /** Whether it is written unchanged, so that nothing has to be combined. */
  isWritten: boolean;
}

function planSetting<T>(
  args: PlannedArguments,
  one: ArgumentPath,
  interpreter: Interpreter<T>,
): PlannedVariable<T>[] {
  const { setting, kind } = one.argument;
  if (setting === undefined) return [];
  const name = variableOf(setting);
  if (kind === "map") return planList(args, one, name, interpreter);
  const source = sourceOf(args, one);
  if (source === undefined) return [];
  const { path: origin, value, write, isWritten } = source;
  if (isWritten) return [{ name, value: value as T, origin }];
  return [{ name, value: interpreter.combine([value], ([found]) => write(found)), origin }];
}

/** A list of pairs, of a map and of the arguments that are entries of it. */
function planList<T>(
  args: PlannedArguments,
  { path }: ArgumentPath,
  name: string,
  { combine }: Interpreter<T>,
): PlannedVariable<T>[] {
  const parts = telemetryPaths.flatMap((one) => {
    const entry = one.argument.entry?.of === path ? one.argument.entry.name : undefined;
    if (entry === undefined && one.path !== path) return [];
    const source = sourceOf(args, one);
    return source === undefined || isEmptyMap(source.value) ? [] : [{ ...source, entry }];
  });
  const [first] = parts;
  if (first === undefined) return [];
  const pairsOf = (found: unknown, index: number): Record<string, string> => {
    const part = parts[index];
    if (found === undefined || part === undefined) return {};
    return part.entry === undefined ? stringsOf(found) : { [part.entry]: part.write(found) };
  };
  const value = combine(
    parts.map((part) => part.value),
    (values) => keyValueList(Object.assign({}, ...values.map(pairsOf))),
  );
  const origin = parts.find((part) => part.entry === undefined) ?? first;
  return [{ name, value, origin: origin.path }];
}

/** The source of an argument's value: the argument itself, or the key that may be given instead. */
function sourceOf(args: PlannedArguments, { path, argument }: ArgumentPath): Source | undefined {
  const value = valueAt(args, path);
  if (value !== undefined) {
    const isWritten = argument.reference === undefined && argument.kind !== "boolean";
    return { path, value, write: writerOf(argument), isWritten };
  }
  const [holder = "", part] = path.split(".");
  if (part !== undefined && !isMap(valueAt(args, holder))) return undefined;
  const key = telemetryPaths.find((one) => one.argument.secret?.insteadOf === path);
  const given = key && valueAt(args, key.path);
  return given === undefined || key === undefined
    ? undefined
    : { path: key.path, value: given, write: String, isWritten: true };
}

/** To the extension an empty variable is not set, so it can represent a value that turned out to be absent. */
function writerOf({ reference }: Argument): (value: unknown) => string {
  return (value) => {
    if (value === undefined || value === "") return "";
    return reference ? referenceText(String(value)) : String(value);
  };
}

function stringsOf(map: unknown): Record<string, string> {
  return isMap(map) ? (map as Record<string, string>) : {};
}

function shortest(value: unknown): unknown {
  if (value === UNKNOWN) return "";
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, shortest(item)]));
}

/** Whether it is a map, not an output of one. */
function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isEmptyMap(value: unknown): boolean {
  return isMap(value) && Object.keys(value).length === 0;
}
