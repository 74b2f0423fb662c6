import type { FunctionArgs } from "@pulumi/aws/lambda";
import type { FunctionFilter, FunctionFilterArgs } from "../plan/stack/functionFilter";
import type { ObservedFunctionArgs } from "./observedFunction";

/** Arguments that mean one function alone. */
type OfOneFunction = keyof FunctionArgs | "functionAlias" | "serviceName" | "serviceVersion";

/**
 * Arguments of `ObserveStack`: how the functions of a stack are observed, and which.
 */
export interface ObserveStackArgs extends Omit<ObservedFunctionArgs, OfOneFunction> {
  /**
   * The functions to observe. Defaults to all.
   */
  include?: FunctionFilterArgs;
  /**
   * Functions to leave alone, even if they are included.
   */
  exclude?: FunctionFilterArgs;
}

/** Arguments of `observeStack()`: those of `ObserveStack`, with filters that may decide by themselves. */
export interface ObserveStackProgramArgs extends Omit<ObserveStackArgs, "include" | "exclude"> {
  /** The functions to observe. Defaults to all. */
  include?: FunctionFilter;
  /** Functions to leave alone, even if they are included. */
  exclude?: FunctionFilter;
}
