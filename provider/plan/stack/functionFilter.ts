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

/** Chooses functions: a function is chosen as soon as one of the criteria fits it. */
export interface FunctionFilterArgs {
  /**
   * Names in the program or in AWS; `*` stands for any characters.
   */
  names?: string[];
  /**
   * Tags of which one is enough; `*` stands for any characters of a value.
   */
  tags?: { [name: string]: string };
  /**
   * Runtimes, such as `python3.12`; `*` stands for any characters, as in `nodejs*`.
   */
  runtimes?: string[];
}

/** The same for programs in TypeScript, which can decide by themselves. */
export interface FunctionFilter extends FunctionFilterArgs {
  /** Decides by itself. */
  where?: (candidate: FunctionCandidate) => boolean;
}

/** Which functions are observed. */
export interface FunctionChoice {
  include?: FunctionFilter;
  exclude?: FunctionFilter;
}

/** Whether a function is to be observed: it is included, which all are by default, and not excluded. */
export function isObserved(candidate: FunctionCandidate, { include, exclude }: FunctionChoice): boolean {
  const included = include === undefined || fits(candidate, include);
  return included && !(exclude !== undefined && fits(candidate, exclude));
}

function fits(candidate: FunctionCandidate, filter: FunctionFilter): boolean {
  const { names = [], tags = {}, runtimes = [], where } = filter;
  const called = [candidate.name, candidate.functionName].filter((name) => name !== undefined);
  const { runtime } = candidate;
  return (
    names.some((pattern) => called.some((name) => expression(pattern).test(name))) ||
    Object.entries(tags).some(([key, pattern]) => {
      const own = Object.hasOwn(candidate.tags, key) ? candidate.tags[key] : undefined;
      return own !== undefined && expression(pattern).test(own);
    }) ||
    (runtime !== undefined && runtimes.some((pattern) => expression(pattern).test(runtime))) ||
    where?.(candidate) === true
  );
}

function expression(pattern: string): RegExp {
  const literal = pattern.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`^${literal.replaceAll("*", ".*")}$`, "s");
}
