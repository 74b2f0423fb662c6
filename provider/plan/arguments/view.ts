import type { Known, UNKNOWN } from "../known";
import type { Problem } from "../problem";
import { fitValue } from "./shape";
import { checkedArguments, type functionArguments, type telemetryArguments } from "./table";

/** The value that a shape of the table describes, as far as it is known. */
type KnownOf<S> = S extends { kind: "string" | "choice" }
  ? Known<string>
  : S extends { kind: "number" }
    ? Known<number>
    : S extends { kind: "boolean" }
      ? Known<boolean>
      : S extends { kind: "list"; of: infer Of }
        ? Known<KnownOf<Of>[]>
        : S extends { kind: "map"; of: infer Of }
          ? Known<Record<string, KnownOf<Of>>>
          : S extends { kind: "object"; properties: infer Properties }
            ? Known<KnownParts<Properties>>
            : unknown;

type KnownParts<Properties> = { -readonly [Name in keyof Properties]?: KnownOf<Properties[Name]> };

/**
 * The arguments of an observed function that can be checked, as far as their values are known: typed by the table, not
 * by Pulumi's types, so that code without Pulumi can also plan and check with it.
 */
export type FunctionView = KnownParts<typeof telemetryArguments & typeof functionArguments>;

type PartsOf<Name extends keyof FunctionView> = Exclude<NonNullable<FunctionView[Name]>, typeof UNKNOWN>;

/** Where the extension's layer comes from, as far as it is known. */
export type ExtensionView = PartsOf<"extension">;

/** How the function is instrumented, as far as it is known. */
export type InstrumentationView = PartsOf<"autoInstrumentation">;

/** Map whose values may not be known yet. */
export type KnownMap = Known<Record<string, Known<string>>>;

/**
 * The arguments for further checks: values of the wrong type are problems, and unknown to later checks.
 */
export function fitArguments(view: object): { view: FunctionView; problems: Problem[] } {
  const shapes = new Map(checkedArguments.map(({ path, argument }) => [path, argument]));
  const parts = Object.entries(view).map(([name, value]) => ({
    name,
    ...fitValue(value, shapes.get(name) ?? { kind: "any" }, name),
  }));
  const present = parts.filter(({ value }) => value !== undefined && value !== null);
  return {
    view: Object.fromEntries(present.map(({ name, value }) => [name, value])),
    problems: parts.flatMap(({ problems }) => problems),
  };
}
