// A local Lambda: real functions with real layers, only on this machine.

export type { TelemetryEvent } from "./lambda/core/telemetryEvent";
export { DurableFunctions, type ExecuteOptions, type ExecutionResult } from "./lambda/durable/functions";
export type { InvocationResult, InvokeOptions } from "./lambda/environment/invocation";
export type { FunctionDefinition } from "./lambda/function/definition";
export { defaultCacheDirectory } from "./lambda/isolation/layerCache";
export { findIsolation, type Isolation } from "./lambda/isolation/probe";
export type { LogLine, LogSink, LogStream } from "./lambda/logs/sink";
export { Sandbox, type SandboxOptions } from "./lambda/sandbox";
