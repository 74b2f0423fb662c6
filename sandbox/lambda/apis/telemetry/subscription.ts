import {
  type SchemaVersion,
  schemaVersions,
  type TelemetryCategory,
  telemetryCategories,
} from "../../core/telemetryEvent";

/** A subscription to the Telemetry API that Lambda would accept. */
export interface TelemetrySubscription {
  schemaVersion: SchemaVersion;
  types: TelemetryCategory[];
  /** Maximum number of events in a delivery. */
  maxItems: number;
  /** Maximum number of bytes in a delivery. */
  maxBytes: number;
  /** Milliseconds that an event waits for further events. */
  timeoutMs: number;
  destination: { protocol: "HTTP"; port: number; path: string } | { protocol: "TCP"; port: number };
}

/** Lambda's limits: [default, minimum, maximum]. */
const bufferingLimits = {
  maxItems: [1_000, 1_000, 10_000],
  maxBytes: [262_144, 262_144, 1_048_576],
  timeoutMs: [1_000, 25, 30_000],
} as const;

/** The documentation uses sandbox.localdomain; the other names also reach the environment's loopback on Lambda. */
const destinationHosts = ["sandbox.localdomain", "sandbox.local", "sandbox"];

/** Why a subscription was rejected, with Lambda's wording for the kind of error. */
export class SubscriptionError extends Error {}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * @param versions the schema versions to choose from.
 * @throws SubscriptionError naming the property.
 */
export function parseSubscription(
  body: string,
  versions: readonly SchemaVersion[] = schemaVersions,
): TelemetrySubscription {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    throw new SubscriptionError("the body is not JSON");
  }
  if (!isObject(request)) throw new SubscriptionError("the body is not a JSON object");
  return {
    schemaVersion: parseSchemaVersion(request.schemaVersion, versions),
    types: parseTypes(request.types),
    ...parseBuffering(request.buffering),
    destination: parseDestination(request.destination),
  };
}

function parseSchemaVersion(value: unknown, versions: readonly SchemaVersion[]): SchemaVersion {
  const known = versions.find((version) => version === value);
  if (!known) {
    throw new SubscriptionError(
      `schemaVersion: ${JSON.stringify(value)} must be one of: ${versions.join(", ")}`,
    );
  }
  return known;
}

function parseTypes(value: unknown): TelemetryCategory[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new SubscriptionError("types: must be a list of at least one type");
  }
  const types = value.map((type: unknown) => {
    const known = telemetryCategories.find((category) => category === type);
    if (!known) {
      throw new SubscriptionError(
        `types: ${JSON.stringify(type)} must be one of: ${telemetryCategories.join(", ")}`,
      );
    }
    return known;
  });
  return [...new Set(types)];
}

function parseBuffering(value: unknown): Pick<TelemetrySubscription, "maxItems" | "maxBytes" | "timeoutMs"> {
  const given = value ?? {};
  if (!isObject(given)) throw new SubscriptionError("buffering: must be an object");
  const limit = (name: keyof typeof bufferingLimits): number => {
    const [preset, least, most] = bufferingLimits[name];
    const chosen = given[name] ?? preset;
    if (typeof chosen !== "number" || !Number.isInteger(chosen) || chosen < least || chosen > most) {
      throw new SubscriptionError(
        `buffering.${name}: ${JSON.stringify(chosen)} is not an integer between ${least} and ${most}`,
      );
    }
    return chosen;
  };
  return { maxItems: limit("maxItems"), maxBytes: limit("maxBytes"), timeoutMs: limit("timeoutMs") };
}

function parseDestination(value: unknown): TelemetrySubscription["destination"] {
  if (!isObject(value)) throw new SubscriptionError("destination: missing");
  if (value.protocol === "TCP") {
    const port = value.port;
    if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
      throw new SubscriptionError(`destination.port: ${JSON.stringify(port)} is not a port`);
    }
    return { protocol: "TCP", port };
  }
  if (value.protocol !== "HTTP") {
    throw new SubscriptionError(
      `destination.protocol: ${JSON.stringify(value.protocol)} is neither HTTP nor TCP`,
    );
  }
  const uri = String(value.URI ?? "");
  if (!URL.canParse(uri)) throw new SubscriptionError(`destination.URI: ${JSON.stringify(uri)} is not a URI`);
  const { protocol, hostname, port, pathname, search } = new URL(uri);
  if (protocol !== "http:" || !destinationHosts.includes(hostname)) {
    throw new SubscriptionError(`destination.URI: ${uri} is not on http://${destinationHosts[0]}`);
  }
  // URL drops the scheme's default port.
  return { protocol: "HTTP", port: port === "" ? 80 : Number(port), path: pathname + search };
}
