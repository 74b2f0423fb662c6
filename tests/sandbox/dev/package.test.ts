import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { fillDevPackage } from "../../../dev/pack";

const root = join(__dirname, "..", "..", "..");

describe("dev from its npm package", function () {
  this.timeout(300_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "dev-package-"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("runs a function of a folder, with Lambda's runtime client downloaded", async () => {
    const installed = join(folder, "node_modules", "clickstack-lambda-dev");
    cpSync(join(root, "dev", "npm"), installed, { recursive: true });
    await fillDevPackage(installed);
    installDependencies(Object.keys(require(join(installed, "package.json")).dependencies));
    writeFileSync(join(folder, "package.json"), '{ "name": "shop", "type": "module", "main": "index.js" }');
    writeFileSync(
      join(folder, "index.js"),
      'export const handler = async ({ sku }) => { console.warn("stock low for", sku); return { sku }; };',
    );
    writeFileSync(join(folder, "event.json"), '{ "sku": "A-17" }');
    const script = `
      const { out, err } = { out: process.stdout, err: process.stderr };
      require("clickstack-lambda-dev").runDev(
        { event: "event.json", once: true },
        { out, err, environment: process.env },
        new AbortController().signal,
      ).then((code) => { process.exitCode = code; });`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ["-e", script], {
      cwd: folder,
      env: {
        ...process.env,
        NO_COLOR: "1",
        XDG_CACHE_HOME: join(folder, "cache"),
        CLICKSTACK_LAYERS_DIRECTORY: join(root, "dist", "layers"),
      },
    });
    assert.match(stderr, /Downloading AWS's runtime interface client \(aws-lambda-ric [\d.]+\), once/);
    assert.match(stderr, /1 function of /);
    assert.match(stdout, /WARN +stock low for A-17/);
    assert.match(stdout, /→ \{"sku":"A-17"\}/);
  });

  /** The checkout's packages instead of hundreds of megabytes more. */
  function installDependencies(names: readonly string[]): void {
    for (const name of names.filter((one) => one !== "clickstack-lambda")) {
      const target = join(folder, "node_modules", name);
      mkdirSync(dirname(target), { recursive: true });
      symlinkSync(join(root, "node_modules", name), target);
    }
  }
});
