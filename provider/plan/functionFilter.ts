/** What a filter looks at: a function as the program has it, values that are not known yet left out. */
export interface FunctionCandidate {
  /** Name of the resource in the program. */
  name: string;
  /** Name in AWS, if the program gives one. */
  functionName?: string;
  /** The function's own tags. */
  tags: Readonly<Record<string, string>>;
  /** Runtime, such as `nodejs22.x`. */
  runtime?: string;
}

/** Chooses functions: one is meant as soon as one of the criteria fits it. */
export interface FunctionFilter {
  /** Names in the program or in AWS; `*` stands for any characters. */
  names?: readonly string[];
  /** Tags of which one is enough; `*` as a value stands for any. */
  tags?: Readonly<Record<string, string>>;
  /** Decides by itself. */
  where?: (candidate: FunctionCandidate) => boolean;
}

/** Whether a function is to be observed: it is included, which all are by default, and not excluded. */
export function isObserved(
  candidate: FunctionCandidate,
  { include, exclude }: { include?: FunctionFilter; exclude?: FunctionFilter },
): boolean {
  const included = include === undefined || fits(candidate, include);
  return included && !(exclude !== undefined && fits(candidate, exclude));
}

function fits(candidate: FunctionCandidate, { names = [], tags = {}, where }: FunctionFilter): boolean {
  const called = [candidate.name, candidate.functionName].filter((name) => name !== undefined);
  return (
    names.some((pattern) => called.some((name) => expression(pattern).test(name))) ||
    Object.entries(tags).some(([key, value]) => {
      const own = Object.hasOwn(candidate.tags, key) ? candidate.tags[key] : undefined;
      return own !== undefined && (value === "*" || value === own);
    }) ||
    where?.(candidate) === true
  );
}

function expression(pattern: string): RegExp {
  const literal = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*")}$`);
}
