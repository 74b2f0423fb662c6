import { checkPairs, mergeEnvironment } from "./environment";
import { isKnown, type Known, UNKNOWN } from "./known";
import { checkLayerArn, checkLayers, chooseLayer, type LayerVersionArns } from "./layers";
import { parseRoleArn } from "./policies";
import type { Problem } from "./problem";
import { parseReference } from "./references";
import { checkRegion } from "./regions";
import { checkArchitecture, checkRuntime, defaultArchitecture } from "./runtimes";
import { checkSettingValue, checkUrl, findSetting, unknownSetting } from "./settings";
import { authorizationHeader, telemetryVariables } from "./telemetryVariables";

/** Map whose values may not be known yet. */
type KnownMap = Known<Record<string, Known<string>>>;

/** The arguments of an observed function that can be checked, as far as their values are known. */
export interface FunctionView {
  architectures?: Known<Known<string>[]>;
  authorization?: Known<string>;
  endpoint?: Known<string>;
  environment?: Known<{ variables?: KnownMap }>;
  extension?: Known<ExtensionView>;
  headers?: KnownMap;
  layers?: Known<Known<string>[]>;
  packageType?: Known<string>;
  protocol?: Known<string>;
  region?: Known<string>;
  resourceAttributes?: KnownMap;
  role?: Known<string>;
  runtime?: Known<string>;
  serviceName?: Known<string>;
  settings?: KnownMap;
}

/** Where the extension's layer comes from, as far as it is known. */
export interface ExtensionView {
  layerVersionArn?: Known<string>;
  layerVersionArns?: Known<Record<string, Known<Record<string, Known<string>>>>>;
}

/** The names of the arguments that are looked at. */
export const checkedArguments: readonly (keyof FunctionView)[] = [
  "architectures",
  "authorization",
  "endpoint",
  "environment",
  "extension",
  "headers",
  "layers",
  "packageType",
  "protocol",
  "region",
  "resourceAttributes",
  "role",
  "runtime",
  "serviceName",
  "settings",
];

/** Everything that is wrong with the arguments of an observed function, all at once. */
export function checkFunction(view: FunctionView): Problem[] {
  return [
    ...checkPackage(view),
    ...checkLayers(isKnown(view.layers) ? view.layers : []),
    ...checkExtension(view),
    ...checkBackend(view),
    ...checkSettings(view),
    ...checkEnvironment(view),
  ];
}

/** What works but does not do what it says, for a warning. */
export function warnings(view: FunctionView): Problem[] {
  return Object.keys(known(view.settings)).flatMap((name): Problem[] => {
    const setting = findSetting(name)?.setting;
    return setting === undefined || setting.supported
      ? []
      : [{ propertyPath: `settings.${name}`, reason: `has no effect in this version. ${setting.doc}` }];
  });
}

function checkPackage(view: FunctionView): Problem[] {
  const problems: Problem[] = [];
  if (view.packageType === "Image") {
    const reason =
      "functions from container images take no layers; copy the extension to /opt/extensions in the image and use aws.lambda.Function";
    problems.push({ propertyPath: "packageType", reason });
  }
  if (isKnown(view.region)) problems.push(...problem("region", checkRegion(view.region)));
  if (isKnown(view.runtime)) problems.push(...problem("runtime", checkRuntime(view.runtime)));
  if (isKnown(view.architectures)) {
    view.architectures.forEach((architecture, index) => {
      if (isKnown(architecture))
        problems.push(...problem(`architectures[${index}]`, checkArchitecture(architecture)));
    });
    if (view.architectures.length > 1)
      problems.push({ propertyPath: "architectures", reason: "a Lambda function has one architecture" });
  }
  if (isKnown(view.role) && parseRoleArn(view.role) === undefined) {
    const reason =
      "is not the ARN of an IAM role: write arn:aws:iam::account:role/name, or leave it out to have one made";
    problems.push({ propertyPath: "role", reason });
  }
  return problems;
}

function checkExtension(view: FunctionView): Problem[] {
  if (view.extension === UNKNOWN) return [];
  const { layerVersionArn, layerVersionArns } = view.extension ?? {};
  const count = [layerVersionArn, layerVersionArns].filter((source) => source !== undefined).length;
  if (count !== 1) {
    const which = count === 0 ? "name the extension's layer by" : "takes one of the two, not both:";
    return [
      {
        propertyPath: "extension",
        reason: `${which} layerVersionArn or layerVersionArns (output of ExtensionLayers)`,
      },
    ];
  }
  if (isKnown(layerVersionArn)) return checkExplicitLayer(layerVersionArn, view);
  const architecture = architectureOf(view);
  if (!isKnown(layerVersionArns) || !isKnown(view.region) || architecture === undefined) return [];
  if (layerVersionArns[view.region] === UNKNOWN) return [];
  const choice = chooseLayer(
    { layerVersionArns: layerVersionArns as LayerVersionArns<Known<string>> },
    view.region,
    architecture,
  );
  return "problem" in choice ? [choice.problem] : [];
}

function checkExplicitLayer(layerVersionArn: string, view: FunctionView): Problem[] {
  const index = isKnown(view.layers) ? view.layers.indexOf(layerVersionArn) : -1;
  const twice = {
    propertyPath: `layers[${index}]`,
    reason: "is the extension's layer, which is added by itself. Remove it",
  };
  return [
    ...problem("extension.layerVersionArn", checkLayerArn(layerVersionArn)),
    ...(index < 0 ? [] : [twice]),
  ];
}

/** The function's architecture, or undefined while it is not known or not one at all. */
function architectureOf(view: FunctionView): string | undefined {
  if (view.architectures === undefined) return defaultArchitecture;
  if (view.architectures === UNKNOWN) return undefined;
  const [architecture = defaultArchitecture] = view.architectures;
  return isKnown(architecture) && checkArchitecture(architecture) === undefined ? architecture : undefined;
}

function checkBackend(view: FunctionView): Problem[] {
  const problems: Problem[] = [];
  if (isKnown(view.endpoint) && !view.endpoint.includes("${") && !view.endpoint.startsWith("secret://"))
    problems.push(...problem("endpoint", checkUrl(view.endpoint)));
  if (isKnown(view.protocol) && view.protocol !== "http" && view.protocol !== "grpc")
    problems.push({ propertyPath: "protocol", reason: "takes http or grpc" });
  if (isKnown(view.authorization) && parseReference(view.authorization) === undefined) {
    const reason =
      "is not the ARN of a secret or parameter: write arn:aws:secretsmanager:region:account:secret:name or arn:aws:ssm:region:account:parameter/name, with #key for one field of a JSON value. The key itself does not belong here, it would stand readable in the function's environment";
    problems.push({ propertyPath: "authorization", reason });
  }
  const headers = known(view.headers);
  const twice = Object.keys(headers).find((name) => name.toLowerCase() === authorizationHeader.toLowerCase());
  if (twice !== undefined && view.authorization !== undefined) {
    const reason = `the header ${authorizationHeader} is set by headers["${twice}"] and by authorization. Remove one of them`;
    problems.push({ propertyPath: `headers["${twice}"]`, reason });
  }
  problems.push(...checkPairs(headers, "headers"));
  problems.push(...checkPairs(known(view.resourceAttributes), "resourceAttributes"));
  return problems;
}

function checkSettings(view: FunctionView): Problem[] {
  return Object.entries(known(view.settings)).flatMap(([name, value]): Problem[] => {
    const propertyPath = `settings.${name}`;
    const found = findSetting(name);
    if (found === undefined) return [{ propertyPath, reason: unknownSetting(name) }];
    return isKnown(value) ? problem(propertyPath, checkSettingValue(found.setting, value)) : [];
  });
}

function checkEnvironment(view: FunctionView): Problem[] {
  if (view.environment === UNKNOWN) return [];
  const own = isEmpty(view.headers) ? undefined : view.headers;
  const headers = own ?? view.authorization;
  const planned = telemetryVariables<unknown>(
    {
      ...view,
      customHeaders:
        headers === undefined
          ? undefined
          : { value: headers, origin: own === undefined ? "authorization" : "headers" },
      resourceAttributes: isEmpty(view.resourceAttributes) ? undefined : view.resourceAttributes,
      settings: known(view.settings),
    },
    "http",
  );
  return mergeEnvironment<unknown>(known(view.environment?.variables), planned).problems;
}

function known(map: KnownMap | null | undefined): Record<string, Known<string>> {
  return isKnown(map) ? map : {};
}

function isEmpty(map: KnownMap | undefined): boolean {
  return isKnown(map) && Object.keys(map).length === 0;
}

function problem(propertyPath: string, reason: string | undefined): Problem[] {
  return reason === undefined ? [] : [{ propertyPath, reason }];
}
