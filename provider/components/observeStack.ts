import * as pulumi from "@pulumi/pulumi";
import type { ObserveStackArgs, ObserveStackProgramArgs } from "../args/observeStack";
import { withSecrets } from "../function/storedSecrets";
import { findingsOf } from "../pulumi/findings";
import { withoutAbsent } from "../pulumi/inputs";
import { ObservedStack } from "../stack/observedStack";
import { checkAgain } from "../stack/repeatedCheck";

/** What a function that observes a stack may be told about where it works. */
export interface ObserveStackOptions {
  /** The aws provider that stores `ingestionKey` and `clickhousePassword`. Defaults to the program's default one. */
  provider?: pulumi.ProviderResource;
}

/**
 * Observes every function that the program makes from here on, whoever makes it: `aws.lambda.Function`,
 * `aws.lambda.CallbackFunction` and functions inside of other components alike get the extension's layer, the environment
 * that configures it and the policies that their roles need, as {@link ObservedFunction} gives them. Functions stay the
 * resources that they are. Those of an `ObservedFunction` have what they need already; functions from container images,
 * and those whose role is one of Lambda@Edge, are left alone with a warning.
 *
 * Call it once, before the functions are made. An `ingestionKey` is stored once for all of them.
 * @throws if the stack is observed already; at preview, for each function, InputPropertiesError with everything that keeps
 * it from being observed; and, as far as the engine tells, if functions were made before.
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

/** Pauses in seconds between searches for functions that were just being created when the transform was registered. */
const laterChecks = [3, 10, 30, 60];

/** What `settled()` waits for. No field: every field of a component is an output of the package's schema. */
const checks = new WeakMap<pulumi.ComponentResource, Promise<void>>();
const observers = new WeakMap<pulumi.ComponentResource, ObservedStack>();

/**
 * Observes every Lambda function of a stack: those that are registered after it, whoever makes them, also inside of other
 * components of any language, get the extension's layer, the environment that configures it and the policies that their
 * roles need. Functions stay the resources that they are. Functions from container images, and those whose role is one of
 * Lambda@Edge, are left alone with a warning; those of an `ObservedFunction` have what they need already.
 *
 * One for each stack, made before the functions: `settled()` returns when every function from there on is observed. In YAML
 * and .NET let the functions depend on it (`dependsOn`), or the program's one default aws provider. Functions that were
 * registered before it are an error, as far as the engine knows of them: in updates, and in previews of a stack that is
 * there already.
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
   * Waits until every function that the program makes from here on is observed.
   * @returns true.
   * @throws if functions that are to be observed were registered before, as far as the engine knows of them.
   */
  public async settled(): Promise<boolean> {
    await checks.get(this);
    return true;
  }
}

/** The same promise, whose rejection fails the preview or update even if nobody waits for it. */
function reported(promise: Promise<void>): Promise<void> {
  const logged = promise.catch(async (error: Error) => {
    await pulumi.log.error(error.message);
    throw error;
  });
  logged.catch(() => {});
  return logged;
}

/**
 * Looks again for functions that came too early, while the engine is there: one that was being created when the transform
 * was registered is in the stack's state only later. A program of TypeScript needs none of it: there resources wait for
 * transforms to be registered.
 */
export function watchForEarlyFunctions(component: ObserveStack): void {
  const observed = observers.get(component);
  if (observed === undefined) return;
  const report = (error: Error) => pulumi.log.error(error.message, component);
  checkAgain({ check: () => observed.check(), report }, laterChecks);
}
