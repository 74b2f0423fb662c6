import assert from "node:assert/strict";
import { hyperDx } from "../../../clickstack/api/client";
import { apply, dashboards, remove } from "../../../clickstack/apply";
import { alerts } from "../../../clickstack/content/alerts";
import { savedSearches } from "../../../clickstack/content/savedSearches";
import { type FakeHyperDx, fakeHyperDx } from "./fakeHyperDx";

const key = "personal-key";

describe("dashboards, searches and alerts in HyperDX", () => {
  let fake: FakeHyperDx;
  const waits: number[] = [];
  const api = (given = key) =>
    hyperDx({
      url: `${fake.url}/`,
      key: given,
      wait: async (ms) => {
        waits.push(ms);
      },
    });
  const writes = () => fake.requests.filter((request) => !request.startsWith("GET"));
  const actions = async (options = {}) => [
    ...new Set((await apply(api(), options)).map(({ action }) => action)),
  ];

  beforeEach(async () => {
    fake = await fakeHyperDx(key);
  });
  afterEach(() => fake.close());

  it("are created once; applied again, nothing changes", async () => {
    assert.deepEqual(await actions({ webhook: "on-call" }), ["create"]);
    const made = dashboards.length + savedSearches.length + alerts.length;
    assert.equal(writes().length, made);
    assert.deepEqual(await actions({ webhook: "on-call" }), ["none"]);
    assert.equal(writes().length, made);
  });

  it("are restored after a manual change, and their tiles keep the ids that alerts use", async () => {
    await apply(api(), { webhook: "on-call" });
    const [board] = fake.stored.dashboards ?? [];
    const tiles = board?.tiles as { id: string; name: string; w: number }[];
    const ids = tiles.map(({ id }) => id);
    const [tile] = tiles;
    assert.ok(board && tile);
    tile.w = 1;
    const changed = (await apply(api(), { webhook: "on-call" })).filter(({ action }) => action !== "none");
    assert.deepEqual(
      changed.map((change) => change.action === "update" && [change.name, change.differences]),
      [[board.name, ["tiles[0].w"]]],
    );
    assert.deepEqual(
      ((fake.stored.dashboards?.[0]?.tiles ?? []) as { id: string }[]).map(({ id }) => id),
      ids,
    );
  });

  it("are restored after a filter was removed, and the other filters keep their ids", async () => {
    await apply(api(), {});
    const [board] = fake.stored.dashboards ?? [];
    const filters = () => fake.stored.dashboards?.[0]?.filters as { id: string; name: string }[];
    const before = filters();
    const [removed] = before.splice(0, 1);
    const [kept] = before;
    const changed = (await apply(api(), {})).filter(({ action }) => action !== "none");
    assert.deepEqual(
      changed.map((change) => change.action === "update" && [change.name, change.differences]),
      [[board?.name, ["filters"]]],
    );
    assert.deepEqual(
      filters().map(({ name }) => name),
      [removed?.name, kept?.name],
    );
    assert.equal(filters()[1]?.id, kept?.id);
    assert.deepEqual(await actions({}), ["none"]);
  });

  it("without a webhook have no alerts; in a dry run nothing is written", async () => {
    assert.deepEqual(await actions({ webhook: "on-call", dryRun: true }), ["create"]);
    assert.deepEqual(writes(), []);
    await apply(api(), {});
    assert.deepEqual(fake.stored.alerts, []);
  });

  it("are removed, and nothing else is", async () => {
    await apply(api(), { webhook: "on-call" });
    fake.stored.dashboards?.push({ id: "theirs", name: "AWS Lambda", tags: ["mine"], tiles: [] });
    const removed = await remove(api(), false);
    assert.equal(removed.length, dashboards.length + savedSearches.length + alerts.length);
    assert.deepEqual(
      fake.stored.dashboards?.map(({ id }) => id),
      ["theirs"],
    );
    assert.deepEqual([fake.stored.alerts, fake.stored["saved-searches"]], [[], []]);
    assert.deepEqual(await remove(api(), false), []);
  });

  it("never replace someone else's objects of the same name", async () => {
    fake.stored.dashboards?.push({ id: "theirs", name: "AWS Lambda", tags: [], tiles: [] });
    await assert.rejects(
      apply(api(), {}),
      /already has "AWS Lambda", without the tag "AWS Lambda".*Rename it/,
    );
    assert.deepEqual(writes(), []);
  });

  it("take the only source of a kind, whatever its name, and say when there are several or none", async () => {
    const sources = fake.stored.sources ?? [];
    Object.assign(sources[0] ?? {}, { name: "otel logs" });
    assert.deepEqual(await actions(), ["create"]);
    sources.push({ id: "source9", kind: "log", name: "nginx" });
    await assert.rejects(
      apply(api(), {}),
      /no source named "Logs" of the kind "log", which has: "otel logs", "nginx"\./,
    );
    sources.splice(1, 1);
    sources.splice(0, 1);
    sources.splice(0, 0, { id: "source0", kind: "log", name: "Logs" });
    await assert.rejects(apply(api(), {}), /no source named "Traces" of the kind "trace", which has: none\./);
  });

  it("ask for a webhook by its name", async () => {
    await assert.rejects(apply(api(), { webhook: "ops" }), /no webhook named "ops"; it has: "on-call"/);
    assert.deepEqual(writes(), []);
  });

  it("wait as long as HyperDX requests after too many requests", async () => {
    fake.instead.push(
      { status: 429, headers: { "retry-after": "7" }, body: "{}" },
      { status: 429, body: "{}" },
    );
    await apply(api(), { dryRun: true });
    assert.deepEqual(waits, [7000, 15_000]);
  });

  it("say how to fix a wrong key, the app's address, an error and an address without a server", async () => {
    const fails = (pattern: RegExp) => assert.rejects(apply(api(), {}), pattern);
    await assert.rejects(apply(api("ingestion"), {}), (error: Error) => {
      assert.match(error.message, /with 401 \(the key must be a personal API access key.*: Unauthorized/);
      return !error.message.includes("ingestion-") && !error.message.includes(key);
    });
    fake.instead.push({ status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html>" });
    await fails(/no answer of the API.*with \/api behind it/);
    fake.instead.push({ status: 500, body: '{"message":"Internal"}' });
    await fails(/GET \/api\/v2\/sources\S* with 500: Internal/);
    const nobody = hyperDx({ url: "http://127.0.0.1:1", key });
    await assert.rejects(apply(nobody, {}), /cannot be reached: .*Check the URL/);
  });
});
