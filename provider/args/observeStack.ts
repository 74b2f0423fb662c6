import type { FunctionArgs } from "@pulumi/aws/lambda";
import type { FunctionFilter, FunctionFilterArgs } from "../plan/stack/functionFilter";
import type { ObservedFunctionArgs } from "./observedFunction";

/** Arguments that apply to a single function. */
type OfOneFunction = keyof FunctionArgs | "functionAlias" | "serviceName" | "serviceVersion";

/**
 * Arguments of `ObserveStack`: which functions of a stack are observed, and how.
 */
export interface ObserveStackArgs extends Omit<ObservedFunctionArgs, OfOneFunction> {
  /**
   * The functions to observe. Defaults to all.
   */
  include?: FunctionFilterArgs;
  /**
   * Functions not to observe, even if they are included.
   */
  exclude?: FunctionFilterArgs;
}

/** Arguments of `observeStack()`: those of `ObserveStack`, with filters that may contain functions. */
export interface ObserveStackProgramArgs extends Omit<ObserveStackArgs, "include" | "exclude"> {
  /** The functions to observe. Defaults to all. */
  include?: FunctionFilter;
  /** Functions not to observe, even if they are included. */
  exclude?: FunctionFilter;
}
