/** What is monitored: a tile of a dashboard, and the value from which it is an alert. */
export interface TileAlert {
  name: string;
  /** Names of the dashboard and of its tile. */
  dashboard: string;
  tile: string;
  threshold: number;
  thresholdType: "above" | "above_exclusive" | "below";
  interval: "5m" | "15m" | "1h";
  /** The message's text, and what to do. */
  message: string;
}

const dashboard = "AWS Lambda";

/** Alerts on the dashboard of all functions. HyperDX sends them to a webhook. */
export const alerts: readonly TileAlert[] = [
  {
    name: "Lambda: error rate",
    dashboard,
    tile: "Error rate",
    threshold: 0.05,
    thresholdType: "above",
    interval: "5m",
    message: "At least 5 % of invocations failed. The table Functions says of which function.",
  },
  {
    name: "Lambda: timeouts",
    dashboard,
    tile: "Timeouts",
    threshold: 0,
    thresholdType: "above_exclusive",
    interval: "5m",
    message: 'Invocations ran into their timeout. The search "Lambda: timeouts" lists them.',
  },
  {
    // Lambda does not report throttled invocations to a function.
    name: "Lambda: no invocations",
    dashboard,
    tile: "Invocations",
    threshold: 1,
    thresholdType: "below",
    interval: "15m",
    message: "No function was invoked for 15 minutes: nothing calls them, or Lambda throttles all calls.",
  },
  {
    name: "Lambda: memory",
    dashboard,
    tile: "Memory used, share of its size",
    threshold: 0.9,
    thresholdType: "above",
    interval: "15m",
    message: "A function used 90 % of its memory. Raise its memory size, or it will be ended.",
  },
  {
    name: "Lambda: cold starts",
    dashboard,
    tile: "Share of cold starts",
    threshold: 0.2,
    thresholdType: "above",
    interval: "1h",
    message:
      "At least every fifth invocation was a cold start. Consider provisioned concurrency or SnapStart.",
  },
  {
    name: "Lambda: telemetry lost",
    dashboard,
    tile: "Telemetry lost",
    threshold: 0,
    thresholdType: "above_exclusive",
    interval: "15m",
    message: "The extension lost records. Its own warnings, in the functions' logs, say why.",
  },
];
