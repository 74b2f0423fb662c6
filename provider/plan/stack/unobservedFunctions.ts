import { type Known, UNKNOWN } from "../known";
import { type FunctionFilter, isObserved } from "./functionFilter";

/** A function of a stack, as far as known. */
export interface DeployedFunction {
  /** Name of the resource in the program. */
  name: string;
  /** URN of the resource, which names its parent components. */
  urn: string;
  functionName?: string;
  runtime?: string;
  /** `Image` for functions from container images. */
  packageType?: string;
  tags: Readonly<Record<string, string>>;
  /** ARNs of the layer versions. */
  layers: Known<readonly Known<string>[]>;
  /** Names of the environment variables. */
  variables: Known<readonly string[]>;
}

/** When a function is considered observed, and which functions need not be. */
export interface ObservationRule {
  /** The functions that have to be observed. Defaults to all. */
  include?: FunctionFilter;
  /** Functions that need not be observed, even if they are included. */
  exclude?: FunctionFilter;
  /**
   * Names of the layers that contain the extension; `*` stands for any characters. Defaults to those of
   * `ExtensionLayers` without a `namePrefix`, and to Rotel's.
   */
  layerNames?: readonly string[];
}

const defaultLayerNames = ["clickstack-extension-*", "rotel-extension-*"];
const componentType = "clickstack-lambda:index:ObservedFunction";

/**
 * Why a function is not observed, with the fix.
 * @returns undefined if it is observed, need not be, or if its layers are not known yet, as in the first preview.
 */
export function whyUnobserved(deployed: DeployedFunction, rule: ObservationRule): string | undefined {
  const { name, functionName, tags, runtime } = deployed;
  const candidate = { name, tags, ...(functionName && { functionName }), ...(runtime && { runtime }) };
  if (!isObserved(candidate, rule) || deployed.urn.includes(`${componentType}$`)) return undefined;
  return deployed.packageType === "Image" ? whyImage(deployed) : whyNoLayer(deployed, rule);
}

/** Whether an image contains the extension is not visible here; its settings indicate it. */
function whyImage({ name, variables }: DeployedFunction): string | undefined {
  if (variables === UNKNOWN || variables.some((one) => /^(ROTEL|CLICKSTACK)_/.test(one))) return undefined;
  return `function "${name}" is a container image without settings of the extension: build the extension into its image and make it an ObservedFunction, or exclude it in the policy`;
}

function whyNoLayer(
  { name, layers }: DeployedFunction,
  { layerNames = defaultLayerNames }: ObservationRule,
): string | undefined {
  if (layers === UNKNOWN || layers.includes(UNKNOWN)) return undefined;
  const patterns = layerNames.map(expression);
  const observed = layers.some((arn) => {
    const layer = typeof arn === "string" ? arn.split(":")[6] : undefined;
    return layer !== undefined && patterns.some((pattern) => pattern.test(layer));
  });
  if (observed) return undefined;
  return `function "${name}" is not observed: it has no layer named ${layerNames.join(" or ")}. Make it an ObservedFunction, observe the stack before the function is made, or exclude it in the policy`;
}

function expression(pattern: string): RegExp {
  const literal = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*")}$`);
}
