import type { FunctionArgs } from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { telemetryArguments } from "../plan/arguments/table";

/** The arguments that are not the function's own. */
type OwnArguments = Omit<ObservedFunctionArgs, keyof FunctionArgs>;

/** The description that the table needs for a value of this type. */
type ShapeOf<V> =
  | { kind: "any" }
  | (V extends boolean
      ? { kind: "boolean" }
      : V extends number
        ? { kind: "number" }
        : V extends string
          ? { kind: "string" | "choice" }
          : V extends readonly (infer Item)[]
            ? { kind: "list"; of: ShapeOf<Item> }
            : string extends keyof V
              ? { kind: "map"; of: ShapeOf<V[keyof V]> }
              : { kind: "object"; properties: ShapesOf<V> });

type ShapesOf<Args> = {
  readonly [Name in keyof Args]-?: ShapeOf<NonNullable<pulumi.Unwrap<Args[Name]>>>;
};

/** Does not compile if an argument is missing in the table, has another kind there, or no longer exists. */
const ownArguments = telemetryArguments satisfies ShapesOf<OwnArguments> & {
  readonly [Name in Exclude<keyof typeof telemetryArguments, keyof OwnArguments>]: never;
};

/**
 * The component's own inputs, which the stack's state stores with it. The function's are stored with the function: a
 * second copy would make every checkpoint of the state longer.
 */
export function componentInputs(args: ObservedFunctionArgs): Partial<ObservedFunctionArgs> {
  return Object.fromEntries(Object.entries(args).filter(([name]) => Object.hasOwn(ownArguments, name)));
}

/** The inputs of the function itself: all except the component's own. */
export function functionInputs(args: ObservedFunctionArgs): Partial<FunctionArgs> {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !Object.hasOwn(ownArguments, name)));
}
