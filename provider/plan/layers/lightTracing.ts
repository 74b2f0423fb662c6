import type { Language } from "./instrumentationLayers";

/** The distribution that is in the layers of `ExtensionLayers`, together with the extension. */
export const lightDistribution = "light";

/** Script for `AWS_LAMBDA_EXEC_WRAPPER`, in the extension's layers and in the layer with only light tracing. */
export const lightExecWrapper = "/opt/clickstack-tracing";

/** The variable that switches light tracing off. */
export const tracingVariable = "CLICKSTACK_TRACING";

/** Languages with light tracing. */
export const lightLanguages: Readonly<Partial<Record<Language, true>>> = { nodejs: true, python: true };

/** Whether light tracing supports a runtime, by its name. */
export function isTraced(runtime: string): boolean {
  return /^(nodejs|python)/.test(runtime);
}

/** Whether a layer contains only light tracing, by the name that `ExtensionLayers` uses. */
export function isTracingLayer(arn: string): boolean {
  return /:layer:[A-Za-z0-9-_]*clickstack-tracing:/.test(arn);
}

/** Whether a layer is one of Rotel's, which contain its extension and no tracing. */
export function isRotelLayer(arn: string): boolean {
  return /:layer:rotel-extension-/.test(arn);
}
