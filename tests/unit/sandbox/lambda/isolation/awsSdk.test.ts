import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

  /** Installs packages as pnpm does: with links to the folders of packages and their dependencies. */
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
    const modules = join(awsSdkLayer({ root: folder }, join(folder, "cache")), "nodejs", "node_modules");
    for (const name of [...clients, "core"])
      assert.ok(existsSync(join(modules, "@aws-sdk", name, "package.json")), name);
  });

  it("prefers the project's packages of the SDK, in its version, to those that are always available", () => {
    const project = join(folder, "project", "functions", "orders");
    mkdirSync(project, { recursive: true });
    const modules = join(folder, "project", "node_modules", "@aws-sdk");
    const install = (name: string, version: string, dependencies: Record<string, string> = {}) => {
      mkdirSync(join(modules, name), { recursive: true });
      const manifest = { name: `@aws-sdk/${name}`, version, dependencies };
      writeFileSync(join(modules, name, "package.json"), JSON.stringify(manifest));
    };
    install("client-dynamodb", "3.1.0", { "@aws-sdk/core": "3.1.0" });
    install("client-sqs", "3.1.0", { "@aws-sdk/core": "3.1.0" });
    install("core", "3.1.0");
    const layer = awsSdkLayer({ root: checkout, project }, join(folder, "cache"));
    const version = (...path: string[]) => {
      const manifest = join(layer, "nodejs/node_modules/@aws-sdk", ...path, "package.json");
      return existsSync(manifest) ? JSON.parse(readFileSync(manifest, "utf8")).version : undefined;
    };
    assert.deepEqual(
      [version("client-dynamodb"), version("client-sqs"), version("core")],
      Array(3).fill("3.1.0"),
    );
    assert.notEqual(version("client-lambda"), undefined);
    const beside = version("client-lambda", "node_modules/@aws-sdk/core");
    assert.ok(beside !== undefined && beside !== "3.1.0", "a client of another version has its own core");
    const without = awsSdkLayer({ root: checkout }, join(folder, "cache"));
    assert.notEqual(without, layer);
    assert.ok(!existsSync(join(without, "nodejs/node_modules/@aws-sdk/client-dynamodb")));
  });

  it("leaves nothing where a package is missing", () => {
    install(clients.filter((name) => name !== "client-sns"));
    assert.throws(() => awsSdkLayer({ root: folder }, join(folder, "cache")), /client-sns is not installed/);
    assert.ok(!existsSync(join(folder, "cache")));
  });
});
