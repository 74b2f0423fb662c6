/** `BaggageEntry` of the OpenTelemetry API. */
export interface BaggageEntry {
  value: string;
  metadata?: { toString(): string };
}

/** W3C Baggage: maximum bytes and entries. */
const LONGEST = 8192;
const MOST = 180;

/** `Baggage` of the OpenTelemetry API. */
export class Baggage {
  constructor(private readonly entries: ReadonlyMap<string, BaggageEntry> = new Map()) {}

  getEntry(key: string): BaggageEntry | undefined {
    const entry = this.entries.get(key);
    return entry && { ...entry };
  }

  getAllEntries(): [string, BaggageEntry][] {
    return [...this.entries];
  }

  setEntry(key: string, entry: BaggageEntry): Baggage {
    return new Baggage(new Map([...this.entries, [key, entry]]));
  }

  removeEntry(key: string): Baggage {
    return this.removeEntries(key);
  }

  removeEntries(...keys: string[]): Baggage {
    return new Baggage(new Map([...this.entries].filter(([key]) => !keys.includes(key))));
  }

  clear(): Baggage {
    return new Baggage();
  }
}

/** @returns undefined if the header contains nothing valid. */
export function parseBaggage(header: string): Baggage | undefined {
  const entries = new Map<string, BaggageEntry>();
  for (const member of header.slice(0, LONGEST).split(",").slice(0, MOST)) {
    const [pair = "", ...properties] = member.split(";");
    const equals = pair.indexOf("=");
    const key = decoded(pair.slice(0, Math.max(0, equals)).trim());
    const value = decoded(pair.slice(equals + 1).trim());
    if (equals <= 0 || !key || value === undefined) continue;
    const metadata = properties.join(";").trim();
    entries.set(key, metadata === "" ? { value } : { value, metadata: { toString: () => metadata } });
  }
  return entries.size === 0 ? undefined : new Baggage(entries);
}

/** A baggage of any version of the API, which implements `getAllEntries`, as a header; empty for none. */
export function formatBaggage(baggage: { getAllEntries(): [string, BaggageEntry][] }): string {
  let header = "";
  for (const [key, { value, metadata }] of baggage.getAllEntries().slice(0, MOST)) {
    const properties = metadata === undefined ? "" : `;${metadata.toString()}`;
    const member = `${encodeURIComponent(key)}=${encodeURIComponent(value)}${properties}`;
    if (header.length + member.length + 1 > LONGEST) continue;
    header += header === "" ? member : `,${member}`;
  }
  return header;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
