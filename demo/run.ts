import { join } from "node:path";
import { hyperDxApp } from "../clickstack/links";
import type { Cleanup } from "../dev/cleanup";
import { pageDirectory, startPage } from "../dev/page";
import { buildLayers } from "../layers/build/buildLayers";
import { hostArchitecture } from "../layers/compile";
import { layerArchitectures } from "../layers/manifest";
import { type EmbeddedAws, startEmbeddedAws } from "../sandbox/aws/embeddedAws";
import { type EmbeddedClickHouse, startClickHouse } from "../sandbox/clickhouse";
import type { FunctionDefinition } from "../sandbox/lambda/function/definition";
import { LayerCache } from "../sandbox/lambda/isolation/layerCache";
import { openBrowser } from "../web/openBrowser";
import { cloudWatchStreams, storedTelemetry } from "./arrivals";
import { type Deployment, type DistributedDeployment, deployExamples, newIngestionKey } from "./deploy";
import { runDistributed, startFunction, storedTrace } from "./distributed";
import type { Fault } from "./fault";
import { type DemoServices, readFunction, runFunction } from "./functions";
import { DemoFunctions } from "./pageFunctions";
import { portTakingLayer } from "./portTakingLayer";
import type { Progress } from "./progress";
import type { DemoResult, MadeInvocation } from "./result";
import { plannedInvocations } from "./scenario";

const root = join(__dirname, "..");
const cacheDirectory = join(root, ".cache", "sandbox");

/** The demo's options. */
export interface DemoOptions {
  allArchitectures: boolean;
  /** How often each function runs each scenario. */
  rounds: number;
  /** Serve the page, from the start of the services on. */
  open: boolean;
  fault?: Fault;
  progress: Progress;
  cleanup: Cleanup;
}

/** What runs besides the functions. */
export interface Services {
  aws: EmbeddedAws;
  clickhouse: EmbeddedClickHouse;
  ingestionKey: string;
}

/**
 * The entire demo: source → layers → deployment → invocations → rows.
 * @throws if a step fails, or if the telemetry cannot be read back, with what the functions did until then.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const started = Date.now();
  const { progress } = options;
  await progress.step("Building the extension and its layers", (detail) => buildForDemo(options, detail));
  const services = await progress.step("Starting AWS and ClickHouse on this machine", () =>
    startServices(options),
  );
  const functions = new DemoFunctions();
  const page = options.open ? await showPage(services, functions, options.cleanup) : undefined;
  if (page !== undefined) progress.note(`Telemetry as it arrives: ${page}`);
  const { observed: deployment, distributed } = await progress.step(
    "Deploying with the Pulumi engine",
    (detail) => deploy(options, services, detail),
  );
  const runs = await runFunctions(options, services, { deployment, distributed, functions });
  const made = runs.flatMap(({ invocations }) => invocations);
  const answered = made.filter(({ planned, status }) => planned.status === status).length;
  progress.note(`${answered} of ${made.length} invocations ended as expected`);
  const extensionLog = runs.flatMap((run) => run.extensionLog);
  const stored = await progress
    .step("Reading back from ClickHouse", () =>
      storedTelemetry(
        services.clickhouse,
        runs.map(({ service }) => service),
      ),
    )
    .catch((error: Error) => {
      const said = [...new Set(extensionLog)].map((line) => `\n  extension log: ${line}`).join("");
      throw new Error(
        `ClickHouse was stopped, so nothing can be read back (${firstLine(error.message)}).${said}`,
      );
    });
  const streams = await Promise.all(
    deployment.functionNames.map((name) => cloudWatchStreams(services.aws, name)),
  );
  return {
    ...(distributed && (await storedTrace(services.clickhouse))),
    layerVersionArns: deployment.layerVersionArns,
    functions: runs.map(({ name, runtime, service }) => ({ name, runtime, service })),
    invocations: made,
    ...stored,
    cloudWatchStreams: streams.reduce((sum, count) => sum + count, 0),
    extensionLog,
    page,
    clickhouse: {
      httpUrl: services.clickhouse.httpUrl,
      password: services.ingestionKey,
      reader: services.clickhouse.reader,
    },
    seconds: Math.round((Date.now() - started) / 100) / 10,
  };
}

/** Builds the extension and its layers; a running build is stopped with the demo. */
export async function buildForDemo(
  { allArchitectures, cleanup }: Pick<DemoOptions, "allArchitectures" | "cleanup">,
  log: (detail: string) => void,
): Promise<void> {
  const abort = new AbortController();
  const architectures = allArchitectures ? layerArchitectures : [hostArchitecture()];
  const building = buildLayers({ root, architectures, log, signal: abort.signal });
  cleanup.use(building, async () => {
    abort.abort();
    await building.catch(() => {}); // Failures are reported where the build is awaited; here it only has to be over.
  });
  await building;
}

/** Starts AWS and ClickHouse, with an ingestion key for this run. */
export async function startServices({ cleanup }: Pick<DemoOptions, "cleanup">): Promise<Services> {
  const ingestionKey = newIngestionKey();
  const [aws, clickhouse] = await Promise.all([
    startEmbeddedAws().then((running) => cleanup.use(running, () => running.stop())),
    startClickHouse({ ingestionKey }).then((running) => cleanup.use(running, () => running.stop())),
  ]);
  return { aws, clickhouse, ingestionKey };
}

function deploy(
  { fault, cleanup }: DemoOptions,
  services: Services,
  onResource: (text: string) => void,
): ReturnType<typeof deployExamples> {
  const settings = {
    aws: services.aws,
    endpoint: services.clickhouse.otlpUrl,
    ingestionKey: fault === "wrong-key" ? newIngestionKey() : services.ingestionKey,
    architecture: hostArchitecture(),
    cleanup,
    onResource,
  };
  // With a fault, only the functions are examined, not their trace.
  return deployExamples(settings, fault === undefined);
}

/** Serves the page and opens it in a browser. */
async function showPage(
  { clickhouse }: Services,
  functions: DemoFunctions,
  cleanup: Cleanup,
): Promise<string> {
  const hyperDx = hyperDxApp(process.env);
  const directory = await pageDirectory();
  const url = await startPage(
    { source: clickhouse.reader, directory, functions, ...(hyperDx && { hyperDx }) },
    cleanup,
  );
  openBrowser(url);
  return url;
}

interface Deployed {
  deployment: Deployment;
  distributed: DistributedDeployment | undefined;
  functions: DemoFunctions;
}

interface NamedRun {
  name: string;
  runtime: string;
  service: string;
  invocations: MadeInvocation[];
  extensionLog: string[];
}

/** All functions at once, each in its own sandbox. */
function runFunctions(
  options: DemoOptions,
  { aws, clickhouse }: Services,
  { deployment, distributed, functions }: Deployed,
): Promise<NamedRun[]> {
  const { rounds, fault, progress, cleanup } = options;
  const planned = plannedInvocations(rounds);
  const total = planned.length * deployment.functionNames.length;
  const services: DemoServices = {
    aws,
    ports: clickhouse.ports,
    cacheDirectory,
    cleanup,
  };
  return progress.step("Running the functions in the local Lambda", async (detail) => {
    let done = 0;
    const onInvocation = async (): Promise<void> => {
      detail(`${++done} of ${total} invocations`);
      if (fault === "clickhouse-down" && done === total >> 1) await clickhouse.kill();
    };
    const ordered = Promise.all(
      deployment.functionNames.map(async (name) => {
        const deployed = await readFunction(name, services);
        const definition = fault === "port-taken" ? await withTakenPort(deployed, cleanup) : deployed;
        functions.add(definition, () => startFunction(definition, services));
        const run = await runFunction(definition, planned, services, onInvocation);
        return {
          name,
          runtime: definition.runtime,
          service: serviceName(definition.environment, name),
          ...run,
        };
      }),
    );
    const [runs] = await Promise.all([ordered, distributed && runDistributed(root, distributed, services)]);
    return runs;
  });
}

async function withTakenPort(definition: FunctionDefinition, cleanup: Cleanup): Promise<FunctionDefinition> {
  const extension = definition.layers.at(-1);
  if (!extension) throw new Error(`${definition.name} was deployed without a layer`);
  const unpacked = await new LayerCache(cacheDirectory).unpack(extension);
  return { ...definition, layers: [...definition.layers, portTakingLayer(unpacked, cleanup)] };
}

/** A client's message may be followed by all details of the request. */
function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

/** The `service.name` from a function's settings. Default: its name. */
function serviceName(environment: Record<string, string>, functionName: string): string {
  const attributes = environment.ROTEL_OTEL_RESOURCE_ATTRIBUTES ?? "";
  return (
    /(?:^|,)service\.name=([^,]+)/.exec(attributes)?.[1] ?? environment.OTEL_SERVICE_NAME ?? functionName
  );
}
