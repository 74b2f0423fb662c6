import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { savedSearches } from "../../clickstack/content/savedSearches";
import { type Engine, startEngine } from "../../sandbox/engine";
import { storedState } from "../deploy/provider/setup/storedState";
import { type FakeHyperDx, fakeHyperDx } from "../unit/clickstack/fakeHyperDx";
import { hasLanguageHost, typeCommands } from "./checkoutCopy";

const root = join(__dirname, "..", "..");
const key = "personal-key-hush-1234";
/** Only for the key of the state's secrets. */
const noAws = { environment: { AWS_ACCESS_KEY_ID: "none", AWS_SECRET_ACCESS_KEY: "none" } };

/** The program of the page, which uses the address of HyperDX on the reader's machine. */
function programOf(url: string): string {
  const page = readFileSync(join(root, "docs/clickstack.md"), "utf8");
  const [, block = ""] = /```yaml\n(resources:.*?)```/s.exec(page) ?? [];
  assert.ok(
    block.includes("http://localhost:8000"),
    "docs/clickstack.md has a program with HyperDX's address",
  );
  return [
    "name: dashboards-yaml",
    "runtime: yaml",
    "config:",
    "  hyperdxApiKey: { type: string, secret: true }",
    block.replace("http://localhost:8000", url),
    "outputs:",
    "  dashboards: ${lambda-dashboards.dashboards}",
  ].join("\n");
}

describe("the dashboards of docs/clickstack.md, by Pulumi's own host for YAML", function () {
  this.timeout(180_000);
  let engine: Engine;
  let fake: FakeHyperDx;
  let directory: string;
  before(async function () {
    [engine, fake] = await Promise.all([startEngine({ aws: noAws }), fakeHyperDx(key)]);
    if (!hasLanguageHost(engine, "yaml")) {
      console.log(
        "      no pulumi-language-yaml on PATH or in .cache/pulumi/bin (docs/contributing/set-up.md)",
      );
      this.skip();
    }
    directory = mkdtempSync(join(tmpdir(), "dashboards-yaml-"));
    writeFileSync(join(directory, "Pulumi.yaml"), programOf(fake.url));
  });
  after(async () => {
    await engine?.stop();
    await fake?.close();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  const type = (...commands: string[]) => typeCommands(engine, directory, commands);
  const kept = (name: string) => fake.stored[name]?.length ?? 0;
  const unchanged = "pulumi up --skip-preview --expect-no-changes";

  it("are created, not changed twice, restored after a manual change, and deleted", async () => {
    await type(
      "pulumi stack init dashboards",
      `pulumi config set --secret hyperdxApiKey ${key}`,
      "pulumi up",
      unchanged,
    );
    assert.deepEqual([kept("dashboards"), kept("saved-searches")], [2, savedSearches.length]);
    assert.ok(kept("alerts") > 0);
    const ids = JSON.parse(await type("pulumi stack output --json dashboards"));
    assert.deepEqual(Object.keys(ids).sort(), ["AWS Lambda", "Lambda function"]);
    assert.ok(!storedState(engine, "dashboards").includes(key), "the key is in the state");

    const [board] = fake.stored.dashboards ?? [];
    const [tile] = (board?.tiles ?? []) as { w: number }[];
    assert.ok(board && tile);
    const width = tile.w;
    tile.w = 1;
    await type("pulumi refresh --skip-preview");
    assert.match(storedState(engine, "dashboards"), new RegExp(`${board.name}: tiles\\[0\\]\\.w`));
    await type("pulumi up --skip-preview", unchanged);
    const [again] = fake.stored.dashboards ?? [];
    const [first] = (again?.tiles ?? []) as { w: number }[];
    assert.deepEqual([again?.id, first?.w], [board.id, width]);

    await type("pulumi destroy --skip-preview");
    assert.deepEqual(["dashboards", "saved-searches", "alerts"].map(kept), [0, 0, 0]);
  });

  it("are refused at preview with the property's path where something is wrong", async () => {
    const file = join(directory, "Pulumi.yaml");
    writeFileSync(file, programOf(fake.url).replace("webhook: on-call", "webhook: nobody"));
    await assert.rejects(type("pulumi stack select dashboards", "pulumi preview"), (error: Error) => {
      assert.match(error.message, /webhook.*no webhook named "nobody"; it has: "on-call"/s);
      return !error.message.includes(key);
    });
    writeFileSync(file, programOf(fake.url).replace("webhook:", "webhok:"));
    await assert.rejects(type("pulumi preview"), /webhok/);
  });
});
