import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { savedSearches } from "../../../../clickstack/content/savedSearches";
import { LambdaDashboards, type LambdaDashboardsArgs } from "../../../../index";
import { type Engine, startEngine } from "../../../../sandbox/engine";
import { type FakeHyperDx, fakeHyperDx } from "../../../unit/clickstack/fakeHyperDx";
import { changes } from "../../surroundings";
import { storedState } from "../setup/storedState";

const key = "personal-key-hush-1234";

/** A resource, created as by generated SDKs. */
class Registered extends pulumi.CustomResource {}

/** Only for the key of the state's secrets. */
const noAws = { environment: { AWS_ACCESS_KEY_ID: "none", AWS_SECRET_ACCESS_KEY: "none" } };

describe("LambdaDashboards", () => {
  let engine: Engine;
  let fake: FakeHyperDx;
  before(async () => {
    [engine, fake] = await Promise.all([startEngine({ aws: noAws }), fakeHyperDx(key)]);
  });
  after(async () => {
    await engine?.stop();
    await fake?.close();
  });

  const stackOf = (program: () => object): Promise<Stack> =>
    engine.createStack({
      ...{ projectName: "dashboards", stackName: "dashboards" },
      program: async () => program() as Record<string, unknown>,
    });
  const kept = () =>
    Object.fromEntries(
      ["dashboards", "saved-searches", "alerts"].map((name) => [name, fake.stored[name]?.length]),
    );
  const withClass = (args: Partial<LambdaDashboardsArgs>) => () => {
    const made = new LambdaDashboards("lambda", { url: fake.url, apiKey: pulumi.secret(key), ...args });
    return { dashboards: made.dashboards, differences: made.differences };
  };
  /** Registered as by the SDK of any language, which may pass a key that is not a secret. */
  const registered = (args: object) => () => {
    new Registered("clickstack-lambda:index:LambdaDashboards", "lambda", { ...args });
    return {};
  };

  it("makes, changes, puts back and deletes what `clickstack apply` does, and keeps the key secret", async () => {
    const stack = await stackOf(withClass({}));
    const made = await stack.up();
    assert.deepEqual(Object.keys(made.outputs.dashboards?.value).sort(), ["AWS Lambda", "Lambda function"]);
    assert.deepEqual(kept(), { dashboards: 2, "saved-searches": savedSearches.length, alerts: 0 });
    const state = storedState(engine, "dashboards");
    assert.ok(!state.includes(key), "the key is in the state");
    assert.deepEqual(changes(await stack.up()), {});

    // A tile is changed by hand: a refresh detects it, the next update restores it in place.
    const [board] = fake.stored.dashboards ?? [];
    assert.ok(board);
    const [tile] = board.tiles as { w: number }[];
    assert.ok(tile);
    const width = tile.w;
    tile.w = 1;
    await stack.refresh();
    const refreshed = storedState(engine, "dashboards");
    assert.match(refreshed, new RegExp(`${board.name}: tiles\\[0\\]\\.w`));
    assert.deepEqual(changes(await stack.up()), { update: 1 });
    const [again] = fake.stored.dashboards ?? [];
    assert.deepEqual([again?.id, (again?.tiles as { w: number }[] | undefined)?.[0]?.w], [board.id, width]);

    const alerting = await stackOf(registered({ url: fake.url, apiKey: key, webhook: "on-call" }));
    assert.deepEqual(changes(await alerting.up()), { update: 1 });
    assert.ok((kept().alerts ?? 0) > 0);
    assert.ok(!storedState(engine, "dashboards").includes(key), "a plain key is in the state");
    await (await stackOf(withClass({}))).up();
    assert.equal(kept().alerts, 0);

    await assert.rejects((await stackOf(withClass({ webhook: "ops" }))).preview(), (error: Error) => {
      assert.match(error.message, /webhook.*no webhook named "ops"; it has: "on-call"/s);
      return !error.message.includes(key);
    });
    await assert.rejects(
      (await stackOf(withClass({ apiKey: "wrong-key-hush" }))).preview(),
      (error: Error) => {
        assert.match(error.message, /apiKey.*must be a personal API access key/s);
        return !error.message.includes("wrong-key-hush");
      },
    );
    await assert.rejects(
      (await stackOf(registered({ url: "tcp://x", apiKey: "" }))).preview(),
      /url.*must be an http or https URL.*apiKey.*must be a non-empty string|apiKey.*must be a non-empty string.*url.*must be an http/s,
    );
    await (await stackOf(withClass({}))).destroy();
    assert.deepEqual(kept(), { dashboards: 0, "saved-searches": 0, alerts: 0 });
  });
});
