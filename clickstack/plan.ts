import { HyperDxError, type Stored } from "./api/client";
import { tag } from "./content/tile";

/** What HyperDX should store, in the form of its API. */
export interface Wanted {
  name: string;
  [field: string]: unknown;
}

/** What to do so that HyperDX stores what is wanted. */
export type Change =
  | { action: "create"; name: string; body: Wanted }
  | { action: "update"; name: string; id: string; body: Wanted; differences: string[] }
  | { action: "none"; name: string; id: string };

/**
 * Compares what is wanted with what HyperDX stores under the same names. Fields that HyperDX adds are ignored.
 * @param tagged whether stored objects have tags; one of that name without this project's tag belongs to somebody else.
 * @throws if one of the names is used by something that this project did not create.
 */
export function plan(wanted: readonly Wanted[], stored: readonly Stored[], tagged: boolean): Change[] {
  return wanted.map((body) => {
    const existing = ownNamed(body.name, stored, tagged);
    if (existing === undefined) return { action: "create", name: body.name, body };
    const complete = withIds(body, existing);
    const found = differences(complete, existing, "");
    if (found.length === 0) return { action: "none", name: body.name, id: existing.id };
    return {
      action: "update",
      name: body.name,
      id: existing.id,
      body: updating(complete),
      differences: found,
    };
  });
}

/** The objects with these names that this project created. */
export function own(names: readonly string[], stored: readonly Stored[], tagged: boolean): Stored[] {
  return stored.filter(({ name, tags }) => names.includes(name ?? "") && (!tagged || hasTag(tags)));
}

function ownNamed(name: string, stored: readonly Stored[], tagged: boolean): Stored | undefined {
  const [first] = own([name], stored, tagged);
  if (first === undefined && stored.some((other) => other.name === name))
    throw new HyperDxError(
      `HyperDX already has "${name}", without the tag "${tag}": it may be somebody's own. Rename it, or give it the tag to have it replaced.`,
      "content",
    );
  return first;
}

function hasTag(tags: unknown): boolean {
  return Array.isArray(tags) && tags.includes(tag);
}

/** Tiles and filters keep the ids that HyperDX assigned: alerts refer to a tile by its id. */
function withIds(body: Wanted, existing: Stored): Wanted {
  const parts = ["tiles", "filters"].flatMap((part) => {
    const [wanted, stored] = [body[part], existing[part]];
    return Array.isArray(wanted) && Array.isArray(stored) ? [[part, identified(wanted, stored)]] : [];
  });
  return { ...body, ...Object.fromEntries(parts) };
}

function identified(wanted: readonly Wanted[], stored: readonly Stored[]): Wanted[] {
  const ids = new Map(stored.map(({ name, id }) => [name, id]));
  return wanted.map((one) => {
    const id = ids.get(one.name);
    return id === undefined ? one : { ...one, id };
  });
}

/** In an update every filter needs an id; HyperDX replaces an unknown id by its own. */
function updating(body: Wanted): Wanted {
  if (!Array.isArray(body.filters)) return body;
  return { ...body, filters: (body.filters as Wanted[]).map((filter) => ({ id: filter.name, ...filter })) };
}

/**
 * Paths at which a value differs from the wanted one. In lists every item is compared, in maps only the wanted keys.
 */
function differences(wanted: unknown, stored: unknown, path: string): string[] {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(stored) || stored.length !== wanted.length) return [path];
    return wanted.flatMap((item, i) => differences(item, stored[i], `${path}[${i}]`));
  }
  if (typeof wanted === "object" && wanted !== null) {
    if (typeof stored !== "object" || stored === null) return [path];
    return Object.entries(wanted).flatMap(([key, value]) =>
      differences(value, (stored as Record<string, unknown>)[key], path === "" ? key : `${path}.${key}`),
    );
  }
  return wanted === stored || (wanted === "" && stored === undefined) ? [] : [path];
}
