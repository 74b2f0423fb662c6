import { Secret, SecretVersion } from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { secretArguments, telemetryPaths, valueAt } from "../plan/arguments/table";
import { secretNames } from "../plan/names/resourceNames";
import { type NamedResource, namedResource } from "../pulumi/namedResource";

/**
 * Stores the keys that were given as values in Secrets Manager, each in a separate secret.
 * @returns the arguments with the secrets' ARNs instead of the values, as if the user had stored them.
 */
export function storeSecrets(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.CustomResourceOptions,
): ObservedFunctionArgs {
  const stored: Record<string, unknown> = { ...withoutKeys(args) };
  for (const { path, argument } of telemetryPaths) {
    const value = valueAt(args, path) as pulumi.Input<string> | undefined;
    if (argument.secret === undefined || value === undefined) continue;
    const { insteadOf, suffix, title } = argument.secret;
    const named = namedResource(name, secretNames, `-${suffix}`, options);
    const arn = storeSecret(named, { args, description: `${title} of ${name}`, value });
    const [holder = "", part] = insteadOf.split(".");
    if (part === undefined) stored[holder] = arn;
    // Without the object that contains it the ARN would be useless, which the checks have reported.
    else if (stored[holder] !== undefined) stored[holder] = { ...(stored[holder] as object), [part]: arn };
  }
  return stored;
}

/** The arguments without keys. */
export function withoutKeys<A extends object>(args: A): A {
  return Object.fromEntries(Object.entries(args).filter(([name]) => !secretArguments.includes(name))) as A;
}

/** Whether a key is given as a value. */
export function holdsKeys(args: ObservedFunctionArgs): boolean {
  return secretArguments.some((name) => valueAt(args, name) !== undefined);
}

/** The arguments as stored in the stack's state, where keys are secrets. */
export function withSecrets<A extends object>(args: A): A {
  const entries = Object.entries(args).map(([name, value]) => [
    name,
    secretArguments.includes(name) && value !== undefined ? pulumi.secret(value) : value,
  ]);
  return Object.fromEntries(entries) as A;
}

function storeSecret(
  { name, options }: NamedResource,
  of: { args: ObservedFunctionArgs; description: string; value: pulumi.Input<string> },
): pulumi.Output<string> {
  const { region, secretKmsKeyArns } = of.args;
  const kmsKeyId = secretKmsKeyArns && pulumi.output(secretKmsKeyArns).apply((keys) => keys?.[0]);
  const secret = new Secret(name, { region, description: of.description, kmsKeyId }, options);
  const version = new SecretVersion(
    name,
    { region, secretId: secret.id, secretString: pulumi.secret(of.value) },
    options,
  );
  // The URN is already known in a preview, and available when the value is stored: a new key does not change the
  // function.
  return pulumi.all([secret.arn, version.urn]).apply(([arn]) => arn);
}
