import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseEnv } from "node:util";
import { hyperDxApp } from "../clickstack/links";
import { startAwsProxy } from "../sandbox/aws/proxy";
import type { PageFunctions } from "../web/functions";
import { openBrowser } from "../web/openBrowser";
import { Cleanup } from "./cleanup";
import { findFunctions, type Target } from "./findFunctions";
import { introduce, pageFunctions } from "./introduce";
import { Links } from "./links";
import { pageDirectory, startPage } from "./page";
import { type Project, ProjectError } from "./project/project";
import { removeTemporaryFolder } from "./project/temporaryFolder";
import { startDebugPort } from "./run/debugPort";
import { definitionOf } from "./run/definition";
import { PlayedAws } from "./run/playedAws";
import { Store } from "./run/store";
import { startUrlServer } from "./run/urlServer";
import { watchFolders } from "./run/watch";
import { runtimeClients } from "./runtimeClients";
import { Session } from "./session";
import { type Output, Reporter } from "./show/reporter";
import { hostRuntimes, localLayers, sandboxCache } from "./surroundings";

/** The options of `clickstack-lambda dev`. */
export interface DevOptions {
  /** Folder, file, or name of a deployed function. Default: the current folder. */
  target?: string;
  /** Names of the functions to run. Default: all. */
  function?: string[];
  handler?: string;
  runtime?: string;
  /** File with an event as JSON, with which the first function is invoked. */
  event?: string;
  /** Name of a schedule that fires at the start, and again after each change. */
  schedule?: string;
  /** End after the response to `event`, or after the outcome of `schedule`. */
  once?: boolean;
  envFile?: string;
  /** Port of the functions' URLs. Default: a free one. */
  port?: number;
  /** Ports of this machine that functions may reach. */
  hostPort?: number[];
  /** Port for a debugger; only a single function can be debugged. */
  inspect?: number;
  open?: boolean;
  watch?: boolean;
  /** Region of a deployed function. */
  region?: string;
}

/** Its outputs and its process's environment. */
export interface DevTerminal {
  out: Output;
  err: Output;
  environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs the functions of a project until it is stopped, and shows their output.
 * @param stop stops it.
 * @returns the exit code: 0; with `once`, 1 if the invocation failed.
 * @throws ProjectError and errors of ports, with how to fix them; everything that was started has been stopped by then.
 */
export async function runDev(options: DevOptions, terminal: DevTerminal, stop: AbortSignal): Promise<number> {
  const cleanup = new Cleanup();
  try {
    return await run(options, terminal, stop, cleanup);
  } finally {
    const failures = await cleanup.run();
    removeTemporaryFolder();
    for (const { message } of failures) terminal.err.write(`while ending: ${message}\n`);
  }
}

async function run(
  options: DevOptions,
  { out, err, environment }: DevTerminal,
  stop: AbortSignal,
  cleanup: Cleanup,
): Promise<number> {
  const reporter = new Reporter(out, err, !environment.NO_COLOR);
  const event = options.event === undefined ? undefined : readEvent(options.event);
  const own = options.envFile === undefined ? {} : readEnvFile(options.envFile);
  // Its process starts while the functions are found and the layers verified.
  const storing = Store.start((notice) => reporter.warning(notice));
  cleanup.use(storing, async (starting) => (await starting.catch(() => undefined))?.stop());
  storing.catch(() => {}); // a failed start is reported when the store is needed
  const target = await targetOf(options, environment);
  const project = await findFunctions(target);
  for (const notice of project.notices) reporter.warning(notice);
  // Built while ClickHouse and the functions start.
  const building = pageDirectory();
  building.catch(() => {});
  const { session, store, links } = await startSession(
    { ...options, own, environment },
    project,
    storing,
    reporter,
    cleanup,
  );
  const urls = cleanup.use(
    await startUrlServer(
      { names: () => session.names, invoke: (name, given, how) => session.run(name, given, how) },
      options.port ?? 0,
    ),
    (server) => server.close(),
  );
  const hyperDx = hyperDxApp(environment);
  const functions: PageFunctions = {
    list: () => pageFunctions(session, urls),
    invoke: (name, given) => session.run(name, given),
  };
  const directory = await building;
  links.page = await startPage({ source: store, directory, functions, ...(hyperDx && { hyperDx }) }, cleanup);
  introduce(reporter, project, session, urls);
  reporter.notice(`Logs and traces: ${links.page}`);
  reporter.notice(`ClickHouse: ${store.httpUrl} (user default, password ${store.ingestionKey})`);
  reporter.notice(`  read only: user ${store.reader.user}, password ${store.reader.password}`);
  if (!options.once) reporter.notice("Ctrl-C ends it.\n");
  if (options.open) openBrowser(links.page);
  const [first = ""] = session.names;
  const send = async () => {
    try {
      if (options.schedule !== undefined) return await session.fire(options.schedule);
      return event === undefined || (await session.run(first, event)).status === "success";
    } catch (error) {
      // An invocation that is aborted fails, as expected.
      if (!stop.aborted) reporter.failure((error as Error).message);
      return false;
    }
  };
  if (!options.once && options.watch !== false && project.folder !== undefined)
    cleanup.use(await watch(target, session, reporter, send), (end) => end());
  const succeeded = await send();
  await links.settled();
  if (options.once) return succeeded ? 0 : 1;
  await stopped(stop);
  reporter.notice("Ending…");
  return 0;
}

async function startSession(
  options: DevOptions & Pick<DevTerminal, "environment"> & { own: Readonly<Record<string, string>> },
  project: Project,
  storing: Promise<Store>,
  reporter: Reporter,
  cleanup: Cleanup,
) {
  const { own, environment } = options;
  if (options.inspect !== undefined) checkInspect(project);
  const layers = localLayers(project);
  const runtimesDirectory = await runtimeClients(project, (notice) => reporter.notice(notice));
  const store = await storing;
  const links = new Links(store, hyperDxApp(environment));
  // Listens before the functions exist, since they connect to it.
  let played: PlayedAws | undefined;
  const aws = await startAwsProxy(async (call) => {
    if (played === undefined) throw new Error("no function runs yet");
    return played.answer(call);
  });
  cleanup.use(aws, (proxy) => proxy.stop());
  const { otlpUrl, ingestionKey } = store;
  const session = new Session({
    define: (one) =>
      definitionOf(
        one,
        { ...layers, otlpUrl, ingestionKey, awsEndpoint: aws.endpoint },
        { environment: own, ...(options.inspect === undefined ? {} : { inspectPort: options.inspect }) },
      ),
    hostPorts: [aws.port, ...store.ports, ...(options.hostPort ?? [])],
    platformEnvironment: { AWS_ENDPOINT_URL: aws.endpoint, AWS_ENDPOINT_URL_LAMBDA: aws.endpoint },
    cacheDirectory: sandboxCache(),
    runtimesDirectory,
    freezes: options.inspect === undefined,
    onEvent: (name, event) => reporter.event(name, event),
    onNotice: (notice) => reporter.notice(notice),
    onResult: (name, result) => links.follow(result, (found) => reporter.result(name, result, found)),
  });
  cleanup.use(session, (running) => running.stop());
  played = new PlayedAws(session, (notice) => reporter.notice(notice));
  reporter.columns(project.functions.map(({ name }) => name));
  await session.update(project);
  const [only = ""] = session.names;
  const { inspect } = options;
  if (inspect !== undefined)
    cleanup.use(await startDebugPort(inspect, () => session.sandboxOf(only)?.connect(inspect)), (end) =>
      end(),
    );
  return { session, store, links };
}

/** Restarts what changed, and sends the event again. */
function watch(
  target: Target,
  session: Session,
  reporter: Reporter,
  send: () => Promise<boolean>,
): Promise<() => Promise<void>> {
  let round = Promise.resolve();
  const changed = async (paths: readonly string[]) => {
    try {
      const project = await findFunctions(target);
      const restarted = await session.update(project, paths);
      if (restarted.length === 0) return;
      reporter.notice(`changed: ${restarted.join(", ")}`);
      await send();
    } catch (error) {
      // A file may be incomplete while it is being written; the next change contains the rest.
      reporter.failure((error as Error).message);
    }
  };
  return watchFolders([...new Set([...session.folders, ...watchedRoot(target)])], (paths) => {
    round = round.then(() => changed(paths));
  });
}

function watchedRoot({ target = "." }: Target): string[] {
  return existsSync(target) ? [resolve(target)] : [];
}

async function targetOf(options: DevOptions, environment: DevTerminal["environment"]): Promise<Target> {
  const { target, handler, runtime, region } = options;
  return {
    only: options.function ?? [],
    environment,
    hosts: await hostRuntimes(),
    region: region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION ?? "us-east-1",
    cacheDirectory: sandboxCache(),
    ...(target === undefined ? {} : { target }),
    ...(handler === undefined ? {} : { handler }),
    ...(runtime === undefined ? {} : { runtime }),
  };
}

function checkInspect({ functions }: Project): void {
  const [first, second] = functions;
  if (second !== undefined)
    throw new ProjectError("--inspect debugs one function: choose it with --function");
  if (!first?.runtime.startsWith("nodejs"))
    throw new ProjectError(`--inspect is for Node.js; ${first?.name} runs on ${first?.runtime}`);
}

function readEvent(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new ProjectError(`--event ${path}: ${(error as Error).message}`);
  }
}

function readEnvFile(path: string): Record<string, string> {
  try {
    return { ...parseEnv(readFileSync(path, "utf8")) } as Record<string, string>;
  } catch (error) {
    throw new ProjectError(`--env-file ${path}: ${(error as Error).message}`);
  }
}

function stopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => stop.addEventListener("abort", () => resolve(), { once: true }));
}
