/** An IAM policy document of an identity policy: without principals. */
export interface PolicyDocument {
  Version?: string;
  Statement: PolicyStatement | PolicyStatement[];
}

/** One statement; a single value is allowed wherever a list is. */
export interface PolicyStatement {
  Sid?: string;
  Effect: "Allow" | "Deny";
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  /** Operator → context key → values. */
  Condition?: Record<string, Record<string, string | string[]>>;
}

/** A request to be authorized. */
export interface AccessRequest {
  /** `secretsmanager:GetSecretValue`; case-insensitive. */
  action: string;
  /** ARN of the resource, or `*` for actions without a resource. */
  resource: string;
  /** Condition keys (`aws:PrincipalAccount`, …) with their values. Default: none. */
  context?: Record<string, string | string[]>;
}

/**
 * The result of the evaluation: an explicit deny overrides every allow; without an allow the request is denied
 * implicitly.
 */
export type Decision = "allowed" | "explicitlyDenied" | "implicitlyDenied";

/**
 * Decides as IAM does for one principal's identity policies.
 * @throws for an unknown condition operator: guessing would make a test of permissions worthless.
 */
export function evaluate(policies: readonly PolicyDocument[], request: AccessRequest): Decision {
  const statements = policies.flatMap((policy) => list(policy.Statement));
  const applying = statements.filter((statement) => applies(statement, request));
  if (applying.some(({ Effect }) => Effect === "Deny")) return "explicitlyDenied";
  return applying.some(({ Effect }) => Effect === "Allow") ? "allowed" : "implicitlyDenied";
}

/** True if {@link evaluate} returns `allowed`. */
export function isAllowed(policies: readonly PolicyDocument[], request: AccessRequest): boolean {
  return evaluate(policies, request) === "allowed";
}

function applies(statement: PolicyStatement, request: AccessRequest): boolean {
  const context = lowerCaseKeys(request.context ?? {});
  const action = (pattern: string) => matches(pattern.toLowerCase(), request.action.toLowerCase());
  const resource = (pattern: string) => {
    const filledIn = substitute(pattern, context);
    return filledIn !== undefined && matches(filledIn, request.resource);
  };
  return (
    among(statement.Action, statement.NotAction, action) &&
    among(statement.Resource, statement.NotResource, resource) &&
    Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
      Object.entries(keys).every(([key, values]) =>
        holds(operator, list(values), context[key.toLowerCase()], context),
      ),
    )
  );
}

/** An element and its `Not…` form: the one that is present decides. */
function among(
  element: string | string[] | undefined,
  notElement: string | string[] | undefined,
  match: (pattern: string) => boolean,
): boolean {
  if (element !== undefined) return list(element).some(match);
  return notElement !== undefined && !list(notElement).some(match);
}

const operators: Record<string, { match: (pattern: string, value: string) => boolean; negated?: boolean }> = {
  StringEquals: { match: (pattern, value) => pattern === value },
  StringNotEquals: { match: (pattern, value) => pattern === value, negated: true },
  StringLike: { match: matches },
  StringNotLike: { match: matches, negated: true },
  NumericLessThanEquals: { match: (limit, value) => Number(value) <= Number(limit) },
  ArnEquals: { match: matchesArn },
  ArnLike: { match: matchesArn },
  ArnNotEquals: { match: matchesArn, negated: true },
  ArnNotLike: { match: matchesArn, negated: true },
};

const forAllValues = "ForAllValues:";

function holds(
  name: string,
  patterns: string[],
  actual: string | string[] | undefined,
  context: Record<string, string | string[]>,
): boolean {
  if (name === "Null")
    return patterns.some((pattern) => (String(pattern) === "true") === (actual === undefined));
  if (name.startsWith(forAllValues)) {
    const operator = name.slice(forAllValues.length);
    // As in IAM, this holds for a key that the request does not have.
    return list(actual ?? []).every((value) => holds(operator, patterns, value, context));
  }
  const ifExists = name.endsWith("IfExists");
  const operator = operators[ifExists ? name.slice(0, -"IfExists".length) : name];
  if (!operator) throw new Error(`condition operator ${name} is not known to this evaluator`);
  // A key that the request does not have matches nothing, so that the negated operators hold.
  if (actual === undefined) return ifExists || operator.negated === true;
  const found = list(actual).some((value) =>
    patterns.some((pattern) => {
      const filledIn = substitute(pattern, context);
      return filledIn !== undefined && operator.match(filledIn, value);
    }),
  );
  return found !== (operator.negated === true);
}

/** `*` for any characters and `?` for any one, as in ARNs and actions; `*` also matches `:` and `/`, as in IAM. */
export function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${expression}$`, "s").test(text);
}

/** The ARN operators compare the six parts of an ARN one by one. */
function matchesArn(pattern: string, arn: string): boolean {
  const patterns = arnParts(pattern);
  const parts = arnParts(arn);
  return patterns.length === parts.length && patterns.every((part, i) => matches(part, parts[i] ?? ""));
}

function arnParts(arn: string): string[] {
  const parts = arn.split(":");
  return [...parts.slice(0, 5), parts.slice(5).join(":")];
}

/** Fills in policy variables (`${aws:username}`); undefined when the request has no single value for one. */
function substitute(pattern: string, context: Record<string, string | string[]>): string | undefined {
  let missing = false;
  const filledIn = pattern.replace(/\$\{([^}]+)\}/g, (_whole, key: string) => {
    const value = context[key.toLowerCase()];
    if (typeof value !== "string") missing = true;
    return String(value);
  });
  return missing ? undefined : filledIn;
}

function lowerCaseKeys<T>(values: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key.toLowerCase(), value]));
}

function list<T>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}
