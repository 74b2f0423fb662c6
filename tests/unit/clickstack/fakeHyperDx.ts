import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

type Json = Record<string, unknown>;

/** The fake's stored objects, by collection. */
export interface FakeHyperDx {
  url: string;
  stored: Record<string, (Json & { id: string })[]>;
  /** Methods and paths of the requests. */
  requests: string[];
  /** Responses to return instead, one for each following request. */
  instead: { status: number; headers?: Record<string, string>; body: string }[];
  close(): Promise<void>;
}

const required: Record<string, readonly string[]> = {
  dashboards: ["name", "tiles"],
  "saved-searches": ["name", "sourceId"],
  alerts: ["threshold", "interval", "thresholdType", "channel"],
};
const kinds = ["number", "line", "stacked_bar", "table", "search"];
const aggregations = ["count", "sum", "max", "quantile"];
const levels = [0.5, 0.9, 0.95, 0.99];
const intervals = ["1m", "5m", "15m", "30m", "1h", "6h", "12h", "1d"];
const thresholds = ["above", "below", "above_exclusive", "below_or_equal"];

/** The parts of HyperDX's API v2 that this project uses, as described in its openapi.json (2.36). */
export async function fakeHyperDx(key: string): Promise<FakeHyperDx> {
  const fake: Omit<FakeHyperDx, "url" | "close"> = {
    stored: {
      sources: ["log", "trace", "metric"].map((kind, i) => ({
        id: `source${i}`,
        kind,
        name: ["Logs", "Traces", "Metrics"][i],
      })),
      webhooks: [{ id: "hook1", name: "on-call", service: "generic" }],
      dashboards: [],
      "saved-searches": [],
      alerts: [],
    },
    requests: [],
    instead: [],
  };
  let ids = 0;
  const nextId = () => {
    ids += 1;
    return `id${ids}`;
  };
  const server = createServer(async (request, response) => {
    fake.requests.push(`${request.method} ${request.url?.replace(/\?.*/, "")}`);
    const instead = fake.instead.shift();
    const { status, body } = instead ?? (await answer(fake, request, key, nextId));
    const headers = instead?.headers ?? { "content-type": "application/json" };
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return {
    ...fake,
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

async function answer(
  { stored }: Pick<FakeHyperDx, "stored">,
  request: IncomingMessage,
  key: string,
  nextId: () => string,
): Promise<{ status: number; body: unknown }> {
  if (request.headers.authorization !== `Bearer ${key}`)
    return { status: 401, body: { message: "Unauthorized access. API key is missing or invalid." } };
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://fake");
  const [collection = "", id] = pathname.replace("/api/v2/", "").split("/");
  const all = stored[collection];
  if (all === undefined) return { status: 404, body: "<!doctype html>" };
  if (request.method === "GET") {
    const offset = Number(searchParams.get("offset") ?? 0);
    const data = all.slice(offset, offset + Math.min(Number(searchParams.get("limit") ?? 1000), 2));
    // Dashboards and sources are not paged.
    return ["dashboards", "sources"].includes(collection)
      ? { status: 200, body: { data: all } }
      : { status: 200, body: { data, meta: { total: all.length, limit: 2, offset } } };
  }
  const at = all.findIndex((item) => item.id === id);
  if (request.method === "DELETE") {
    if (at < 0) return { status: 404, body: { message: "NOT_FOUND" } };
    all.splice(at, 1);
    return { status: 200, body: {} };
  }
  const body = JSON.parse(await textOf(request)) as Json;
  const problem = invalid(collection, body, stored) ?? (id && withoutFilterId(body));
  if (problem) return { status: 400, body: { message: `VALIDATION: ${problem}` } };
  const kept = { ...withDefaults(body, nextId, all[at]), id: id ?? nextId() };
  if (at >= 0) all[at] = kept;
  else all.push(kept);
  return { status: 200, body: { data: kept } };
}

/** An update names each filter of a dashboard by its id, and a new one by an id that HyperDX then replaces. */
function withoutFilterId({ filters }: Json): string | undefined {
  const at = ((filters as Json[] | undefined) ?? []).findIndex(
    ({ id }) => typeof id !== "string" || id === "",
  );
  return at < 0 ? undefined : `filters.${at}.id: Required`;
}

/** HyperDX assigns ids to tiles and filters and adds omitted values. */
function withDefaults(body: Json, nextId: () => string, existing: Json | undefined): Json {
  const known = ((existing?.filters ?? []) as Json[]).map(({ id }) => id);
  const tiles = body.tiles as Json[] | undefined;
  if (tiles === undefined) return { ...body, createdAt: "2026-01-01T00:00:00Z", filters: [] };
  return {
    ...body,
    savedQuery: null,
    filters: ((body.filters ?? []) as Json[]).map((filter) => ({
      ...filter,
      id: known.includes(filter.id) ? filter.id : nextId(),
    })),
    tiles: tiles.map((tile) => ({
      ...tile,
      id: tile.id ?? nextId(),
      config: { alignDateRangeToGranularity: true, ...(tile.config as Json) },
    })),
  };
}

function invalid(collection: string, body: Json, stored: FakeHyperDx["stored"]): string | undefined {
  const missing = required[collection]?.find((field) => body[field] === undefined);
  if (missing) return `${missing} is required`;
  const sources = stored.sources?.map(({ id }) => id) ?? [];
  if (collection === "saved-searches" && !sources.includes(body.sourceId as string)) return "sourceId";
  if (collection === "alerts") return invalidAlert(body, stored);
  for (const { name, x, w, config } of (body.tiles as Json[] | undefined) ?? []) {
    const { displayType, sourceId, select } = config as Json;
    if (typeof name !== "string" || (x as number) + (w as number) > 24) return `tile ${name}`;
    if (!kinds.includes(displayType as string) || !sources.includes(sourceId as string))
      return `${name}: config`;
    if (displayType === "search" ? typeof select !== "string" : !Array.isArray(select))
      return `${name}: select`;
    for (const item of Array.isArray(select) ? (select as Json[]) : []) {
      if (!aggregations.includes(item.aggFn as string)) return `${name}: aggFn`;
      if ((item.aggFn === "quantile") !== levels.includes(item.level as number)) return `${name}: level`;
      if ((sourceId === "source2") !== (item.metricName !== undefined)) return `${name}: metricName`;
    }
  }
  return undefined;
}

function invalidAlert(body: Json, stored: FakeHyperDx["stored"]): string | undefined {
  const board = stored.dashboards?.find(({ id }) => id === body.dashboardId);
  const tile = (board?.tiles as Json[] | undefined)?.find(({ id }) => id === body.tileId);
  if (tile === undefined) return "tileId";
  if (!["number", "line", "stacked_bar"].includes((tile.config as Json).displayType as string)) return "tile";
  if (!intervals.includes(body.interval as string)) return "interval";
  return thresholds.includes(body.thresholdType as string) ? undefined : "thresholdType";
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}
