import type { Problem } from "../problem";
import type { ClickHouseView, ExtensionView, FunctionView, InstrumentationView } from "./functionView";
import { fitValue, type Shape } from "./shape";

const text: Shape = { kind: "text" };
const number: Shape = { kind: "number" };
const flag: Shape = { kind: "flag" };
/** Whose own check names the few values that there are. */
const choice: Shape = { kind: "any" };
const texts: Shape = { kind: "list", of: text };
const textMap: Shape = { kind: "map", of: text };
/** Inputs of the function itself. */
const ownText: Shape = { kind: "text", lenient: true };
const ownNumber: Shape = { kind: "number", lenient: true };
const ownTexts: Shape = { kind: "list", of: ownText };

const rotel: Record<keyof Exclude<NonNullable<ExtensionView["rotel"]>, symbol>, Shape> = {
  version: number,
  suffix: text,
};

const extension: Record<keyof ExtensionView, Shape> = {
  layerVersionArn: text,
  layerVersionArns: { kind: "map", of: textMap },
  // Looked at as a whole, so that those of later versions with more in them can be used.
  manifest: { kind: "any" },
  manifestFile: text,
  rotel: { kind: "object", properties: rotel },
};

const autoInstrumentation: Record<keyof InstrumentationView, Shape> = {
  distribution: text,
  version: text,
  layerVersionArn: text,
  execWrapper: text,
};

const clickhouse: Record<keyof ClickHouseView, Shape> = {
  endpoint: text,
  user: text,
  password: text,
  database: text,
  tablePrefix: text,
  compression: text,
  asyncInsert: flag,
  enableJson: flag,
};

const variables: Shape = { kind: "map", of: ownText, dotted: true };

/** What the arguments of an observed function are that are looked at. One that is missing here does not compile. */
const functionShape: Readonly<Record<keyof FunctionView, Shape>> = {
  architectures: ownTexts,
  authorization: text,
  autoInstrumentation: { kind: "object", properties: autoInstrumentation },
  capacityProviderConfig: { kind: "any" },
  clickhouse: { kind: "object", properties: clickhouse },
  clickhousePassword: text,
  cloudWatchLogs: choice,
  code: { kind: "any" },
  endpoint: text,
  envFile: text,
  environment: { kind: "object", properties: { variables } },
  extension: { kind: "object", properties: extension },
  functionAlias: text,
  handler: ownText,
  headers: textMap,
  imageUri: ownText,
  ingestionKey: text,
  layers: ownTexts,
  logRetentionInDays: number,
  managedClickStack: flag,
  memorySize: ownNumber,
  packageType: ownText,
  protocol: choice,
  region: ownText,
  requireDelivery: flag,
  resourceAttributes: textMap,
  role: ownText,
  runtime: ownText,
  s3Bucket: ownText,
  secretArns: texts,
  secretKmsKeyArns: texts,
  serviceName: text,
  serviceVersion: text,
  settings: { kind: "map", of: text, dotted: true },
  timeout: ownNumber,
  webIdentityAudience: text,
};

/** The names of the arguments that are looked at. */
export const checkedArguments = Object.keys(functionShape) as (keyof FunctionView)[];

/**
 * The arguments as they can be checked further: what is of another kind than it should be is a problem, and unknown to
 * what follows.
 */
export function fitArguments(view: object): { view: FunctionView; problems: Problem[] } {
  const parts = Object.entries(view).map(([name, value]) => {
    const shape = functionShape[name as keyof FunctionView] ?? { kind: "any" };
    return { name, ...fitValue(value, shape, name) };
  });
  const present = parts.filter(({ value }) => value !== undefined && value !== null);
  return {
    view: Object.fromEntries(present.map(({ name, value }) => [name, value])),
    problems: parts.flatMap(({ problems }) => problems),
  };
}
