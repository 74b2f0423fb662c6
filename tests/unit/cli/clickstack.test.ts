import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { runCommandLine } from "../../../cli/commandLine";
import { type FakeHyperDx, fakeHyperDx } from "../clickstack/fakeHyperDx";

const key = "personal-key";

describe("clickstack-lambda clickstack", () => {
  let fake: FakeHyperDx;
  beforeEach(async () => {
    fake = await fakeHyperDx(key);
  });
  afterEach(() => fake.close());

  async function run(args: string[], environment: Record<string, string> = { HYPERDX_API_KEY: key }) {
    const written = { out: "", err: "" };
    const output = (name: keyof typeof written) => ({
      write: (text: string) => {
        written[name] += text;
      },
    });
    const code = await runCommandLine(["clickstack", ...args], {
      out: output("out"),
      err: output("err"),
      input: Readable.from([]),
      environment: { HYPERDX_URL: fake.url, ...environment },
    });
    return { code, ...written };
  }

  it("shows, creates and removes", async () => {
    const before = await run(["diff"]);
    assert.deepEqual([before.code, fake.stored.dashboards], [7, []]);
    assert.match(
      before.out,
      /^\+ dashboards: Lambda function\n\+ dashboards: AWS Lambda\n\+ saved-searches: /,
    );
    assert.equal((await run(["apply", "--webhook", "on-call"])).code, 0);
    assert.ok((fake.stored.alerts ?? []).length > 0);
    const after = await run(["diff", "--webhook", "on-call", "--json"]);
    const { changes } = JSON.parse(after.out) as { changes: { action: string }[] };
    assert.deepEqual([after.code, [...new Set(changes.map(({ action }) => action))]], [0, ["none"]]);
    const removed = await run(["delete"]);
    assert.match(removed.out, /- alerts: Lambda: error rate/);
    assert.deepEqual([fake.stored.dashboards, fake.stored.alerts], [[], []]);
  });

  it("shows what was changed by hand, as docs/clickstack.md says", async () => {
    const page = readFileSync(join(__dirname, "../../../docs/clickstack.md"), "utf8");
    const [, command = "", shown = ""] =
      /^\$ npx clickstack-lambda clickstack (.*)\n((?:.*\n)*?)```/m.exec(page) ?? [];
    await run(["apply", "--webhook", "on-call"]);
    const [board] = fake.stored.dashboards ?? [];
    const [tile] = (board?.tiles ?? []) as object[];
    assert.ok(tile);
    Object.assign(tile, { name: "Calls", w: 4 });
    const { code, out } = await run(command.split(" "));
    assert.deepEqual([code, out], [7, shown]);
  });

  it("asks for URL and key before anything else, and shows no key", async () => {
    const missing = await run(["apply"], {});
    assert.deepEqual([missing.code, fake.requests], [2, []]);
    assert.match(missing.err, /--key is missing: pass it or set HYPERDX_API_KEY/);
    const wrong = await run(["apply", "--key", "wrong-one"]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /401.*personal API access key/);
    assert.doesNotMatch(wrong.err, /wrong-one/);
  });
});
