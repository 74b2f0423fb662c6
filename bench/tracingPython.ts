import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { releasedPython } from "../layers/build/releasedPython";
import { compilePython, writePythonTracingLayer } from "../layers/python/bundle";
import { tracingWrapper } from "../layers/tracingWrapper";
import type { BenchedLanguage } from "./tracingLanguage";

const distro = "opentelemetry-distro";

/** What OpenTelemetry's layer for Python has for a function of this kind; the registry's newest versions count. */
const packages = [
  distro,
  "opentelemetry-exporter-otlp-proto-http",
  ...["aws-lambda", "botocore", "requests", "urllib3", "logging"].map(
    (name) => `opentelemetry-instrumentation-${name}`,
  ),
];

/** The API is imported with the function's first own spans: init and memory are those of a function without any. */
const handler = `import time

def handler(event, context):
    if not event["children"]:
        return {"us": 0, "cpuUs": 0}
    from opentelemetry import trace
    tracer = trace.get_tracer("bench")
    cpu, began = time.process_time_ns(), time.perf_counter_ns()
    for n in range(event["children"]):
        span = tracer.start_span("child", attributes={"db.system": "redis", "db.operation": "GET"})
        span.set_attribute("n", n)
        span.end()
    return {"us": (time.perf_counter_ns() - began) / 1000, "cpuUs": (time.process_time_ns() - cpu) / 1000}
`;

/** As in OpenTelemetry's layer. */
const wrapper = `from importlib import import_module
from opentelemetry.instrumentation.aws_lambda import AwsLambdaInstrumentor

AwsLambdaInstrumentor().instrument()
handler = import_module("app").handler
`;

function installPeers(python: string, api: string, peers: string): void {
  const install = (target: string, names: readonly string[]): void => {
    if (existsSync(target)) return;
    const args = [
      "-m",
      "pip",
      "install",
      "--quiet",
      "--disable-pip-version-check",
      "--target",
      target,
      ...names,
    ];
    execFileSync(python, args, { stdio: "inherit" });
  };
  install(api, ["opentelemetry-api"]);
  install(peers, packages);
}

/** The layer for Python, and OpenTelemetry's distribution with the instrumentation of Lambda. */
export function pythonLanguage(root: string): BenchedLanguage {
  const runtime = join(root, ".cache", "lambda-runtimes", "python");
  const [api, peers] = ["api", "distro"].map((name) =>
    join(root, ".cache", "tracing-peers-python", name),
  ) as [string, string];
  const interpreter = readFileSync(join(runtime, "interpreter"), "utf8");
  const instrument = [interpreter, join(peers, "bin", "opentelemetry-instrument")];
  return {
    title: "Python",
    budgets: { initMs: 8, memoryMb: 3, laterMs: 0.3, childUs: 30 },
    install: () => installPeers(join(root, ".cache", "python", "bin", "python"), api, peers),
    layer: async () => [tracingWrapper(root), ...(await releasedPython(root))],
    benched: {
      files: { "app.py": handler, "otel_wrapper.py": wrapper },
      handler: "app.handler",
      command: [interpreter, join(runtime, "bootstrap.py")],
      // As with /opt and /var/task: no compiled code is stored. Packages have what their installation compiled.
      variables: { PYTHONPATH: `${runtime}:${api}`, PYTHONDONTWRITEBYTECODE: "1" },
    },
    environments: async (directory, exporters) => {
      writePythonTracingLayer(root, directory);
      compilePython(root, directory, interpreter);
      return [
        { title: "bare", variables: {} },
        {
          title: "layer",
          wrapper: [join(directory, "clickstack-tracing")],
          variables: { AWS_EXECUTION_ENV: "AWS_Lambda_python3.11", LAMBDA_OPT_ROOT: directory, ...exporters },
        },
        {
          title: distro,
          wrapper: instrument,
          variables: {
            PYTHONPATH: `${runtime}:${peers}`,
            _HANDLER: "otel_wrapper.handler",
            ORIG_HANDLER: "app.handler",
            OTEL_PYTHON_DISABLED_INSTRUMENTATIONS: "aws-lambda",
            OTEL_TRACES_EXPORTER: "otlp_proto_http",
            ...exporters,
          },
        },
      ];
    },
  };
}
