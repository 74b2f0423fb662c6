import * as pulumi from "@pulumi/pulumi";
import type * as clickstack from "../../../index";
import { plainCode } from "../provider/setup/plainFunction";
import type { Marks } from "./secretForms";

type Args = clickstack.ObservedFunctionArgs;

/** Numbers that can be searched like marks, and are too large for every argument. */
export const wrongNumbers: Marks = { memorySize: "7318429", logRetentionInDays: "9264817" };

/** The names of the marks in {@link wrongFunctions}. */
export const wrongNames: readonly string[] = [
  ...[
    "runtime",
    "architecture",
    "role",
    "layer",
    "endpoint",
    "protocol",
    "authorization",
    "header",
    "region",
  ],
  ...["attribute", "setting", "variable", "secretArn", "kmsKey", "layerVersionArn", "version", "packageType"],
  ...[
    "manifestFile",
    "manifest",
    "byRegion",
    "clickhouseEndpoint",
    "clickhousePassword",
    "distribution",
    "whole",
  ],
  ...["wrapper", "user", "query", "key", "organization", "deliveryFile", "extensionRegion"],
];

const code = plainCode();
const bare = { runtime: "nodejs22.x", handler: "index.handler", code };
const rotel = { rotel: { version: 12 } };

/** Functions with invalid arguments, each for a different reason; the invalid values are secrets. */
export function wrongFunctions(marks: Marks): Record<string, Args> {
  const hush = (name: string, around = (mark: string) => mark): pulumi.Output<string> =>
    pulumi.secret(around(marks[name] ?? ""));
  const numbers = (name: string) => pulumi.secret(Number(wrongNumbers[name]));
  const secret = pulumi.secret;
  return {
    "values of no form": {
      ...bare,
      runtime: hush("runtime"),
      region: hush("region"),
      architectures: [hush("architecture")],
      role: hush("role"),
      layers: [hush("layer")],
      memorySize: numbers("memorySize"),
      logRetentionInDays: numbers("logRetentionInDays"),
      endpoint: hush("endpoint"),
      protocol: hush("protocol") as pulumi.Output<clickstack.Protocol>,
      authorization: hush("authorization"),
      headers: { "x-tenant": hush("header", (mark) => `a\n${mark}`) },
      resourceAttributes: { team: hush("attribute", (mark) => `a\n${mark}`) },
      settings: { otlpExporterRequestTimeout: hush("setting") },
      secretArns: [hush("secretArn")],
      secretKmsKeyArns: [hush("kmsKey")],
      extension: { layerVersionArn: hush("layerVersionArn") },
      autoInstrumentation: { version: hush("version") },
    },
    "names that are known before their values": {
      ...bare,
      extension: rotel,
      endpoint: hush("endpoint"),
      settings: { noSetting: hush("setting") },
      environment: { variables: { ROTEL_OTLP_EXPORTER_ENDPOINT: hush("variable") } },
    },
    "maps and lists that are secret as a whole": {
      ...bare,
      architectures: secret([marks.architecture ?? ""]),
      layers: secret([marks.layer ?? ""]),
      headers: secret({ "x-tenant": `a\n${marks.header}` }),
      settings: secret({ batchMaxSize: marks.setting ?? "", flushMode: marks.setting ?? "" }),
      secretArns: secret([marks.secretArn ?? ""]),
      extension: secret({ layerVersionArn: marks.layerVersionArn ?? "" }),
    },
    "values of another kind": {
      ...bare,
      extension: rotel,
      endpoint: numbers("memorySize") as unknown as pulumi.Output<string>,
      headers: hush("header") as unknown as Args["headers"],
      environment: hush("variable") as unknown as Args["environment"],
    },
    "a package type": { ...bare, extension: rotel, packageType: hush("packageType") },
    "a manifest file": { ...bare, extension: { manifestFile: hush("manifestFile") } },
    "layers of other regions": {
      ...bare,
      extension: { layerVersionArns: secret({ [marks.byRegion ?? ""]: { x86_64: marks.byRegion ?? "" } }) },
    },
    "layers for another architecture": {
      ...bare,
      region: hush("extensionRegion", () => "eu-west-3"),
      extension: { layerVersionArns: secret({ "eu-west-3": { [marks.architecture ?? ""]: "" } }) },
    },
    "an instrumentation of no kind": {
      ...bare,
      extension: rotel,
      autoInstrumentation: secret({
        distribution: marks.distribution,
        layerVersionArn: marks.version,
      }) as unknown as Args["autoInstrumentation"],
    },
    "a ClickHouse": {
      ...bare,
      extension: rotel,
      clickhouse: { endpoint: hush("clickhouseEndpoint"), password: hush("clickhousePassword") },
    },
    "plain values that may be keys": {
      ...bare,
      extension: rotel,
      endpoint: `http//user:${marks.user}@clickstack.example.com`,
      authorization: marks.authorization,
      headers: { "x-tenant": `a\n${marks.header}` },
      environment: { variables: { ROTEL_OTLP_EXPORTER_ENDPOINT: marks.variable ?? "" } },
    },
  };
}

/** Functions whose logs are denied only if their telemetry arrives, which it does not. */
export function undeliverableFunctions(marks: Marks, port: number): Record<string, Args> {
  const disable = {
    ...bare,
    extension: rotel,
    cloudWatchLogs: "Disable" as clickstack.CloudWatchLogs,
    requireDelivery: true,
  };
  const key = pulumi.secret(`Bearer ${marks.key}`);
  return {
    "credentials in the URL": {
      ...disable,
      endpoint: pulumi.secret(`http://user:${marks.user}@127.0.0.1:1`),
      ingestionKey: key,
    },
    "a secret address": {
      ...disable,
      endpoint: pulumi.secret(`http://${marks.endpoint}.invalid:4318`),
      ingestionKey: key,
    },
    "a key that is not a header name": {
      ...disable,
      endpoint: `http://127.0.0.1:${port}`,
      ingestionKey: pulumi.secret(`Bearer\n${marks.key}\nmore`),
    },
    "an answer that repeats the key": {
      ...disable,
      endpoint: `http://127.0.0.1:${port}`,
      ingestionKey: key,
      headers: { "x-tenant": pulumi.secret(marks.header ?? "") },
    },
    "an env file": {
      ...disable,
      endpoint: `http://127.0.0.1:${port}`,
      ingestionKey: key,
      envFile: pulumi.secret(`/opt/${marks.deliveryFile}.env`),
    },
  };
}
