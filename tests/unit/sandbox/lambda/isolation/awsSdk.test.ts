import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { awsSdkLayer } from "../../../../../sandbox/lambda/isolation/awsSdk";

const checkout = join(__dirname, "../../../../..");

describe("the layer with AWS's SDK", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sdk-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Installs packages as pnpm does: links to where they and their dependencies are. */
  const install = (names: readonly string[]) => {
    writeFileSync(join(folder, "package.json"), "{}");
    for (const name of names) {
      const link = join(folder, "node_modules", "@aws-sdk", name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(checkout, "node_modules", "@aws-sdk", name), link);
    }
  };
  const clients = ["client-eventbridge", "client-lambda", "client-sns", "client-sqs"];

  it("has the dependencies of packages that are installed as links", () => {
    install(clients);
    const modules = join(awsSdkLayer(folder, join(folder, "cache")), "nodejs", "node_modules");
    for (const name of [...clients, "core"])
      assert.ok(existsSync(join(modules, "@aws-sdk", name, "package.json")), name);
  });

  it("leaves nothing where a package is missing", () => {
    install(clients.filter((name) => name !== "client-sns"));
    assert.throws(() => awsSdkLayer(folder, join(folder, "cache")), /client-sns is not installed/);
    assert.deepEqual(readdirSync(join(folder, "cache")), []);
  });
});
