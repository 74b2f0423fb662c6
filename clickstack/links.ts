/** Times in milliseconds since 1970. */
export interface TimeRange {
  from: number;
  to: number;
}

/**
 * Pages of HyperDX by their addresses (2.36).
 * @param url of HyperDX's app, such as `http://localhost:8080`.
 */
export function hyperDxLinks(url: string) {
  const base = url.replace(/\/+$/, "");
  const page = (path: string, parameters: Readonly<Record<string, string | number>>) =>
    `${base}${path}?${new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, `${value}`]))}`;
  const search = (where: string, range?: TimeRange) =>
    page("/search", {
      source: "Logs",
      where,
      whereLanguage: "lucene",
      ...(range ? { isLive: "false", ...range } : {}),
    });
  return {
    /** A trace with its lines. */
    trace: (traceId: string, range: TimeRange) => page(`/trace/${traceId}`, { source: "Traces", ...range }),
    /** The lines of one invocation. */
    invocation: (requestId: string, range: TimeRange) =>
      search(`LogAttributes.faas.invocation_id:"${requestId}"`, range),
    /** The lines of a function as they arrive. */
    functionLogs: (name: string) => search(`ResourceAttributes.faas.name:"${name}"`),
    /** Which services call which. */
    serviceMap: () => page("/service-map", { source: "Traces", samplingFactor: 1 }),
  };
}

/**
 * The address of HyperDX's app: HYPERDX_APP_URL, else the one that belongs to the API of HYPERDX_URL, which is below `/api` of the
 * app, or on port 8000 with the app on 8080.
 * @returns undefined where neither is set.
 */
export function hyperDxApp(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const { HYPERDX_APP_URL: app, HYPERDX_URL: api } = environment;
  if (app) return app;
  return (
    api
      ?.replace(/\/+$/, "")
      .replace(/\/api$/, "")
      .replace(/:8000$/, ":8080") || undefined
  );
}
