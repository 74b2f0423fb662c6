import { Secret, SecretVersion } from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { secretNames } from "../plan/names/resourceNames";
import { type NamedResource, namedResource } from "../pulumi/namedResource";

/**
 * Stores the keys that were given as values in Secrets Manager, each in a secret of its own.
 * @returns the arguments with the secrets' ARNs in place of the values, as if the user had stored them.
 */
export function storeSecrets(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.CustomResourceOptions,
): ObservedFunctionArgs {
  const { ingestionKey, clickhousePassword, clickhouse, ...others } = args;
  const store = (suffix: string, description: string, value: pulumi.Input<string>) =>
    storeSecret(namedResource(name, secretNames, `-${suffix}`, options), { args, description, value });
  const authorization =
    ingestionKey === undefined
      ? args.authorization
      : store("ingestion-key", `Ingestion key of ${name}`, ingestionKey);
  const password =
    clickhousePassword === undefined
      ? clickhouse?.password
      : store("clickhouse-password", `ClickHouse password of ${name}`, clickhousePassword);
  return { ...others, authorization, clickhouse: clickhouse && { ...clickhouse, password } };
}

/** The arguments as the component keeps them in the stack's state: the keys among them are secrets there. */
export function withSecrets(args: ObservedFunctionArgs): ObservedFunctionArgs {
  const { ingestionKey, clickhousePassword } = args;
  return {
    ...args,
    ...(ingestionKey === undefined ? {} : { ingestionKey: pulumi.secret(ingestionKey) }),
    ...(clickhousePassword === undefined ? {} : { clickhousePassword: pulumi.secret(clickhousePassword) }),
  };
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
  // The URN is known in a preview already, and there when the value is: a new key is no change of the function.
  return pulumi.all([secret.arn, version.urn]).apply(([arn]) => arn);
}
