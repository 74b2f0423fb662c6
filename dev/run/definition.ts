import type { FunctionDefinition } from "../../sandbox";
import type { ProjectFunction } from "../project/project";
import { localArn, localPlace } from "../project/template";

/** What all functions have in common. */
export interface LocalTelemetry {
  architecture: "x86_64" | "arm64";
  /** Zip of the extension's layer with light tracing. */
  extensionLayer: string;
  /** Layer with the AWS SDK, which Lambda's Node.js runtimes contain; undefined if it is not available. */
  sdkLayer?: string;
  /** OTLP/HTTP endpoint and its key. */
  otlpUrl: string;
  ingestionKey: string;
  /** Endpoint for calls to AWS services. */
  awsEndpoint: string;
}

/** The user's additions to a function. */
export interface FunctionOverrides {
  /** Variables of --env-file, which take precedence. */
  environment: Readonly<Record<string, string>>;
  /** Port in the function's environment on which Node.js waits for a debugger. */
  inspectPort?: number;
}

const lightWrapper = "/opt/clickstack-tracing";
/** Long enough to step through a function, unlike Lambda's default of three seconds. */
const DEBUGGED_SECONDS = 900;

/** Settings of the extension for a deployment, which are replaced here. What is traced remains the user's choice. */
const isDeployedTelemetry = (name: string) =>
  /^(ROTEL_|CLICKSTACK_(?!TRACING_)|OTEL_EXPORTER_)/.test(name) && name !== "ROTEL_OTEL_RESOURCE_ATTRIBUTES";

/** URL of a queue: a host, followed by the account's number and the queue's name. */
const queueUrl = /^https?:\/\/[^/]+(\/\d{12}\/[\w.-]+)$/;

/** AWS's SDK sends messages to the host of a queue's URL, so it is replaced with the host of the SQS emulator. */
function withLocalQueues(
  environment: Readonly<Record<string, string>>,
  endpoint: string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => {
      const path = queueUrl.exec(value)?.[1];
      return [name, path === undefined ? value : `${endpoint.replace(/\/$/, "")}${path}`];
    }),
  );
}

/** AWS's SDK warns in every environment about a Node.js version that Lambda still supports; Lambda's own SDK does not. */
const withoutWarning = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" };

/** A project's function as the sandbox runs it: with the extension and light tracing, which send to this machine. */
export function definitionOf(
  project: ProjectFunction,
  telemetry: LocalTelemetry,
  { environment: overrides, inspectPort }: FunctionOverrides,
): FunctionDefinition {
  const { name, runtime, handler, code, memorySizeMb, logFormat } = project;
  const { region, accountId } = localPlace;
  const sqs = overrides.AWS_ENDPOINT_URL_SQS ?? overrides.AWS_ENDPOINT_URL ?? telemetry.awsEndpoint;
  const own = { ...withLocalQueues(project.environment, sqs), ...overrides };
  const kept = Object.fromEntries(Object.entries(own).filter(([variable]) => !isDeployedTelemetry(variable)));
  // A wrapper of a layer that is here is the user's own way to trace.
  const wrapper = project.layers.length > 0 ? own.AWS_LAMBDA_EXEC_WRAPPER : undefined;
  const traced = /^(nodejs|python)/.test(runtime);
  if (wrapper === undefined) delete kept.AWS_LAMBDA_EXEC_WRAPPER;
  const debugging: Record<string, string> =
    inspectPort === undefined ? {} : { NODE_OPTIONS: inspected(own.NODE_OPTIONS, inspectPort) };
  const { extensionLayer, sdkLayer, otlpUrl, ingestionKey, architecture } = telemetry;
  const managed = runtime.startsWith("nodejs") && sdkLayer !== undefined ? [sdkLayer] : [];
  return {
    name,
    arn: localArn(name),
    accountId,
    region,
    version: "$LATEST",
    runtime,
    handler,
    code,
    architecture,
    memorySizeMb,
    timeoutSeconds: inspectPort === undefined ? project.timeoutSeconds : DEBUGGED_SECONDS,
    layers: [...managed, ...project.layers, extensionLayer],
    environment: {
      ...(managed.length > 0 ? withoutWarning : {}),
      ...kept,
      ...debugging,
      ...(wrapper === undefined && traced ? { AWS_LAMBDA_EXEC_WRAPPER: lightWrapper } : {}),
      ROTEL_OTLP_EXPORTER_ENDPOINT: otlpUrl,
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `authorization=${ingestionKey}`,
      // An invocation's output must be visible when the invocation has ended.
      CLICKSTACK_FLUSH_MODE: "end",
      CLICKSTACK_WAIT_FOR_LOGS: "always",
    },
    ...(logFormat === undefined ? {} : { logFormat }),
  };
}

function inspected(options: string | undefined, port: number): string {
  return [options, `--inspect=127.0.0.1:${port}`].filter((part) => part !== undefined).join(" ");
}

/** Ports of this machine that a function's variables name, such as a local database's. The function may reach them. */
export function localPorts(environment: Readonly<Record<string, string>>): number[] {
  // The port of --inspect is inside the function's environment.
  const { NODE_OPTIONS: _options, ...variables } = environment;
  const found = Object.values(variables).flatMap((value) =>
    [...value.matchAll(/(?:127\.0\.0\.1|localhost|\[::1\]):(\d{1,5})\b/g)].map(([, port]) => Number(port)),
  );
  return [...new Set(found)].filter((port) => port > 0 && port < 65_536);
}
