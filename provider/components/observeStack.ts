import * as pulumi from "@pulumi/pulumi";
import type { ObserveStackArgs, ObserveStackProgramArgs } from "../args/observeStack";
import { withSecrets } from "../function/storedSecrets";
import { findingsOf } from "../pulumi/findings";
import { withoutAbsent } from "../pulumi/inputs";
import { ObservedStack } from "../stack/observedStack";
import { checkAgain } from "../stack/repeatedCheck";

/** Options of `observeStack()`. */
export interface ObserveStackOptions {
  /** The aws provider that stores `ingestionKey` and `clickhousePassword`. Defaults to the program's default one. */
  provider?: pulumi.ProviderResource;
}

/**
 * Observes every function that the program creates from here on, in whichever component: `aws.lambda.Function`,
 * `aws.lambda.CallbackFunction` and functions inside other components get the extension's layer, the environment that
 * configures it and the policies that their roles need, as with {@link ObservedFunction}. Functions remain the same
 * resources. Functions of an `ObservedFunction` already have what they need; functions from container images, and those
 * with a role of Lambda@Edge, are not changed, with a warning.
 *
 * Call it once, before the functions are created. An `ingestionKey` is stored once for all of them.
 * @throws if the stack is already observed; at preview, for each function, InputPropertiesError with everything that
 * prevents it from being observed; and, as far as the engine knows, if functions were created before.
 */
export function observeStack(args: ObserveStackProgramArgs, { provider }: ObserveStackOptions = {}): void {
  const observed = new ObservedStack({
    name: "clickstack",
    title: "observeStack",
    args,
    options: provider === undefined ? {} : { provider },
    found: {},
  });
  void reported(observed.check());
}

/** Pauses in seconds between searches for functions that were being created when the transform was registered. */
const laterChecks = [3, 10, 30, 60];

/** What `settled()` waits for. Not a field, since every field of a component is an output in the package's schema. */
const checks = new WeakMap<pulumi.ComponentResource, Promise<void>>();
const observers = new WeakMap<pulumi.ComponentResource, ObservedStack>();

/**
 * Observes every Lambda function of a stack: those that are registered after it, in whichever component, including
 * components of any language, get the extension's layer, the environment that configures it and the policies that their
 * roles need. Functions remain the same resources. Functions from container images, and those with a role of
 * Lambda@Edge, are not changed, with a warning; those of an `ObservedFunction` already have what they need.
 *
 * Create one for each stack, before the functions: `settled()` returns when every function from there on is observed.
 * In YAML and .NET let the functions depend on it (`dependsOn`), or the program's default aws provider. Functions that
 * were registered before it are an error, as far as the engine knows of them: in updates, and in previews of a stack
 * that already exists.
 */
export class ObserveStack extends pulumi.ComponentResource {
  constructor(name: string, args: ObserveStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("clickstack-lambda:index:ObserveStack", name, withSecrets(withoutAbsent(args)), opts);
    const title = `ObserveStack "${name}"`;
    const found = findingsOf(opts);
    const observed = new ObservedStack({ name, title, args, options: { parent: this }, found });
    checks.set(this, reported(observed.check()));
    observers.set(this, observed);
    this.registerOutputs({});
  }

  /**
   * Waits until every function that the program creates from here on is observed.
   * @returns true.
   * @throws if functions to be observed were registered before, as far as the engine knows of them.
   */
  public async settled(): Promise<boolean> {
    await checks.get(this);
    return true;
  }
}

/** The same promise, whose rejection makes the preview or update fail even if nothing waits for it. */
function reported(promise: Promise<void>): Promise<void> {
  const logged = promise.catch(async (error: Error) => {
    await pulumi.log.error(error.message);
    throw error;
  });
  logged.catch(() => {});
  return logged;
}

/**
 * Checks again for functions that were registered too early, while the engine is running: one that was being created
 * when the transform was registered appears in the stack's state only later. A program in TypeScript does not need
 * this: there, resources wait for transforms to be registered.
 */
export function watchForEarlyFunctions(component: ObserveStack): void {
  const observed = observers.get(component);
  if (observed === undefined) return;
  const report = (error: Error) => pulumi.log.error(error.message, component);
  checkAgain({ check: () => observed.check(), report }, laterChecks);
}
