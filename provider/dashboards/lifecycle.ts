import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { type HyperDx, HyperDxError, hyperDx } from "../../clickstack/api/client";
import { type Applied, apply, dashboards, remove } from "../../clickstack/apply";
import { alerts } from "../../clickstack/content/alerts";
import { savedSearches } from "../../clickstack/content/savedSearches";
import { isUnknown, type Revealed, reveal, secret } from "../pulumi/wire";
import { checkInputs, type Failure, given } from "./inputs";

/** Type of the resource. */
export const dashboardsType = "clickstack-lambda:index:LambdaDashboards";

/** The property that HyperDX's rejection refers to. */
const properties: Readonly<Record<HyperDxError["about"], string>> = {
  url: "url",
  key: "apiKey",
  webhook: "webhook",
  content: "",
};

/** Changes if another version of the package would create different dashboards, searches or alerts. */
function contentHash(): string {
  const content = JSON.stringify([dashboards, savedSearches, alerts]);
  return createHash("sha256").update(content).digest("hex").slice(0, 16);
}

/**
 * The lifecycle of the resource `LambdaDashboards`, as requested by the engine: `clickstack apply` with the resource's
 * own state. HyperDX is also queried in a preview, so that a wrong key, webhook or source is reported before anything
 * is created; if it cannot be reached, the update reports that.
 */
export const dashboardsLifecycle = {
  async check(olds: unknown, news: unknown): Promise<pulumi.provider.CheckResult> {
    const [before, wanted] = [reveal(olds), reveal(news)];
    const failures = checkInputs(wanted);
    if (failures.length > 0) return { inputs: news, failures: failures.map(withoutSecret) };
    const content = contentHash();
    const inputs = { ...(news as object), apiKey: secret(wanted.apiKey), content };
    const isSame = given.every((name) => before[name] === wanted[name]);
    if (isSame || given.some((name) => isUnknown(wanted[name]))) return { inputs };
    return { inputs, failures: (await refusals(wanted)).map(withoutSecret) };
  },

  async diff(olds: unknown, news: unknown): Promise<pulumi.provider.DiffResult> {
    const [before, wanted] = [reveal(olds), reveal(news)];
    const differs = (name: string) => before[name] !== wanted[name];
    const drifted = Array.isArray(before.differences) && before.differences.length > 0;
    return {
      changes: drifted || [...given, "content"].some(differs),
      ...(differs("url") ? { replaces: ["url"] } : {}),
    };
  },

  async create(inputs: unknown): Promise<pulumi.provider.CreateResult> {
    const wanted = reveal(inputs);
    return { id: `${wanted.url}`, outs: await applied(wanted) };
  },

  async update(olds: unknown, news: unknown): Promise<pulumi.provider.UpdateResult> {
    const [before, wanted] = [reveal(olds), reveal(news)];
    const outs = await applied(wanted);
    if (before.webhook && !wanted.webhook) await named(remove(apiOf(wanted), false, ["alerts"]));
    return { outs };
  },

  async read(id: string, state: unknown): Promise<pulumi.provider.ReadResult> {
    const before = reveal(state);
    if (typeof before.apiKey !== "string")
      throw new Error("LambdaDashboards cannot be imported: pulumi up takes over what is in HyperDX already");
    const changes = await named(apply(apiOf(before), { ...webhookOf(before), dryRun: true }));
    if (changes.every(({ action }) => action === "create")) return { id: "", props: {} };
    return { id, props: { ...outputs(before), differences: changes.flatMap(described) } };
  },

  async delete(state: unknown): Promise<void> {
    await named(remove(apiOf(reveal(state)), false));
  },
};

async function applied(wanted: Revealed): Promise<object> {
  const api = apiOf(wanted);
  const changes = await named(apply(api, webhookOf(wanted)));
  return { ...outputs(wanted), dashboards: await dashboardIds(api, changes), differences: [] };
}

/** Ids of newly created objects are only known to HyperDX. */
async function dashboardIds(api: HyperDx, changes: readonly Applied[]): Promise<Record<string, string>> {
  const names = changes.filter(({ collection }) => collection === "dashboards").map(({ name }) => name);
  const stored = await named(api.list("dashboards"));
  return Object.fromEntries(
    stored.flatMap(({ name, id }) => (name && names.includes(name) ? [[name, id]] : [])),
  );
}

function outputs({ url, apiKey, webhook, content, dashboards }: Revealed): object {
  return { url, apiKey: secret(apiKey), ...(webhook ? { webhook } : {}), content, dashboards };
}

function described(change: Applied): string[] {
  const { action, name } = change;
  if (action === "none") return [];
  return [action === "create" ? `${name}: missing` : `${name}: ${change.differences.join(", ")}`];
}

function apiOf({ url, apiKey }: Revealed): HyperDx {
  return hyperDx({ url: String(url), key: String(apiKey) });
}

function webhookOf({ webhook }: Revealed): { webhook?: string } {
  return typeof webhook === "string" ? { webhook } : {};
}

/** The engine shows the value of a property that it names, even a secret one (3.248). */
function withoutSecret({ property, reason }: Failure): Failure {
  return property === "apiKey" ? { property: "", reason: `apiKey: ${reason}` } : { property, reason };
}

/** HyperDX's current objections to the inputs. That it cannot be reached yet is not an objection. */
async function refusals(wanted: Revealed): Promise<Failure[]> {
  try {
    await apply(apiOf(wanted), { ...webhookOf(wanted), dryRun: true });
    return [];
  } catch (error) {
    if (!(error instanceof HyperDxError)) return [];
    return [{ property: properties[error.about], reason: error.message }];
  }
}

/** Reports the property that HyperDX rejected. */
async function named<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HyperDxError)) throw error;
    const errors = [{ propertyPath: properties[error.about], reason: error.message }];
    throw new pulumi.InputPropertiesError({ message: "LambdaDashboards", errors });
  }
}
