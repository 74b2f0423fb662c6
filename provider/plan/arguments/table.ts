import type { Shape } from "./shape";

/**
 * What the package has to know about an argument besides its documentation, which is with its type in `provider/args/`.
 * Checks, the plan of the environment, policies, the stack's state and the schema use it.
 */
export type Argument = Shape & {
  /** Setting that the argument becomes, by its name in settings.json. A map becomes a list of pairs. */
  setting?: string;
  /** The argument becomes one pair of another argument's list. Pairs have the order of the table. */
  entry?: { of: string; name: string };
  /** It is the ARN of a secret or parameter: the setting contains a reference, and the role may read it. */
  reference?: true;
  /**
   * Whether an output or a map as its value may contain references, so that the role gets a policy before they are
   * known; those in plain strings are found without it. Outputs among `addresses` (where telemetry goes, what it
   * describes) hardly contain any; `carriers` are where keys are referred to.
   */
  refers?: "addresses" | "carriers";
  /** Default settings that apply if the argument is given. */
  implies?: Readonly<Record<string, string>>;
  /**
   * It is a key itself: a secret in every SDK and in the stack's state, stored by the component in Secrets Manager,
   * with the ARN as the argument `insteadOf`. `suffix` ends the stored secret's name, `title` begins its description.
   */
  secret?: { insteadOf: string; suffix: string; title: string };
  /** No message shows its value, since it may contain a key by mistake. */
  confidential?: true;
  /** The same for the parts of an object. */
  properties?: Readonly<Record<string, Argument>>;
};

/** The name of the header that carries the ingestion key. */
export const authorizationHeader = "Authorization";

/** The resource attribute of the version (OpenTelemetry semantic conventions, service). */
export const serviceVersionAttribute = "service.version";

const string = { kind: "string" } as const;
const boolean = { kind: "boolean" } as const;
const choice = { kind: "choice" } as const;
const strings = { kind: "list", of: string } as const;
const map = { kind: "map", of: string } as const;

/**
 * The arguments of an observed function that are not the function's own. A new argument needs its documented type, its
 * row here, and a check unless every value is valid. A missing row does not compile (`function/inputs.ts`).
 */
export const telemetryArguments = {
  extension: {
    kind: "object",
    properties: {
      layerVersionArn: string,
      layerVersionArns: { kind: "map", of: map },
      // Checked as a whole, so that manifests of later versions with more content can be used.
      manifest: { kind: "any" },
      manifestFile: string,
      rotel: { kind: "object", properties: { version: { kind: "number" }, suffix: string } },
    },
  },
  endpoint: {
    ...string,
    setting: "otlpExporterEndpoint",
    implies: { otlpExporterProtocol: "http" },
    refers: "addresses",
    confidential: true,
  },
  protocol: { ...choice, setting: "otlpExporterProtocol" },
  managedClickStack: { ...boolean, setting: "managed" },
  webIdentityAudience: { ...string, setting: "webIdentityAudience" },
  authorization: {
    ...string,
    entry: { of: "headers", name: authorizationHeader },
    reference: true,
    confidential: true,
  },
  ingestionKey: {
    ...string,
    secret: { insteadOf: "authorization", suffix: "ingestion-key", title: "Ingestion key" },
    confidential: true,
  },
  headers: { ...map, setting: "otlpExporterCustomHeaders", refers: "carriers", confidential: true },
  serviceName: { ...string, setting: "serviceName" },
  resourceAttributes: { ...map, setting: "resourceAttributes", refers: "addresses", confidential: true },
  serviceVersion: { ...string, entry: { of: "resourceAttributes", name: serviceVersionAttribute } },
  flushMode: { ...string, setting: "flushMode" },
  envFile: { ...string, setting: "envFile" },
  clickhouse: {
    kind: "object",
    implies: { exporter: "clickhouse" },
    confidential: true,
    properties: {
      endpoint: { ...string, setting: "clickhouseExporterEndpoint", refers: "addresses" },
      user: { ...string, setting: "clickhouseExporterUser", refers: "addresses" },
      password: { ...string, setting: "clickhouseExporterPassword", reference: true },
      database: { ...string, setting: "clickhouseExporterDatabase" },
      tablePrefix: { ...string, setting: "clickhouseExporterTablePrefix" },
      compression: { ...string, setting: "clickhouseExporterCompression" },
      asyncInsert: { ...boolean, setting: "clickhouseExporterAsyncInsert" },
      enableJson: { ...boolean, setting: "clickhouseExporterEnableJson" },
    },
  },
  clickhousePassword: {
    ...string,
    secret: { insteadOf: "clickhouse.password", suffix: "clickhouse-password", title: "ClickHouse password" },
    confidential: true,
  },
  settings: { ...map, dotted: true, confidential: true },
  secretArns: { ...strings, confidential: true },
  secretKmsKeyArns: strings,
  autoInstrumentation: {
    kind: "object",
    properties: { distribution: string, version: string, layerVersionArn: string, execWrapper: string },
  },
  cloudWatchLogs: choice,
  requireDelivery: boolean,
  logRetentionInDays: { kind: "number" },
  functionAlias: string,
} as const satisfies Readonly<Record<string, Argument>>;

const lenientString = { kind: "string", lenient: true } as const;
const lenientNumber = { kind: "number", lenient: true } as const;
const lenientStrings = { kind: "list", of: lenientString } as const;

/** The inputs of `aws.lambda.Function` that are checked. */
export const functionArguments = {
  architectures: lenientStrings,
  /** Set for functions on Managed Instances. */
  capacityProviderConfig: { kind: "given" },
  /** Its size is checked in `provider/check/code.ts`. */
  code: { kind: "given" },
  environment: {
    kind: "object",
    properties: { variables: { kind: "map", of: lenientString, dotted: true } },
    confidential: true,
  },
  handler: lenientString,
  imageUri: lenientString,
  layers: lenientStrings,
  memorySize: lenientNumber,
  packageType: lenientString,
  region: lenientString,
  role: lenientString,
  runtime: lenientString,
  s3Bucket: lenientString,
  timeout: lenientNumber,
} as const satisfies Readonly<Record<string, Argument>>;

/** An argument, or a part of one, by its path. */
export interface ArgumentPath {
  path: string;
  argument: Argument;
}

/** Every argument of an observed function that is checked. */
export const checkedArguments: readonly ArgumentPath[] = Object.entries<Argument>({
  ...telemetryArguments,
  ...functionArguments,
}).map(([path, argument]) => ({ path, argument }));

/** The arguments that are not the function's own, each followed by its parts. */
export const telemetryPaths: readonly ArgumentPath[] = Object.entries<Argument>(telemetryArguments).flatMap(
  ([path, argument]) => [
    { path, argument },
    ...Object.entries(argument.properties ?? {}).map(([name, part]) => ({
      path: `${path}.${name}`,
      argument: part,
    })),
  ],
);

/** The arguments that are keys. */
export const secretArguments: readonly string[] = telemetryPaths.flatMap(({ path, argument }) =>
  argument.secret === undefined ? [] : [path],
);

/** The value at a path of arguments; undefined if there is none, or if its container is not known. */
export function valueAt(args: object, path: string): unknown {
  let value: unknown = args;
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value ?? undefined;
}

/** Whether the value of an argument must not be shown in messages; false for unknown arguments. */
export function isConfidential(name: string): boolean {
  return checkedArguments.some(({ path, argument }) => path === name && argument.confidential === true);
}
