import { observed as configurationOf } from "../cli/plan/change";
import { readingStatements } from "../cli/plan/policies";
import { type FunctionView, fitArguments } from "../provider/plan/arguments/view";
import { checkFunction } from "../provider/plan/checks/validate";
import { UNKNOWN } from "../provider/plan/known";
import type { LayerSource } from "../provider/plan/layers/choice";
import type { PolicyStatement } from "../provider/plan/policies/statements";
import { describeProblems } from "../provider/plan/problem";

export type { PolicyStatement } from "../provider/plan/policies/statements";

/**
 * A function and how to observe it. Inputs without a description mean the same as for `ObservedFunction`.
 * @typeParam Reference represents a value that the tool resolves during the deployment, such as CloudFormation's
 *   `{ Ref: "Table" }`.
 */
export interface ObservedInputs<Reference extends object = never> {
  /** Region of the function, such as `eu-west-1`. */
  region: string;
  /** Runtime, such as `nodejs22.x`. Absent for container images. */
  runtime?: string;
  /** Default: `x86_64`. */
  architecture?: "x86_64" | "arm64";
  /** ARNs of the function's own layer versions. Default: none. */
  layers?: readonly (string | Reference)[];
  /** The function's own environment variables. None of them is overwritten. Default: none. */
  environment?: Readonly<Record<string, string | Reference>>;
  /** Where the extension's layer comes from: `layers.json` of `clickstack-lambda layers publish` as `manifest`, or an ARN. */
  extension: LayerSource;
  /** ClickStack's OTLP endpoint, such as `https://clickstack.example.com:4318`. */
  endpoint?: string;
  /** Default: `http`. */
  protocol?: "http" | "grpc";
  /** The endpoint is ClickStack in ClickHouse Cloud. Default: false. */
  managedClickStack?: boolean;
  /** ARN of the secret or parameter that holds the ingestion key; `#key` selects a field of a JSON value. */
  authorization?: string;
  /** Further headers. Keys in them must be references: `${<ARN>}`. */
  headers?: Readonly<Record<string, string>>;
  /** Resource attribute `service.name`. Default: the function's name. */
  serviceName?: string;
  serviceVersion?: string;
  resourceAttributes?: Readonly<Record<string, string>>;
  /** When telemetry is sent: `auto`, `end`, `periodic` or `continuous`. */
  flushMode?: string;
  /** Export into ClickHouse directly, in place of `endpoint`; the password is the ARN of a secret. */
  clickhouse?: { endpoint: string; user?: string; password?: string; database?: string };
  /** Any setting of docs/configuration.md, by its name or variable. */
  settings?: Readonly<Record<string, string>>;
  /** Further secrets that the role may read, such as those that an env file refers to. */
  secretArns?: readonly string[];
  /** Customer managed keys that the secrets are encrypted with. */
  secretKmsKeyArns?: readonly string[];
  /** Instrument the function's code; `{}` chooses the distribution for the runtime. */
  autoInstrumentation?: { distribution?: string; version?: string; layerVersionArn?: string };
}

/** The configuration of an observed function. */
export interface Observed<Reference extends object = never> {
  /** All layers of the function in their order, its own first. */
  layers: (string | Reference)[];
  /** All environment variables of the function, including its own. */
  environment: Record<string, string | Reference>;
  /** Statements for the policy of the execution role; empty if no secret is referred to. */
  statements: PolicyStatement[];
}

/**
 * Plans the change that `ObservedFunction` and `clickstack-lambda instrument` make to a function, for programs of SST,
 * CDK, the Serverless Framework or any other tool. Needs neither Pulumi nor an AWS SDK, and reads no files.
 * @throws Error with all problems of the inputs.
 */
export function observed(inputs: ObservedInputs): Observed;
export function observed(inputs: ObservedInputs<object>): Observed<object>;
export function observed({
  architecture = "x86_64",
  environment = {},
  layers = [],
  ...inputs
}: ObservedInputs<object>): Observed<object> {
  const packageType = inputs.runtime === undefined ? "Image" : "Zip";
  const { view, problems } = fitArguments({
    ...inputs,
    ...{ packageType, architectures: [architecture], layers: layers.map(known) },
    environment: { variables: mapValues(environment, known) },
  });
  const found = [...problems, ...checkFunction(view)];
  if (found.length > 0) throw new Error(`the function cannot be observed:\n${describeProblems(found)}`);
  const strings = mapValues(environment, (value) => (typeof value === "string" ? value : ""));
  const planned = configurationOf(view as FunctionView, { layers: [], variables: strings });
  const { secretArns, secretKmsKeyArns } = inputs;
  const reading = { ...(secretArns && { secretArns }), ...(secretKmsKeyArns && { secretKmsKeyArns }) };
  return {
    layers: [...layers, ...planned.layers],
    environment: { ...planned.variables, ...environment },
    statements: readingStatements(planned.variables, reading),
  };
}

/** A value as the checks take it: a reference is unknown to them. */
function known(value: unknown): unknown {
  return typeof value === "object" && value !== null ? UNKNOWN : value;
}

function mapValues<From, To>(
  map: Readonly<Record<string, From>>,
  to: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, to(value)]));
}
