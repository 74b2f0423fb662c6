import * as pulumi from "@pulumi/pulumi";
import { getCallbacks } from "@pulumi/pulumi/runtime/settings";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import type { ObserveStackProgramArgs } from "../args/observeStack";
import { confirmDelivery } from "../delivery/confirm";
import { storeSecrets } from "../function/storedSecrets";
import { resourceUrn, typesOf } from "../plan/names/resourceUrn";
import { describeProblems } from "../plan/problem";
import {
  candidateOf,
  componentType,
  describeEarly,
  describeSecond,
  functionType,
} from "../plan/stack/earlyFunctions";
import { type FunctionCandidate, type FunctionChoice, isObserved } from "../plan/stack/functionFilter";
import { registerTransform } from "../pulumi/callbackContext";
import type { Findings } from "../pulumi/findings";
import { awaited, withoutAbsent } from "../pulumi/inputs";
import { withOutputs } from "../pulumi/markedValues";
import { rejectReported, reportOnce } from "../pulumi/reportOnce";
import { orStopUpdate } from "../pulumi/stopUpdate";
import { findEarlyFunctions } from "./earlyFunctions";
import { EdgeRoles, roleType } from "./edgeRoles";
import { observeFunction } from "./observeFunction";

/** How a stack is observed, and by which component. */
export interface StackObserver {
  /** Prefix of its secrets' names. */
  name: string;
  /** Its name in messages, such as `observeStack`. */
  title: string;
  args: ObserveStackProgramArgs;
  /** Options of the secrets that it stores, and of its queries to AWS. */
  options: { parent?: pulumi.Resource; provider?: pulumi.ProviderResource };
  /** What the package's provider already knows. */
  found: Findings;
}

/** The observer of the stack, by the deployment's key. */
const observers = new WeakMap<object, string>();

/** Observes the functions of a stack from here on. One for each stack. */
export class ObservedStack {
  /** Fulfilled when every function that the program creates from here on is observed. */
  public readonly registered: Promise<void>;
  private readonly choice: Promise<FunctionChoice>;
  private readonly seen = new Set<string>();
  private readonly edgeRoles = new EdgeRoles();
  private readonly stored: Partial<ObservedFunctionArgs>;
  private readonly confirmed: Promise<void>;
  /** Errors of all functions, by problem. */
  private readonly shared = new Map<string, Error>();

  /** @throws if the stack is already observed. */
  constructor(private readonly observer: StackObserver) {
    const { name, title, args, options, found } = observer;
    claimDeployment(title);
    const { include, exclude, ...telemetry } = withoutAbsent(args);
    this.choice = Promise.all([known("include", include), known("exclude", exclude)]).then(
      ([included, excluded]) => ({ include: included, exclude: excluded }),
    );
    // Code that needs it receives the rejection.
    this.choice.catch(() => {});
    this.stored = storeSecrets(name, telemetry, options);
    this.confirmed = confirmDelivery("this stack", telemetry, options, found);
    this.confirmed.catch(reportOnce);
    registerTransform([functionType, roleType], (resource) => this.transform(resource));
    this.registered = pulumi.runtime.awaitStackRegistrations();
  }

  /** @throws if functions to be observed were registered before, as far as the engine knows. */
  public async check(): Promise<void> {
    await this.registered;
    const early = await findEarlyFunctions(await this.choice, this.seen, this.observer.found.refreshed);
    if (early.length > 0) throw new Error(describeEarly(this.observer.title, early));
  }

  private async transform(
    marked: pulumi.ResourceTransformArgs,
  ): Promise<pulumi.ResourceTransformResult | undefined> {
    const { type, name, opts } = marked;
    const [project, stack, parent] = [pulumi.getProject(), pulumi.getStack(), await urnOf(opts.parent)];
    const urn = resourceUrn({ project, stack, type, name, parent });
    if (type === roleType) {
      await this.edgeRoles.add(urn, marked.props);
      return undefined;
    }
    this.seen.add(urn);
    if (typesOf(urn).split("$").includes(componentType)) return undefined;
    const resource = { ...marked, props: await withOutputs(marked.props) };
    if (!isObserved(await candidate(resource), await this.choice)) return undefined;
    const reason = await this.whyLeftAlone(resource);
    if (reason !== undefined) {
      await pulumi.log.warn(`${this.observer.title}: "${name}" ${reason}`);
      return undefined;
    }
    const observed = observeFunction({ ...resource, urn }, this.stored, this.confirmed).catch(
      (reason: Error) => rejectReported(this.sharedError(name, reason)),
    );
    return orStopUpdate(name, observed);
  }

  /** The same error for all functions, if the problem is in the arguments that all functions share. */
  private sharedError(name: string, error: Error): Error {
    if (!pulumi.InputPropertiesError.isInstance(error)) return error;
    const problems = error.errors ?? [];
    const isShared = problems.every(({ propertyPath }) => isArgumentOf(propertyPath, this.observer.args));
    if (problems.length === 0 || !isShared) return error;
    const key = JSON.stringify(problems);
    const { title } = this.observer;
    const message = `${title}: these arguments are not valid, as for the function "${name}":\n${describeProblems(problems)}`;
    const shared = this.shared.get(key) ?? new Error(message);
    this.shared.set(key, shared);
    return shared;
  }

  /** Why a function that was chosen cannot be observed. */
  private async whyLeftAlone(resource: pulumi.ResourceTransformArgs): Promise<string | undefined> {
    if ((await awaited<unknown>(resource.props.packageType)) === "Image") {
      return "is a container image and is not observed; build the extension into its image (see examples/container-image), or exclude it";
    }
    if (await this.edgeRoles.have(resource)) {
      return "has a role of Lambda@Edge, whose functions cannot have layers or environment variables, and is not observed; exclude it, or give it a role of its own if it is not a function of Lambda@Edge";
    }
    return undefined;
  }
}

/** Whether a property is one of the observer's arguments, not the function's own. */
function isArgumentOf(propertyPath: string, args: object): boolean {
  const [argument = ""] = propertyPath.split(/[.[]/);
  return Object.hasOwn(args, argument);
}

/** @throws if this deployment already has an observer. */
function claimDeployment(title: string): void {
  const deployment: object | undefined = getCallbacks();
  if (deployment === undefined) return;
  const other = observers.get(deployment);
  if (other !== undefined) throw new Error(describeSecond(title, other));
  observers.set(deployment, title);
}

/**
 * A filter, which may be an output in programs of other languages.
 * @throws if a preview does not know it.
 */
async function known<T extends object>(key: string, filter: T | undefined): Promise<T | undefined> {
  if (!pulumi.Output.isInstance(filter)) return filter;
  const value = (await awaited(filter)) as T | undefined;
  if (value !== undefined) return withoutAbsent(value) ?? undefined;
  throw new Error(`${key}: must be known at preview, which shows which functions are observed`);
}

async function urnOf(resource: pulumi.Resource | undefined): Promise<string | undefined> {
  return resource && awaited(resource.urn);
}

/** A function for a filter: what is known about it, in a preview possibly only in part. */
async function candidate({ name, props }: pulumi.ResourceTransformArgs): Promise<FunctionCandidate> {
  const [functionName, runtime, given] = await Promise.all(
    [props.name, props.runtime, props.tags].map(awaited),
  );
  const tags = Object.entries((given ?? {}) as Record<string, unknown>).map(
    async ([key, value]) => [key, await awaited(value)] as const,
  );
  return candidateOf(name, {
    name: functionName,
    runtime,
    tags: Object.fromEntries(await Promise.all(tags)),
  });
}
