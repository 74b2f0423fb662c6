/** What a filter examines: a function of the program, without values that are not known yet. */
export interface FunctionCandidate {
  /** Name of the resource in the program. */
  name: string;
  /** Name in AWS, if the program sets one. */
  functionName?: string;
  /** The function's own tags. */
  tags: Readonly<Record<string, string>>;
  /** Runtime, such as `nodejs22.x`. */
  runtime?: string;
}

/** Selects functions: a function is selected if it matches one of the criteria. */
export interface FunctionFilterArgs {
  /**
   * Names in the program or in AWS; `*` stands for any characters.
   */
  names?: string[];
  /**
   * Tags, of which one has to match; `*` stands for any characters of a value.
   */
  tags?: { [name: string]: string };
  /**
   * Runtimes, such as `python3.12`; `*` stands for any characters, as in `nodejs*`.
   */
  runtimes?: string[];
}

/** The same for programs in TypeScript, which can use a function. */
export interface FunctionFilter extends FunctionFilterArgs {
  /** A condition. */
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
