import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import type { ExtensionLayersArgs } from "./args/extensionLayers";
import type { ObservedFunctionArgs } from "./args/observedFunction";
import type { ObserveStackArgs } from "./args/observeStack";
import { findProblems, invalidArguments, invalidRemoteArguments } from "./check/arguments";
import { checkCode } from "./check/code";
import { checkOrganization, ExtensionLayers } from "./components/extensionLayers";
import { ObservedFunction } from "./components/observedFunction";
import { ObserveStack, watchForEarlyFunctions } from "./components/observeStack";
import { deliver, needsDelivery } from "./delivery/confirm";
import { resourceUrn } from "./plan/names/resourceUrn";
import { describeSecond } from "./plan/stack/earlyFunctions";
import { furtherOptions } from "./pulumi/constructRequest";
import { withFindings } from "./pulumi/findings";
import { awaited, withoutAbsent } from "./pulumi/inputs";
import { providerAccount, providerRegion } from "./pulumi/providerPlace";
import { isStateRefreshed } from "./stack/earlyFunctions";

/** The parts of the package's schema that the provider itself uses. */
interface PackageSchema {
  version: string;
  resources: Record<string, { properties: Record<string, unknown> }>;
}

type Construct = (
  name: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
) => Promise<pulumi.ComponentResource>;

const components: Record<string, Construct> = {
  "clickstack-lambda:index:ExtensionLayers": async (name, inputs, options) => {
    const args = inputs as ExtensionLayersArgs;
    await checkOrganization(name, args);
    return new ExtensionLayers(name, args, options);
  },
  "clickstack-lambda:index:ObservedFunction": async (name, inputs, options) => {
    const provider = awsProvider(options);
    const context = {
      region: () => providerRegion({ provider }),
      account: () => providerAccount({ provider }),
    };
    // Here the values can be awaited before anything is created, so that the engine shows every problem with its
    // property.
    const problems = [...(await findProblems(inputs, context)), ...(await checkCode(inputs))];
    if (problems.length > 0) throw invalidArguments(name, problems);
    const args = withoutAbsent(inputs as ObservedFunctionArgs);
    const delivered = needsDelivery(args);
    if (delivered) await deliver(name, args, { provider });
    return new ObservedFunction(name, args, withFindings({ ...options, ...furtherOptions() }, { delivered }));
  },
  "clickstack-lambda:index:ObserveStack": observeStack,
};

/** The observer of a stack, by the engine's address in one of its previews or updates. */
const stackObservers = new Map<string, string>();

async function observeStack(
  name: string,
  inputs: pulumi.Inputs,
  options: pulumi.ComponentResourceOptions,
): Promise<pulumi.ComponentResource> {
  const title = `ObserveStack "${name}"`;
  const deployment = monitorAddress();
  const other = deployment === undefined ? undefined : stackObservers.get(deployment);
  if (other !== undefined) throw new Error(describeSecond(title, other));
  if (deployment !== undefined) stackObservers.set(deployment, title);
  const args = withoutAbsent(inputs as ObserveStackArgs);
  const delivered = needsDelivery(args);
  if (delivered) await deliver("this stack", args, { provider: awsProvider(options) });
  const refreshed = await isStateRefreshed(await componentUrn(name, options));
  const found = { delivered, ...(refreshed !== undefined && { refreshed }) };
  const component = new ObserveStack(name, args, withFindings(options, found));
  // Resources that depend on the component are created after the engine knows of the transform.
  await component.settled();
  if (!pulumi.runtime.isDryRun()) watchForEarlyFunctions(component);
  return component;
}

async function componentUrn(name: string, options: pulumi.ComponentResourceOptions): Promise<string> {
  const [project, stack] = [pulumi.getProject(), pulumi.getStack()];
  const parent = options.parent && (await awaited(options.parent.urn));
  const type = "clickstack-lambda:index:ObserveStack";
  return resourceUrn({ project, stack, type, name, ...(parent && { parent }) });
}

/** Identifies a preview or update, since each call of the engine has its own state. */
function monitorAddress(): string | undefined {
  const monitor = pulumi.runtime.getMonitor() as { getChannel?: () => { getTarget(): string } } | undefined;
  const address = monitor?.getChannel?.().getTarget();
  return address && [address, pulumi.getProject(), pulumi.getStack(), pulumi.runtime.isDryRun()].join(" ");
}

function awsProvider({ providers }: pulumi.ComponentResourceOptions): pulumi.ProviderResource | undefined {
  return Array.isArray(providers) ? undefined : providers?.aws;
}

/** The resource that is not a component; loaded on demand, since most deployments have none. */
function lifecycle(urn: string) {
  const { dashboardsLifecycle, dashboardsType } =
    require("./dashboards/lifecycle") as typeof import("./dashboards/lifecycle");
  if (!urn.includes(`${dashboardsType}::`)) throw new Error(`clickstack-lambda has no resource ${urn}`);
  return dashboardsLifecycle;
}

/** Serves the components to programs in every language of Pulumi. */
export class PackageProvider implements pulumi.provider.Provider {
  public readonly version: string;
  /** The package's schema as JSON text, generated when the package was built. */
  public readonly schema: string;
  private readonly outputs: ReadonlyMap<string, readonly string[]>;

  constructor() {
    this.schema = readFileSync(require.resolve("clickstack-lambda/schema.json"), "utf8");
    const { version, resources } = JSON.parse(this.schema) as PackageSchema;
    this.version = version;
    this.outputs = new Map(
      Object.entries(resources).map(([token, resource]) => [token, Object.keys(resource.properties)]),
    );
  }

  /** Creates a component for a program in another process. */
  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<pulumi.provider.ConstructResult> {
    const construct = components[type];
    const outputs = this.outputs.get(type);
    if (construct === undefined || outputs === undefined) {
      throw new Error(`clickstack-lambda ${this.version} has no component ${type}`);
    }
    const component = await construct(name, inputs, options).catch(async (error: unknown) => {
      if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
      throw await invalidRemoteArguments(name, inputs, error.errors ?? []);
    });
    const values = component as unknown as Record<string, unknown>;
    return { urn: component.urn, state: Object.fromEntries(outputs.map((key) => [key, values[key]])) };
  }

  /** Checks the inputs of a resource that is not a component. */
  async check(urn: string, olds: unknown, news: unknown): Promise<pulumi.provider.CheckResult> {
    return lifecycle(urn).check(olds, news);
  }

  /** Reports whether a resource has to be updated or replaced. */
  async diff(_id: string, urn: string, olds: unknown, news: unknown): Promise<pulumi.provider.DiffResult> {
    return lifecycle(urn).diff(olds, news);
  }

  /** Creates a resource. */
  async create(urn: string, inputs: unknown): Promise<pulumi.provider.CreateResult> {
    return lifecycle(urn).create(inputs);
  }

  /** Reads a resource, which may have been changed by others. */
  async read(id: string, urn: string, state: unknown): Promise<pulumi.provider.ReadResult> {
    return lifecycle(urn).read(id, state);
  }

  /** Updates a resource. */
  async update(
    _id: string,
    urn: string,
    olds: unknown,
    news: unknown,
  ): Promise<pulumi.provider.UpdateResult> {
    return lifecycle(urn).update(olds, news);
  }

  /** Deletes a resource. */
  async delete(_id: string, urn: string, state: unknown): Promise<void> {
    await lifecycle(urn).delete(state);
  }

  /** Calls a method of a component. The engine does so after the component was created: the stack is then observed. */
  async call(token: string): Promise<pulumi.provider.InvokeResult> {
    if (token === "clickstack-lambda:index:ObserveStack/settled") return { outputs: { res: true } };
    throw new Error(`clickstack-lambda ${this.version} has no method ${token}`);
  }
}
