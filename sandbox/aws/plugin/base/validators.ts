import { isArchive, isAsset, isObject, type PropertyMap, unknownValue } from "./values";

/**
 * Describes what is wrong with an input's value, in the words of the Terraform provider that the real provider is based
 * on.
 */
export type Validator = (value: unknown, property: string) => string | undefined;

/**
 * All problems of inputs whose values are known. A key of `validators` is an input's path: `loggingConfig.logFormat`,
 * or `layers[]` for each item of a list.
 */
export function invalidInputs(
  validators: Readonly<Record<string, Validator>>,
  inputs: PropertyMap,
): { property: string; problem: string }[] {
  return Object.entries(validators).flatMap(([path, validator]) =>
    valuesAt(inputs, path.split("."), "").flatMap(({ property, value }) => {
      const problem = validator(value, property.split(".").pop() ?? property);
      return problem === undefined ? [] : [{ property, problem }];
    }),
  );
}

function valuesAt(
  value: unknown,
  path: readonly string[],
  at: string,
): { property: string; value: unknown }[] {
  if (value === undefined || value === unknownValue) return [];
  const [step, ...rest] = path;
  if (step === undefined) return isAsset(value) || isArchive(value) ? [] : [{ property: at, value }];
  if (!isObject(value)) return [];
  const name = step.replace("[]", "");
  const property = at ? `${at}.${name}` : name;
  const found = value[name];
  if (!step.endsWith("[]")) return valuesAt(found, rest, property);
  return (Array.isArray(found) ? found : []).flatMap((item, i) => valuesAt(item, rest, `${property}[${i}]`));
}

/** All of these validators; reports the first one that fails. */
export function all(...validators: Validator[]): Validator {
  return (value, property) => {
    for (const validator of validators) {
      const problem = validator(value, property);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

export function length(least: number, most: number): Validator {
  return text((value, property) =>
    value.length < least || value.length > most
      ? `expected length of ${property} to be in the range (${least} - ${most}), got ${value}`
      : undefined,
  );
}

export function matches(pattern: RegExp, what: string): Validator {
  return text((value, property) =>
    pattern.test(value) ? undefined : `invalid value for ${property} (${what})`,
  );
}

export function between(least: number, most: number): Validator {
  return (value, property) =>
    typeof value === "number" && value >= least && value <= most
      ? undefined
      : `expected ${property} to be in the range (${least} - ${most}), got ${String(value)}`;
}

export function oneOf(values: readonly (string | number)[]): Validator {
  return (value, property) =>
    values.includes(value as string)
      ? undefined
      : `expected ${property} to be one of ${JSON.stringify(values)}, got ${String(value)}`;
}

export function atMost(items: number): Validator {
  return (value, property) =>
    Array.isArray(value) && value.length > items
      ? `Too many list items: Attribute ${property} supports ${items} item maximum, but config has ${value.length} declared`
      : undefined;
}

/** An ARN with all of its sections; the values of region and account are not checked. */
export const arn: Validator = text((value, property) =>
  value === "" || /^arn:[\w-]+:[a-zA-Z0-9-]+:[a-z0-9-]*:(\d{12}|aws)?:.+$/.test(value)
    ? undefined
    : `"${property}" (${value}) is an invalid ARN: arn: invalid prefix or sections`,
);

export const json: Validator = text((value, property) => {
  try {
    JSON.parse(value);
    return undefined;
  } catch (error) {
    return `"${property}" contains an invalid JSON: ${String(error)}`;
  }
});

/** Names of roles and policies. */
export function iamName(most: number): Validator {
  return all(length(1, most), matches(/^[\w+=,.@-]*$/, "must match [\\w+=,.@-]"));
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const logGroupName: Validator = text((value, property) => {
  if (value.length > 512) return `"${property}" cannot be longer than 512 characters: "${value}"`;
  return /^[0-9A-Za-z_./#-]+$/.test(value)
    ? undefined
    : `"${property}" isn't a valid log group name (alphanumeric characters, underscores, hyphens, slashes, hash signs and dots are allowed): "${value}"`;
});

function text(validator: (value: string, property: string) => string | undefined): Validator {
  return (value, property) => (typeof value === "string" ? validator(value, property) : undefined);
}
