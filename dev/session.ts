import type { FunctionDefinition } from "../sandbox";
import { type InvocationResult, type InvokeOptions, Sandbox, type TelemetryEvent } from "../sandbox";
import { asyncDefaults } from "./project/asyncSettings";
import { type Project, ProjectError, type ProjectFunction } from "./project/project";
import type { Schedule } from "./project/routes";
import { AsyncInvocations } from "./run/asyncInvocations";
import { runnableCode } from "./run/bundle";
import { localPorts } from "./run/definition";
import { DevFunction } from "./run/devFunction";
import type { InvokeByName, InvokeLater } from "./run/lambdaApi";
import type { PlayedFunctions } from "./run/playedAws";
import { Router } from "./run/router";
import { type DeliverToQueue, sendToQueue } from "./run/sqs";

/** The dependencies of a session. */
export interface SessionOptions {
  /** Creates the sandbox's definition of a function whose code is ready to run. */
  define: (project: ProjectFunction) => FunctionDefinition;
  /** Ports of this machine that every function may reach. */
  hostPorts: readonly number[];
  platformEnvironment: Readonly<Record<string, string>>;
  cacheDirectory: string;
  /** Whether environments are frozen between invocations. A debugger cannot attach to one that is. */
  freezes: boolean;
  /** Folder of AWS's runtime interface clients. Default: where the checkout's set-up puts them. */
  runtimesDirectory?: string;
  onEvent: (name: string, event: TelemetryEvent) => void;
  onNotice: (notice: string) => void;
  onResult: (name: string, result: InvocationResult) => void;
}

/** Maximum number of environments per function. */
const MAXIMUM_CONCURRENCY = 10;

/** The functions of a project while they can be invoked. */
export class Session implements PlayedFunctions {
  private readonly functions = new Map<string, { project: ProjectFunction; running: DevFunction }>();

  /** Routes messages of topics, events of buses and schedules to the functions. */
  readonly router = new Router({
    invoke: (name, event) => this.invokeLater(name, event),
    send: (queue, message) => sendToQueue(queue, message, this.deliver, Date.now())?.handled,
  });
  private readonly later = new AsyncInvocations({
    run: (name, event) => this.run(name, event),
    settingsOf: (name) => this.functions.get(name)?.project.asynchronous ?? asyncDefaults,
    forward: (to, message, from) => this.router.forward(to, message, from),
    tell: (notice) => this.options.onNotice(notice),
  });

  private stopped = false;

  constructor(private readonly options: SessionOptions) {}

  get names(): string[] {
    return [...this.functions.keys()];
  }

  /** The functions with their runtimes. */
  get runtimes(): { name: string; runtime: string }[] {
    return [...this.functions.values()].map(({ project: { name, runtime } }) => ({ name, runtime }));
  }

  /** The name of the function with this name or alias; undefined if there is none. */
  private find(name: string): string | undefined {
    if (this.functions.has(name)) return name;
    return [...this.functions.values()].find(({ project }) => project.aliases.includes(name))?.project.name;
  }

  /** Whether a function has a name or alias. */
  isNamed(name: string, given: string): boolean {
    return this.find(given) === name;
  }

  /** Folders whose changes matter. */
  get folders(): string[] {
    return [
      ...new Set([...this.functions.values()].flatMap(({ project }) => [project.code, ...project.layers])),
    ];
  }

  /**
   * Replaces the functions with these. Functions that changed, and functions whose code or layers contain one of the paths, are
   * restarted.
   * @returns names of the functions that were restarted.
   */
  async update(
    { functions: projects, routes }: Pick<Project, "functions" | "routes">,
    changed: readonly string[] = [],
  ): Promise<string[]> {
    this.router.routes = routes;
    const wanted = new Set(projects.map(({ name }) => name));
    const gone = [...this.functions].filter(([name]) => !wanted.has(name));
    for (const [name, { running }] of gone) {
      this.functions.delete(name);
      await running.stop();
    }
    const restarted: string[] = [];
    for (const project of projects) {
      if (this.stopped) return [];
      const known = this.functions.get(project.name);
      if (known === undefined) this.add(project);
      else if (isChanged(known.project, project, changed)) {
        known.project = project;
        await known.running.restart();
        restarted.push(project.name);
      }
    }
    return restarted;
  }

  /**
   * Runs a function once.
   * @param name one of {@link names}.
   * @throws if the function could not be started; the message says why.
   */
  async run(name: string, payload: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const known = this.functions.get(name);
    if (known === undefined)
      throw new Error(`there is no function ${name}; there are: ${this.names.join(", ")}`);
    const result = await known.running.invoke(payload, options);
    this.options.onResult(name, result);
    return result;
  }

  /** Runs the function with this name or alias; undefined if there is none. */
  readonly invoke: InvokeByName = (name, payload, options) => {
    const known = this.find(name);
    return known === undefined ? undefined : this.run(known, payload, options);
  };

  /** Invokes a function asynchronously, with retries if it fails; undefined if there is none. */
  readonly invokeLater: InvokeLater = (name, payload) => {
    const known = this.find(name);
    return known === undefined ? undefined : this.later.invoke(known, payload);
  };

  /** Schedules whose target is a function of the project. */
  get schedules(): Schedule[] {
    const { schedules } = this.router.routes;
    return schedules.filter(({ to }) =>
      to.kind === "queue" ? this.ofQueue(to.name).length > 0 : this.find(to.name) !== undefined,
    );
  }

  /**
   * Fires a schedule.
   * @returns whether its target succeeded.
   * @throws ProjectError if no schedule has the name.
   */
  async fire(name: string): Promise<boolean> {
    const named = this.schedules.filter((schedule) => schedule.name === name);
    if (named.length === 0) {
      const names = [...new Set(this.schedules.map((one) => one.name))].join(", ") || "none";
      throw new ProjectError(`--schedule ${name}: there is no such schedule; there are: ${names}`);
    }
    const fired = await Promise.all(named.map((schedule) => this.router.fire(schedule)));
    return fired.every((succeeded) => succeeded === true);
  }

  /**
   * Delivers an event to the functions of a queue.
   * @returns whether all of them succeeded; undefined if there are none.
   */
  readonly deliver: DeliverToQueue = (queue, event) => {
    const names = this.ofQueue(queue);
    if (names.length === 0) return undefined;
    return Promise.all(names.map((name) => this.run(name, event))).then((results) =>
      results.every(({ status }) => status === "success"),
    );
  };

  /** Names of the functions that read a queue. */
  private ofQueue(queue: string): string[] {
    const projects = [...this.functions.values()].map(({ project }) => project);
    return projects.flatMap(({ name, queues }) => (queues.includes(queue) ? [name] : []));
  }

  /** The sandbox that runs a function now; undefined before its first start. */
  sandboxOf(name: string): Sandbox | undefined {
    return this.functions.get(name)?.running.sandbox;
  }

  /** Stops the functions; no function is started afterwards. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.later.stop();
    await Promise.all([...this.functions.values()].map(({ running }) => running.stop()));
  }

  private add(project: ProjectFunction): void {
    const running = new DevFunction(() => this.start(this.functions.get(project.name)?.project ?? project));
    this.functions.set(project.name, { project, running });
  }

  private async start(project: ProjectFunction): Promise<Sandbox> {
    const { define, hostPorts, platformEnvironment, cacheDirectory, runtimesDirectory, freezes } =
      this.options;
    const { onEvent, onNotice } = this.options;
    const definition = define({ ...project, code: await runnableCode(project) });
    return Sandbox.start({
      function: definition,
      hostPorts: [...new Set([...hostPorts, ...localPorts(definition.environment)])],
      platformEnvironment: { ...platformEnvironment },
      maxConcurrency: MAXIMUM_CONCURRENCY,
      cacheDirectory,
      runtimesDirectory,
      freezes,
      onEvent: (event) => onEvent(project.name, event),
      onNotice,
    });
  }
}

function isChanged(before: ProjectFunction, after: ProjectFunction, paths: readonly string[]): boolean {
  const folders = [after.code, ...after.layers];
  if (paths.some((path) => folders.some((folder) => path === folder || path.startsWith(`${folder}/`))))
    return true;
  return JSON.stringify(before) !== JSON.stringify(after);
}
