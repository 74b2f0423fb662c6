import type { Language } from "./instrumentationLayers";

/** The distribution that is in the layers of `ExtensionLayers`, beside the extension. */
export const lightDistribution = "light";

/** Script for `AWS_LAMBDA_EXEC_WRAPPER`, in the extension's layers and in the layer of light tracing alone. */
export const lightExecWrapper = "/opt/clickstack-tracing";

/** The variable that switches light tracing off. */
export const tracingVariable = "CLICKSTACK_TRACING";

/** Languages with light tracing. */
export const lightLanguages: Readonly<Partial<Record<Language, true>>> = { nodejs: true, python: true };

/** Whether there is light tracing for a runtime, as its name reads. */
export function isTraced(runtime: string): boolean {
  return /^(nodejs|python)/.test(runtime);
}

/** Whether a layer is that of light tracing alone, under the name that `ExtensionLayers` gives it. */
export function isTracingLayer(arn: string): boolean {
  return /:layer:[A-Za-z0-9-_]*clickstack-tracing:/.test(arn);
}

/** Whether a layer is one of Rotel's, which hold its extension and no tracing. */
export function isRotelLayer(arn: string): boolean {
  return /:layer:rotel-extension-/.test(arn);
}
