export { Architecture } from "./provider/architecture";
export { ExtensionLayers } from "./provider/extensionLayers";
export * from "./provider/extensionLayersArgs";
export { ObservedFunction } from "./provider/observedFunction";
export * from "./provider/observedFunctionArgs";
export { ObserveStack, type ObserveStackOptions, observeStack } from "./provider/observeStack";
export type { ObserveStackArgs, ObserveStackProgramArgs } from "./provider/observeStackArgs";
export type { FunctionCandidate, FunctionFilter, FunctionFilterArgs } from "./provider/plan/functionFilter";
export * from "./provider/telemetryArgs";
