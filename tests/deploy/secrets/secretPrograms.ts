import { getLogGroup, LogGroup } from "@pulumi/aws/cloudwatch";
import { Role, RolePolicy } from "@pulumi/aws/iam";
import { Function as LambdaFunction, LayerVersion, LayerVersionPermission } from "@pulumi/aws/lambda";
import { Secret, SecretVersion } from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type * as clickstack from "../../../index";
import { plainCode } from "../provider/setup/plainFunction";
import { trustPolicy } from "../surroundings";
import type { Marks } from "./secretForms";

/** The package in a program: imported, or its components created by the plugin. */
export interface Package {
  ExtensionLayers: new (
    name: string,
    args: clickstack.ExtensionLayersArgs,
  ) => Pick<clickstack.ExtensionLayers, "layerVersionArns">;
  ObservedFunction: new (name: string, args: clickstack.ObservedFunctionArgs) => object;
}

/** A secret value of an argument that contains the mark of that name. */
type Hush = (name: MarkName, around?: (mark: string) => string) => pulumi.Output<string>;

const names = [
  ...["handler", "description", "variable", "tag", "code", "logGroup", "functionName", "ownSetting"],
  ...["endpoint", "authorization", "header", "attribute", "setting", "secretArn", "kmsKey", "envFile"],
  ...["serviceName", "serviceVersion", "suffix", "ingestionKey", "clickhouseEndpoint", "clickhouseUser"],
  ...["clickhouseDatabase", "clickhousePassword", "organization", "wholeVariables", "wholeHeaders"],
  ...["wholeSettings", "wholeAttributes", "wholeExtension", "wholeArns", "config", "observedKey"],
] as const;
type MarkName = (typeof names)[number];

/** The names of the marks in these programs. */
export const markNames: readonly string[] = names;

export const region = "us-east-2";
const account = "123456789012";
const endpoint = "https://clickstack.example.com:4318";

function secretsOf(marks: Marks): Hush {
  return (name, around = withSigns) => {
    const mark = marks[name];
    if (mark === undefined) throw new Error(`there is no mark ${name}`);
    return pulumi.secret(around(mark));
  };
}

/** With all characters that are encoded differently in JSON, URLs, lists and HTML. */
function withSigns(mark: string): string {
  return `${mark}"'\\é<&>$,;=%`;
}

function secretArn(mark: string): string {
  return `arn:aws:secretsmanager:${region}:${account}:secret:${mark}-AbCdEf`;
}

/** The destination of a function's telemetry, with a secret in every argument that can contain one. */
function telemetry(hush: Hush) {
  return {
    endpoint: hush("endpoint", (mark) => `https://${mark}.example.com:4318`),
    headers: { "x-tenant": hush("header"), "x-plain": "plain" },
    resourceAttributes: { team: hush("attribute") },
    settings: { otlpExporterRequestTimeout: "1s", otlpExporterBasicAuthPassword: hush("setting") },
    envFile: hush("envFile", (mark) => `/opt/${mark}.env`),
    secretArns: [hush("secretArn", secretArn)],
    secretKmsKeyArns: [hush("kmsKey", (mark) => `arn:aws:kms:${region}:${account}:key/${mark}`)],
  };
}

/** Arguments of a plain function. */
function ownArguments(hush: Hush) {
  return {
    runtime: "nodejs22.x",
    description: hush("description"),
    handler: hush("handler", (mark) => `index.${mark}`),
    environment: {
      variables: { OWN: hush("variable"), CLICKSTACK_FLUSH_MODE: hush("ownSetting"), PLAIN: "plain" },
    },
    tags: { kept: hush("tag", (mark) => mark), plain: "plain" },
    code: hush("code").apply(
      (text) => new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.StringAsset(text) }),
    ),
  };
}

const bare = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
};

/** Components with secrets in every argument that can contain one: in maps and lists, and as whole maps and lists. */
export function observedProgram(made: Package, marks: Marks): Record<string, unknown> {
  const hush = secretsOf(marks);
  const permissions = { organizationId: hush("organization", (mark) => `o-${mark}`) };
  const layers = new made.ExtensionLayers("extension", { regions: [region], permissions });
  const extension = { layerVersionArns: layers.layerVersionArns };
  new made.ObservedFunction("orders", {
    ...ownArguments(hush),
    ...telemetry(hush),
    authorization: hush("authorization", secretArn),
    serviceName: hush("serviceName"),
    serviceVersion: hush("serviceVersion"),
    loggingConfig: { logFormat: "JSON", logGroup: hush("logGroup", (mark) => `/own/${mark}`) },
    extension,
  });
  // Keys that are not outputs are secrets as well. The file is not in the code, which causes a warning.
  new made.ObservedFunction("loud", {
    ...bare,
    endpoint,
    ingestionKey: marks.ingestionKey ?? "",
    envFile: hush("envFile", (mark) => `/opt/${mark}.env`),
    extension,
  });
  new made.ObservedFunction("direct", {
    ...bare,
    clickhouse: {
      endpoint: hush("clickhouseEndpoint", (mark) => `https://${mark}.example.com:8443`),
      user: hush("clickhouseUser"),
      database: hush("clickhouseDatabase"),
    },
    clickhousePassword: marks.clickhousePassword ?? "",
    extension: { rotel: { version: 12, suffix: hush("suffix", (mark) => `-${mark}`) } },
  });
  new made.ObservedFunction("whole", {
    ...bare,
    name: hush("functionName", (mark) => mark),
    environment: pulumi.secret({ variables: { OWN: marks.wholeVariables ?? "" } }),
    endpoint,
    headers: pulumi.secret({ "x-tenant": marks.wholeHeaders ?? "" }),
    settings: pulumi.secret({ otlpExporterBasicAuthPassword: marks.wholeSettings ?? "" }),
    resourceAttributes: pulumi.secret({ team: marks.wholeAttributes ?? "" }),
    extension: pulumi.secret({ rotel: { version: 12, suffix: `-${marks.wholeExtension}` } }),
    secretArns: pulumi.secret([secretArn(marks.wholeArns ?? "")]),
    cloudWatchLogs: "Disable" as clickstack.CloudWatchLogs,
    logRetentionInDays: 7,
  });
  return ofConfig();
}

/**
 * Plain functions with secrets, observed with secrets.
 * @param observe the way: by the function, or by the component, on which functions then depend.
 */
export function observedStackProgram(
  observe: (args: clickstack.ObserveStackArgs) => pulumi.Resource | undefined,
  marks: Marks,
) {
  const hush = secretsOf(marks);
  const cloudWatchLogs = "Disable" as clickstack.CloudWatchLogs;
  const ingestionKey = marks.observedKey;
  const extension = { rotel: { version: 12 } };
  const observed = observe({ ...telemetry(hush), ingestionKey, cloudWatchLogs, extension });
  const options = observed === undefined ? {} : { dependsOn: observed };
  const role = new Role("role", { assumeRolePolicy: trustPolicy }).arn;
  const orders = new LambdaFunction("orders", { ...ownArguments(hush), role }, options);
  const name = hush("functionName", (mark) => mark);
  const environment = pulumi.secret({ variables: { OWN: marks.wholeVariables ?? "" } });
  new LambdaFunction("whole", { ...bare, role, name, environment }, options);
  return { ...ofConfig(), orders: orders.environment };
}

/** Pulumi's and AWS's own resources with the same secrets, to find out what they show on their own. */
export function plainProgram(marks: Marks): Record<string, unknown> {
  const hush = secretsOf(marks);
  pulumi.runtime.registerResourceTransform(({ props, opts }) => ({ props, opts }));
  const role = new Role("role", { assumeRolePolicy: trustPolicy });
  const policy = hush("authorization", (mark) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: secretArn(mark) }],
    }),
  );
  new RolePolicy("policy", { role: role.name, policy });
  const secret = new Secret("secret", { description: "plain" });
  new SecretVersion("secret", { secretId: secret.id, secretString: hush("ingestionKey") });
  const named = hush("functionName", (mark) => `/aws/lambda/${mark}`);
  new LogGroup("logs", { name: named, retentionInDays: 7 });
  // A group of that name may already exist, so it is looked up.
  named.apply((name) => getLogGroup({ name, region }).catch(() => undefined));
  new LambdaFunction("orders", { ...ownArguments(hush), role: role.arn });
  const whole = new LambdaFunction("whole", {
    ...bare,
    role: role.arn,
    name: hush("functionName", (mark) => mark),
    environment: pulumi.secret({ variables: { OWN: marks.wholeVariables ?? "" } }),
  });
  const layer = new LayerVersion("layer", { layerName: "plain", code: bare.code });
  new LayerVersionPermission("permission", {
    layerName: layer.layerName,
    versionNumber: layer.version.apply(Number),
    statementId: "organization",
    action: "lambda:GetLayerVersion",
    principal: "*",
    organizationId: hush("organization", (mark) => `o-${mark}`),
  });
  new Plain("component", telemetry(hush), whole);
  return ofConfig();
}

/** A user's component, which has its function as an output like this package's components. */
class Plain extends pulumi.ComponentResource {
  constructor(name: string, args: pulumi.Inputs, { arn, name: functionName, invokeArn }: LambdaFunction) {
    super("test:index:Plain", name, args);
    this.registerOutputs({ functionArn: arn, functionName, functionInvokeArn: invokeArn });
  }
}

function ofConfig() {
  return { config: new pulumi.Config().getSecret("key") };
}
