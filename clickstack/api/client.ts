/** What is stored in HyperDX, as named in its API's paths. */
export type Collection = "sources" | "dashboards" | "saved-searches" | "alerts" | "webhooks";

/** An object stored in HyperDX. */
export interface Stored {
  id: string;
  name?: string | null;
  [field: string]: unknown;
}

/** HyperDX's API v2. */
export interface HyperDx {
  list(collection: Collection): Promise<Stored[]>;
  create(collection: Collection, body: object): Promise<Stored>;
  update(collection: Collection, id: string, body: object): Promise<Stored>;
  remove(collection: Collection, id: string): Promise<void>;
}

/** HyperDX rejects a request for a reason that the user can fix. */
export class HyperDxError extends Error {
  constructor(
    message: string,
    /** Where the reason is: in the caller's options, or in HyperDX. */
    readonly about: "url" | "key" | "webhook" | "content",
  ) {
    super(message);
  }
}

/** The API's address and the user's key. */
export interface HyperDxOptions {
  /** URL of the API server, such as `http://localhost:8000`, or of the app with `/api` behind it. */
  url: string;
  /** A personal API access key (Team Settings → API Keys). Never shown in errors. */
  key: string;
  fetch?: typeof fetch;
  /** Waits before repeating a request that exceeded the rate limit. Default: timers. */
  wait?: (ms: number) => Promise<void>;
}

/** Maximum size of a list's page; further pages are requested. */
const PAGE = 1000;
const ATTEMPTS = 4;
const TIMEOUT_MS = 30_000;

/**
 * Client of HyperDX's API v2 (its `openapi.json`, 2.36), which accepts 100 requests per minute.
 * @throws from each method, with HyperDX's message and how to fix it.
 */
export function hyperDx({ url, key, fetch: send = fetch, wait = pause }: HyperDxOptions): HyperDx {
  const base = `${url.replace(/\/+$/, "")}/api/v2`;
  const request = async (method: string, path: string, body?: object): Promise<unknown> => {
    for (let attempt = 1; ; attempt += 1) {
      const response = await send(`${base}/${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      }).catch((error: Error) => {
        throw new Error(`HyperDX at ${url} cannot be reached: ${reason(error)}. Check the URL.`);
      });
      if (response.status === 429 && attempt < ATTEMPTS) {
        await wait(retryAfterMs(response.headers.get("retry-after")));
        continue;
      }
      return answer(response, `${method} /api/v2/${path}`, url);
    }
  };
  return {
    async list(collection) {
      const all: Stored[] = [];
      for (;;) {
        const page = (await request("GET", `${collection}?limit=${PAGE}&offset=${all.length}`)) as List;
        all.push(...page.data);
        if (page.data.length === 0 || all.length >= (page.meta?.total ?? 0)) return all;
      }
    },
    create: async (collection, body) => ((await request("POST", collection, body)) as One).data,
    update: async (collection, id, body) =>
      ((await request("PUT", `${collection}/${encodeURIComponent(id)}`, body)) as One).data,
    remove: async (collection, id) => {
      await request("DELETE", `${collection}/${encodeURIComponent(id)}`);
    },
  };
}

interface List {
  data: Stored[];
  meta?: { total: number };
}

interface One {
  data: Stored;
}

async function answer(response: Response, what: string, url: string): Promise<unknown> {
  const text = await response.text();
  const json = parsed(text);
  if (response.ok && json !== undefined) return json;
  const said = (json as { message?: string } | undefined)?.message ?? text.slice(0, 200);
  const message = `HyperDX at ${url} answered ${what} with ${response.status}${advice(response.status, json)}: ${said}`;
  if (response.status === 401) throw new HyperDxError(message, "key");
  throw json === undefined ? new HyperDxError(message, "url") : new Error(message);
}

function advice(status: number, json: unknown): string {
  if (status === 401)
    return " (the key must be a personal API access key, from Team Settings → API Keys; the ingestion key is another one)";
  // The app answers unknown paths with its page.
  if (json === undefined)
    return " (no answer of the API; give the URL of the API server, such as http://localhost:8000, or the app's with /api behind it)";
  return "";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function retryAfterMs(header: string | null): number {
  const seconds = Number(header ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 60) * 1000 : 15_000;
}

function reason(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
