import { type Collection, type HyperDx, HyperDxError, type Stored } from "./api/client";
import { alerts, type TileAlert } from "./content/alerts";
import { functionDashboard } from "./content/function";
import { functionsDashboard } from "./content/functions";
import { savedSearches } from "./content/savedSearches";
import { type SourceName, tag } from "./content/tile";
import { apiForm, type SourceIds } from "./forms/apiForm";
import { type Change, own, plan, type Wanted } from "./plan";

/** What is stored in HyperDX for Lambda. */
export const dashboards = [functionDashboard, functionsDashboard] as const;

/** How to apply. */
export interface ApplyOptions {
  /** Name of the webhook that alerts are sent to. Default: no alerts. */
  webhook?: string;
  /** Changes nothing, and reports what would change. */
  dryRun?: boolean;
}

/** A change with the collection that it is made in. */
export type Applied = Change & { collection: Collection };

/**
 * Creates dashboards, saved searches and, with a webhook, alerts, or updates those that differ. Applying it again
 * changes nothing.
 * @throws when HyperDX has no such source or webhook, or rejects a request; what was done until then stays, and the
 * next run continues from there.
 */
export async function apply(api: HyperDx, { webhook, dryRun = false }: ApplyOptions): Promise<Applied[]> {
  const sources = sourceIds(await api.list("sources"));
  const webhookId = webhook === undefined ? undefined : idOf(webhook, await api.list("webhooks"));
  const boards = dashboards.map((dashboard) => ({ ...apiForm(dashboard, sources) }));
  const searches = savedSearches.map(({ source, ...search }) => ({
    ...search,
    sourceId: sources[source],
    whereLanguage: "lucene",
    tags: [tag],
  }));
  const done = [
    ...(await applyTo(api, "dashboards", boards, dryRun)),
    ...(await applyTo(api, "saved-searches", searches, dryRun)),
  ];
  if (webhookId === undefined) return done;
  const stored = await api.list("dashboards");
  const wanted = alerts.map((alert) => apiAlert(alert, stored, webhookId));
  return [...done, ...(await applyTo(api, "alerts", wanted, dryRun))];
}

/**
 * Deletes what {@link apply} created, alerts first, since they belong to tiles.
 * @param from collections to delete it from; default: all.
 * @returns what was deleted.
 */
export async function remove(
  api: HyperDx,
  dryRun: boolean,
  from: readonly Collection[] = ["alerts", "saved-searches", "dashboards"],
): Promise<{ collection: Collection; name: string }[]> {
  const made: [Collection, readonly { name: string }[], boolean][] = [
    ["alerts", alerts, false],
    ["saved-searches", savedSearches, true],
    ["dashboards", dashboards, true],
  ];
  const removed: { collection: Collection; name: string }[] = [];
  for (const [collection, wanted, tagged] of made) {
    if (!from.includes(collection)) continue;
    const names = wanted.map(({ name }) => name);
    for (const { id, name } of own(names, await api.list(collection), tagged)) {
      if (!dryRun) await api.remove(collection, id);
      removed.push({ collection, name: name ?? id });
    }
  }
  return removed;
}

async function applyTo(
  api: HyperDx,
  collection: Collection,
  wanted: readonly Wanted[],
  dryRun: boolean,
): Promise<Applied[]> {
  const changes = plan(wanted, await api.list(collection), collection !== "alerts");
  for (const change of dryRun ? [] : changes) {
    if (change.action === "create") await api.create(collection, change.body);
    if (change.action === "update") await api.update(collection, change.id, change.body);
  }
  return changes.map((change) => ({ ...change, collection }));
}

/** In a dry run the dashboard may not exist yet; HyperDX assigns ids to it and its tiles. */
function apiAlert(
  { name, dashboard, tile, threshold, thresholdType, interval, message }: TileAlert,
  stored: readonly Stored[],
  webhookId: string,
): Wanted {
  const [board] = own([dashboard], stored, true);
  const tiles = (board?.tiles ?? []) as Stored[];
  return {
    name,
    source: "tile",
    dashboardId: board?.id,
    tileId: tiles.find((other) => other.name === tile)?.id,
    threshold,
    thresholdType,
    interval,
    message,
    channel: { type: "webhook", webhookId },
  };
}

const kinds: Readonly<Record<SourceName, string>> = { Logs: "log", Traces: "trace", Metrics: "metric" };

/** The sources with ClickStack's names, or else the only one of its kind. */
function sourceIds(sources: readonly Stored[]): SourceIds {
  const idFor = (name: SourceName): string => {
    const ofKind = sources.filter(({ kind }) => kind === kinds[name]);
    const source =
      ofKind.find((other) => other.name === name) ?? (ofKind.length === 1 ? ofKind[0] : undefined);
    if (source !== undefined) return source.id;
    const names = ofKind.map((other) => `"${other.name}"`).join(", ") || "none";
    throw new HyperDxError(
      `HyperDX has no source named "${name}" of the kind "${kinds[name]}", which has: ${names}. Create it, or rename one, in Team Settings → Sources.`,
      "content",
    );
  };
  return { Logs: idFor("Logs"), Traces: idFor("Traces"), Metrics: idFor("Metrics") };
}

function idOf(name: string, webhooks: readonly Stored[]): string {
  const webhook = webhooks.find((other) => other.name === name);
  if (webhook !== undefined) return webhook.id;
  const names = webhooks.map((other) => `"${other.name}"`).join(", ") || "none";
  throw new HyperDxError(
    `HyperDX has no webhook named "${name}"; it has: ${names}. Create it in Team Settings → Integrations.`,
    "webhook",
  );
}
