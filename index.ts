export { Architecture } from "./provider/architecture";
export { ExtensionLayers } from "./provider/extensionLayers";
export * from "./provider/extensionLayersArgs";
export { ObservedFunction } from "./provider/observedFunction";
export * from "./provider/observedFunctionArgs";
export { type ObserveStackArgs, observeStack } from "./provider/observeStack";
export type { FunctionCandidate, FunctionFilter } from "./provider/plan/functionFilter";
export * from "./provider/telemetryArgs";
