export { Architecture } from "./provider/architecture";
export { ExtensionLayers } from "./provider/extensionLayers";
export * from "./provider/extensionLayersArgs";
export { ObservedFunction } from "./provider/observedFunction";
export * from "./provider/observedFunctionArgs";
export * from "./provider/telemetryArgs";
