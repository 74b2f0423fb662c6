/** AWS services that a setting's value can be fetched from. */
export type SecretService = "secretsmanager" | "ssm";

/** A reference to a secret or parameter, to be resolved by the extension when it starts. */
export interface SecretReference {
  service: SecretService;
  /** ARN without the JSON key. */
  arn: string;
  partition: string;
  region: string;
  accountId: string;
  /** Name of the secret as its ARN has it (with the random suffix where given), or of the parameter without `/`. */
  resourceName: string;
  /** Key in the JSON value, after `#`. Absent when the whole value is meant. */
  jsonKey?: string;
}

const secretScheme = "secret://";
const arnForm =
  /^arn:(?<partition>aws[a-z-]*):(?<service>secretsmanager|ssm):(?<region>[a-z0-9-]+):(?<accountId>\d{12}):(?:secret:|parameter\/)(?<resourceName>[\w/+=.@:-]+)$/;

/** The reference that an ARN, with or without `#key`, stands for; undefined when it is no secret or parameter ARN. */
export function parseReference(text: string): SecretReference | undefined {
  const hash = text.indexOf("#");
  const arn = hash < 0 ? text : text.slice(0, hash);
  const jsonKey = hash < 0 ? undefined : text.slice(hash + 1);
  const groups = arnForm.exec(arn)?.groups;
  if (!groups || jsonKey === "") return undefined;
  const service = groups.service as SecretService;
  // A secret's ARN reads `:secret:name`, a parameter's `:parameter/name`.
  if (arn.includes(":secret:") !== (service === "secretsmanager")) return undefined;
  const { partition = "", region = "", accountId = "", resourceName = "" } = groups;
  return {
    service,
    arn,
    partition,
    region,
    accountId,
    resourceName,
    ...(jsonKey === undefined ? {} : { jsonKey }),
  };
}

/** How a reference is written inside a value. */
export function referenceText(arn: string): string {
  return `\${${arn}}`;
}

/**
 * The references in the value of a setting: `${arn:…}` anywhere in it, any number of times, or `secret://arn:…` as the
 * whole value. `${NAME}` and text that only looks like a reference give none.
 */
export function parseReferences(value: string): SecretReference[] {
  const text = value.trim();
  if (text.startsWith(secretScheme)) {
    const whole = parseReference(text.slice(secretScheme.length));
    return whole === undefined ? [] : [whole];
  }
  return [...text.matchAll(/\$\{(arn:[^}]*)\}/g)].flatMap(([, inside]) => parseReference(inside ?? "") ?? []);
}
