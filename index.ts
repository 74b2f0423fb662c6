export * from "./provider/args/extensionLayers";
export * from "./provider/args/lambdaDashboards";
export * from "./provider/args/observedFunction";
export type { ObserveStackArgs, ObserveStackProgramArgs } from "./provider/args/observeStack";
export * from "./provider/args/telemetry";
export { ExtensionLayers } from "./provider/components/extensionLayers";
export { LambdaDashboards } from "./provider/components/lambdaDashboards";
export { ObservedFunction } from "./provider/components/observedFunction";
export { ObserveStack, type ObserveStackOptions, observeStack } from "./provider/components/observeStack";
export type { ObservedFunctionOptions } from "./provider/function/options";
export type {
  FunctionCandidate,
  FunctionFilter,
  FunctionFilterArgs,
} from "./provider/plan/stack/functionFilter";
