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
  /** Name of the secret as in its ARN (with the random suffix if given), or of the parameter without `/`. */
  resourceName: string;
  /** Key in the JSON value, after `#`. Absent for the whole value. */
  jsonKey?: string;
}

const secretScheme = "secret://";
const arnForm =
  /^arn:(?<partition>aws[a-z-]*):(?<service>secretsmanager|ssm):(?<region>[a-z0-9-]+):(?<accountId>\d{12}):(?:secret:|parameter\/)(?<resourceName>[\w/+=.@:-]+)$/;

/** The reference for an ARN, with or without `#key`; undefined if it is not a secret or parameter ARN. */
export function parseReference(text: string): SecretReference | undefined {
  const hash = text.indexOf("#");
  const arn = hash < 0 ? text : text.slice(0, hash);
  const jsonKey = hash < 0 ? undefined : text.slice(hash + 1);
  const groups = arnForm.exec(arn)?.groups;
  if (!groups || jsonKey === "") return undefined;
  const service = groups.service as SecretService;
  // A secret's ARN contains `:secret:name`, a parameter's `:parameter/name`.
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

/**
 * The name of a parameter in Parameter Store: a hierarchical one begins with a slash, which its ARN does not repeat.
 * @param inArn the name as in the ARN, with or without a version.
 */
export function parameterName(inArn: string): string {
  return inArn.includes("/") ? `/${inArn}` : inArn;
}

/** The notation of a reference in a value. */
export function referenceText(arn: string): string {
  return `\${${arn}}`;
}

/**
 * The references in the value of a setting: `${arn:…}` anywhere in it, any number of times, or `secret://arn:…` as the
 * whole value. `${NAME}` and text that only looks like a reference are ignored.
 */
export function parseReferences(value: string): SecretReference[] {
  const text = value.trim();
  if (text.startsWith(secretScheme)) {
    const whole = parseReference(text.slice(secretScheme.length));
    return whole === undefined ? [] : [whole];
  }
  return [...text.matchAll(/\$\{(arn:[^}]*)\}/g)].flatMap(([, inside]) => parseReference(inside ?? "") ?? []);
}

/** Whether part of a value requires fetching a secret, whether the reference is valid or not. */
export function holdsReference(value: string): boolean {
  return value.trim().startsWith(secretScheme) || /\$\{arn:[^}]*\}/.test(value);
}

/** Whether the extension resolves references in the value of this environment variable: only in `ROTEL_*`. */
export function mayRefer(variable: string): boolean {
  return variable.startsWith("ROTEL_");
}

/** The text with each reference replaced by its value. */
export async function resolveReferences(
  text: string,
  read: (reference: SecretReference) => Promise<string>,
): Promise<string> {
  let resolved = text.trim().startsWith(secretScheme)
    ? `\${${text.trim().slice(secretScheme.length)}}`
    : text;
  for (const reference of parseReferences(resolved)) {
    const key = reference.jsonKey === undefined ? "" : `#${reference.jsonKey}`;
    const value = await read(reference);
    resolved = resolved.replaceAll(referenceText(`${reference.arn}${key}`), () => value);
  }
  return resolved;
}

/**
 * The part of a secret's value that a reference selects: all of it, or one field of a JSON value by its name or by a
 * JSON pointer (`/a/b`, RFC 6901). Undefined if there is no such field.
 */
export function secretField(value: string, jsonKey: string | undefined): string | undefined {
  if (jsonKey === undefined) return value;
  let found: unknown;
  try {
    found = JSON.parse(value);
  } catch {
    return undefined;
  }
  const path = jsonKey.startsWith("/")
    ? jsonKey
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    : [jsonKey];
  for (const part of path) {
    if (typeof found !== "object" || found === null) return undefined;
    found = (found as Record<string, unknown>)[part];
  }
  if (found === undefined) return undefined;
  return typeof found === "string" ? found : JSON.stringify(found);
}
