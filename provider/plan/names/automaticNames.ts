/** The context of a resource's name, to which a pattern of `pulumi:autonaming` can refer. */
export interface NamingContext {
  project: string;
  stack: string;
  /** The stack's configuration `pulumi:autonaming` as JSON; undefined if there is none. */
  autonaming: string | undefined;
}

/** A level of the configuration: everything, one provider, or one type of resource. */
interface NamingLevel {
  mode?: string;
  pattern?: string;
}

interface NamingConfiguration extends NamingLevel {
  providers?: Record<string, NamingLevel & { resources?: Record<string, NamingLevel> }>;
}

const functionType = "aws:lambda/function:Function";

/** The provider's default names: the name in the program, followed by a hyphen and seven hexadecimal digits. */
const defaultPattern = `\${name}-\${hex(7)}`;

/** Length of a UUID as text. */
const uuidLength = 36;

/**
 * The names that a function without an explicit one may get, as a pattern of an IAM resource, in which `?` is any one
 * character (Pulumi, "Autonaming configuration"; IAM, "Policy elements: Resource").
 * @param name the function's name in the program.
 * @returns undefined if the configuration contains unsupported elements, or disables automatic names.
 */
export function automaticNames(name: string, context: NamingContext): string | undefined {
  const pattern = namingPattern(context.autonaming);
  if (pattern === undefined || !isFunctionName(name)) return undefined;
  const names = pattern
    .replaceAll(`\${project}`, context.project)
    .replaceAll(`\${stack}`, context.stack)
    .replaceAll(`\${name}`, name)
    .replace(/\$\{(?:hex|alphanum|string|num)\((\d+)\)\}/g, (_, length: string) =>
      "?".repeat(Math.min(Number(length), 64)),
    )
    .replaceAll(`\${uuid}`, "?".repeat(uuidLength));
  // Anything left over would be interpreted as a variable or a wildcard of the policy.
  return isFunctionName(names.replaceAll("?", "x")) ? names : undefined;
}

/** Whether a name matches the pattern of {@link automaticNames}. */
export function isAutomaticName(name: string, pattern: string): boolean {
  return pattern.length === name.length && [...pattern].every((one, at) => one === "?" || one === name[at]);
}

/** The allowed form of function names (Lambda API reference, CreateFunction). */
function isFunctionName(name: string): boolean {
  return /^[\w-]+$/.test(name);
}

/** The pattern that applies to functions: the type's, otherwise the provider's, otherwise the general one. */
function namingPattern(autonaming: string | undefined): string | undefined {
  if (autonaming === undefined) return defaultPattern;
  const configuration = parsed(autonaming);
  if (configuration === undefined) return undefined;
  const provider = configuration.providers?.aws;
  const levels = [provider?.resources?.[functionType], provider, configuration];
  const level = levels.find((one) => one?.mode !== undefined || one?.pattern !== undefined);
  if (level?.pattern !== undefined) return level.pattern;
  const modes: Record<string, string> = { default: defaultPattern, verbatim: `\${name}` };
  return modes[level?.mode ?? "default"];
}

function parsed(json: string): NamingConfiguration | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
