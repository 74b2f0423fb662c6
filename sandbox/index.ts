// A local Lambda: real functions with real layers, on this machine alone.
export { DurableFunctions, type ExecuteOptions, type ExecutionResult } from "./durableFunction";
export type { FunctionDefinition } from "./functionDefinition";
export type { InvocationResult, InvokeOptions } from "./invocation";
export { findIsolation, type Isolation } from "./isolation";
export { defaultCacheDirectory } from "./layerCache";
export type { LogLine, LogSink, LogStream } from "./logSink";
export { Sandbox, type SandboxOptions } from "./sandbox";
export type { TelemetryEvent } from "./telemetryEvent";
