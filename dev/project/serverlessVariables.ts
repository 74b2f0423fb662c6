import { mapOf } from "./values";

/** The sources of variables. */
export interface VariableSources {
  region: string;
  accountId: string;
  environment: Readonly<Record<string, string | undefined>>;
}

/** Maximum depth of variables that refer to variables, so that a circle ends. */
const MAXIMUM_DEPTH = 20;

/**
 * Replaces the Serverless Framework's variables: `${self:…}`, `${env:…}`, `${opt:…}`, `${sls:stage}`, `${param:…}` and
 * `${aws:…}`, with defaults after commas (Serverless Framework documentation, "Variables").
 * @returns the document, and the variables without a value here, such as `${ssm:…}`.
 */
export function resolveVariables(
  document: Readonly<Record<string, unknown>>,
  sources: VariableSources,
): { value: unknown; unresolved: string[] } {
  const unresolved = new Set<string>();
  const stage = () => {
    const written = mapOf(document.provider).stage;
    return written === undefined ? "dev" : String(of(written, 1));
  };
  const lookUp = (source: string, depth: number): unknown => {
    const [, kind = "", path = ""] = /^(\w+):(.*)$/.exec(source) ?? [];
    if (kind === "self" || source.startsWith("self")) return of(atPath(document, path), depth + 1);
    if (kind === "env") return sources.environment[path];
    if (kind === "sls" && path === "stage") return stage();
    if (kind === "aws") return { region: sources.region, accountId: sources.accountId }[path];
    if (kind === "param") return of(stageParameter(document, stage(), path), depth + 1);
    const literal = /^(?:'(.*)'|"(.*)"|(true|false|null|-?\d+(?:\.\d+)?))$/.exec(source);
    return literal ? (literal[1] ?? literal[2] ?? JSON.parse(literal[3] ?? "null")) : undefined;
  };
  const variable = (content: string, depth: number): unknown => {
    for (const source of content.split(/,(?![^(]*\))/)) {
      const value = lookUp(source.trim(), depth);
      if (value !== undefined && value !== null) return value;
    }
    unresolved.add(`\${${content}}`);
    return undefined;
  };
  const text = (given: string, depth: number): unknown => {
    if (depth > MAXIMUM_DEPTH) return given;
    const whole = /^\$\{([^{}]+)\}$/.exec(given);
    if (whole) return variable(whole[1] ?? "", depth);
    // Innermost first: a variable may be part of another one's name.
    const replaced = given.replace(/\$\{([^{}]+)\}/g, (_, content: string) =>
      String(variable(content, depth) ?? ""),
    );
    return replaced !== given && replaced.includes("${") ? text(replaced, depth + 1) : replaced;
  };
  const of = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return text(value, depth);
    if (Array.isArray(value)) return value.map((item) => of(item, depth));
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, of(item, depth)]));
  };
  // Values from a function's resources are resolved by CloudFormation.
  const { resources: _resources, ...read } = document;
  return { value: of(read, 0), unresolved: [...unresolved] };
}

function stageParameter(document: Readonly<Record<string, unknown>>, stage: string, name: string): unknown {
  const params = mapOf(document.params);
  return mapOf(params[stage])[name] ?? mapOf(params.default)[name];
}

function atPath(value: unknown, path: string): unknown {
  if (path === "") return undefined;
  return path
    .split(".")
    .reduce<unknown>((at, key) => (Array.isArray(at) ? at[Number(key)] : mapOf(at)[key]), value);
}
