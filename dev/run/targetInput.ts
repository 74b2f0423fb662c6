import type { TargetInput } from "../project/routes";

/** What a rule's target receives for an event (EventBridge user guide, "Transforming target input"). */
export function inputOfTarget({ constant, path, transformer }: TargetInput, event: object): unknown {
  if (constant !== undefined) return parsed(constant);
  if (path !== undefined) return atPath(event, path) ?? null;
  if (transformer === undefined) return event;
  const { paths, template } = transformer;
  const namedValue = (name: string): unknown => {
    if (name === "aws.events.event" || name === "aws.events.event.json") return event;
    const own = paths[name];
    return own === undefined ? undefined : atPath(event, own);
  };
  const filled = template.replace(/<([\w.-]+)>/g, (whole, name: string, offset: number) => {
    const value = namedValue(name);
    if (value === undefined) return name in paths ? "" : whole;
    const text = typeof value === "string" ? value : JSON.stringify(value);
    // Within quotes a value is part of the string, elsewhere a separate value.
    return isQuoted(template.slice(0, offset)) ? JSON.stringify(text).slice(1, -1) : JSON.stringify(value);
  });
  return parsed(filled);
}

function isQuoted(before: string): boolean {
  return (before.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
}

/** The value at a path such as `$.detail.items[0].sku`. */
function atPath(event: unknown, path: string): unknown {
  const keys = path.replace(/^\$\.?/, "").split(/[.[\]]+/);
  return keys
    .filter((key) => key !== "")
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | null | undefined)?.[key], event);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
