import { UNKNOWN } from "../known";
import { didYouMean } from "../nearestName";
import type { Problem } from "../problem";

/**
 * The type of value that an argument accepts. Programs without types, and values from configuration, can pass anything.
 * `lenient` is for inputs of `aws.lambda.Function` itself, whose provider accepts strings for numbers and numbers for
 * strings.
 */
export type Shape =
  | { kind: "string" | "number"; lenient?: true }
  | { kind: "boolean" }
  /** One of several strings, which a separate check lists. */
  | { kind: "choice" }
  /** Any value, which is checked elsewhere. For `given` only whether there is a value. */
  | { kind: "any" | "given" }
  | { kind: "list"; of: Shape }
  /** Any names; `dotted` determines how their paths are written, `settings.a` or `headers["a"]`. */
  | { kind: "map"; of: Shape; dotted?: true }
  | { kind: "object"; properties: Readonly<Record<string, Shape>> };

/** A value in which parts of the wrong type are replaced by the marker for unknown values. */
export interface Fitted {
  value: unknown;
  problems: Problem[];
}

/**
 * Compares a value with its expected type. Unknown values match everything; absent values are removed from lists and
 * maps, as Pulumi does.
 */
export function fitValue(value: unknown, shape: Shape, path: string): Fitted {
  if (value === UNKNOWN || value === undefined || value === null) return { value, problems: [] };
  switch (shape.kind) {
    case "any":
    case "given":
    case "choice":
      return { value, problems: [] };
    case "string":
    case "number":
      return single(shape.lenient ? coerced(value, shape.kind) : value, shape, path);
    case "boolean":
      return single(value, shape, path);
    case "list":
      return Array.isArray(value) ? fitList(value, shape.of, path) : misfit(value, shape, path);
    default:
      return isRecord(value) ? fitRecord(value, shape, path) : misfit(value, shape, path);
  }
}

function single(value: unknown, shape: Shape, path: string): Fitted {
  const types = { string: "string", number: "number", boolean: "boolean" } as const;
  const wanted = types[shape.kind as keyof typeof types];
  return typeof value === wanted ? { value, problems: [] } : misfit(value, shape, path);
}

function fitList(list: readonly unknown[], of: Shape, path: string): Fitted {
  const items = list.map((item, index): Fitted => {
    const propertyPath = `${path}[${index}]`;
    if (item !== undefined && item !== null) return fitValue(item, of, propertyPath);
    return { value: UNKNOWN, problems: [{ propertyPath, reason: "has no value" }] };
  });
  return { value: items.map(({ value }) => value), problems: items.flatMap(({ problems }) => problems) };
}

type RecordShape = Extract<Shape, { kind: "map" | "object" }>;

function fitRecord(record: Readonly<Record<string, unknown>>, shape: RecordShape, path: string): Fitted {
  const fitted: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const [name, item] of Object.entries(record)) {
    if (item === undefined || item === null) continue;
    const propertyPath = shape.kind === "object" || shape.dotted ? `${path}.${name}` : `${path}["${name}"]`;
    const of = shape.kind === "map" ? shape.of : own(shape.properties, name);
    if (of === undefined && shape.kind === "object") {
      const known = Object.keys(shape.properties);
      const hint = didYouMean(name, known) || ` Known properties: ${known.join(", ")}.`;
      problems.push({ propertyPath, reason: `there is no property of this name.${hint}` });
      continue;
    }
    const part = fitValue(item, of ?? { kind: "any" }, propertyPath);
    fitted[name] = part.value;
    problems.push(...part.problems);
  }
  return { value: fitted, problems };
}

/** Not a property of every object's prototype, such as `toString`. */
function own(properties: Readonly<Record<string, Shape>>, name: string): Shape | undefined {
  return Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function misfit(value: unknown, shape: Shape, propertyPath: string): Fitted {
  return {
    value: UNKNOWN,
    problems: [{ propertyPath, reason: `is ${kindOf(value)} but ${takes(value, shape)}` }],
  };
}

/** What the argument must be and, if the intention is clear, how to write it. Never the value, which may be a key. */
function takes(value: unknown, shape: Shape): string {
  const isString = typeof value === "string";
  switch (shape.kind) {
    case "string":
      return typeof value === "object" ? "must be a string" : "must be a string; add quotes";
    case "number":
      return isNumeric(value) ? "must be a number; remove the quotes" : "must be a number";
    case "boolean":
      return isString && /^(true|false)$/i.test(value)
        ? "must be true or false; remove the quotes"
        : "must be true or false";
    case "list":
      return isRecord(value) ? "must be a list" : "must be a list; add brackets";
    case "map":
      return "must be a map of names to values";
    case "object":
      return `must be a map with ${Object.keys(shape.properties).join(", ")}`;
    default:
      return "";
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (isRecord(value)) return "a map";
  if (typeof value === "boolean") return String(value);
  return typeof value === "string" ? "a string" : `a ${typeof value}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as the provider will interpret it; unchanged if the provider will not. */
function coerced(value: unknown, kind: "string" | "number"): unknown {
  if (typeof value === "object") return value;
  if (kind === "string") return String(value);
  return isNumeric(value) ? Number(value) : value;
}

function isNumeric(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
}
