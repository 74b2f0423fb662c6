import { didYouMean } from "../../provider/plan/nearestName";
import type { SelectionOptions } from "./selection";
import type { TelemetryOptions } from "./telemetryOptions";
import { UsageError } from "./usageError";

/** Functions of a fleet, with the command line options for observing them. */
export interface FleetEntry {
  names: string[];
  selection: SelectionOptions;
  telemetry: TelemetryOptions & { layers?: string };
}

/** A described fleet. */
export interface FleetFile {
  /** Absent if the command line sets them. */
  regions?: string[];
  /** In order: the first one that selects a function applies to it. */
  entries: FleetEntry[];
}

const texts = [
  ...[
    "endpoint",
    "protocol",
    "web-identity-audience",
    "secret",
    "clickhouse",
    "clickhouse-user",
    "clickhouse-password",
  ],
  ...["clickhouse-database", "service-version", "flush-mode", "layers", "layer-arn", "rotel"],
];
const maps = ["header", "attribute", "setting"];
const lists = ["secret-arn", "kms-key"];
const telemetryKeys = [...texts, ...maps, ...lists, "managed", "trace"];
const selectionKeys = ["names", "tag", "runtime", "stack", "all", "exclude"];

/**
 * The content of `observability.yaml`: `regions`, `defaults` for all functions, and `functions`, a list of selections,
 * each with its own options. Keys are the names of the command line's options; `tag`, `header`, `attribute` and
 * `setting` are maps.
 * @param content the parsed YAML file. @throws UsageError which names the location.
 */
export function fleetFileOf(content: unknown, file: string): FleetFile {
  const root = mapAt(content, file, ["regions", "defaults", "functions"]);
  const defaults = mapAt(root.defaults ?? {}, `${file}: defaults`, telemetryKeys);
  if (!Array.isArray(root.functions) || root.functions.length === 0) {
    throw new UsageError(`${file}: functions: must be a list of selections`);
  }
  const entries = root.functions.map((one: unknown, index): FleetEntry => {
    const place = `${file}: functions[${index}]`;
    const entry = mapAt(one, place, [...selectionKeys, ...telemetryKeys]);
    return entryOf(entry, defaults, place);
  });
  const regions = root.regions === undefined ? undefined : listAt(root.regions, `${file}: regions`);
  return { entries, ...(regions && { regions }) };
}

type Fields = Record<string, unknown>;

function entryOf(entry: Fields, defaults: Fields, place: string): FleetEntry {
  const telemetry: Record<string, unknown> = {};
  for (const key of telemetryKeys) {
    const value = maps.includes(key)
      ? merged(defaults[key], entry[key], `${place}.${key}`)
      : (entry[key] ?? defaults[key]);
    if (value === undefined) continue;
    telemetry[camelCase(key)] = telemetryValue(key, value, `${place}.${key}`);
  }
  const { names, tag, runtime, stack, all, exclude } = entry;
  const tags = tag === undefined ? undefined : pairs(tag, `${place}.tag`);
  return {
    names: names === undefined ? [] : listAt(names, `${place}.names`),
    selection: {
      ...(tags && { tag: tags }),
      ...(runtime !== undefined && { runtime: listAt(runtime, `${place}.runtime`) }),
      ...(stack !== undefined && { stack: String(stack) }),
      ...(all === true && { all: true }),
      ...(exclude !== undefined && { exclude: listAt(exclude, `${place}.exclude`) }),
    },
    telemetry: telemetry as FleetEntry["telemetry"],
  };
}

function telemetryValue(key: string, value: unknown, place: string): unknown {
  if (maps.includes(key)) return pairs(value, place);
  if (lists.includes(key)) return listAt(value, place);
  if (key === "managed" || (key === "trace" && typeof value === "boolean")) return value === true;
  if (typeof value === "string" || typeof value === "number") return String(value);
  throw new UsageError(`${place}: must be a string`);
}

function merged(defaults: unknown, own: unknown, place: string): Fields | undefined {
  if (defaults === undefined && own === undefined) return undefined;
  return { ...mapAt(defaults ?? {}, place), ...mapAt(own ?? {}, place) };
}

function pairs(value: unknown, place: string): string[] {
  return Object.entries(mapAt(value, place)).map(([name, one]) => `${name}=${one}`);
}

function mapAt(value: unknown, place: string, known?: readonly string[]): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError(`${place}: must be a map`);
  const unknown = known && Object.keys(value).find((key) => !known.includes(key));
  if (unknown === undefined) return value as Fields;
  throw new UsageError(`${place}: has no key "${unknown}".${didYouMean(unknown, known ?? [])}`);
}

function listAt(value: unknown, place: string): string[] {
  const list = Array.isArray(value) ? value : [value];
  if (list.every((one) => typeof one === "string")) return list;
  throw new UsageError(`${place}: must be a list of strings`);
}

function camelCase(key: string): string {
  return key.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
