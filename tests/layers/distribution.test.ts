import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetLayerVersionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientOptions } from "../../sandbox/aws/embeddedAws";
import { buildPage } from "../../web/build";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { RemoteExtensionLayers } from "../deploy/provider/setup/remoteComponents";
import { region, useSurroundings } from "../deploy/surroundings";

const root = join(__dirname, "..", "..");
const layersSource = join(root, "layers", "npm");

interface Packed {
  filename: string;
  version: string;
  files: { path: string }[];
}

/** Runs npm. @returns its standard output. */
function npm(cwd: string, ...args: string[]): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Packs the package of a folder, which the set-up of the tests has compiled. */
function pack(directory: string, destination: string, ...options: string[]): Packed {
  const printed = npm(directory, "pack", "--json", "--pack-destination", destination, ...options);
  const [packed] = JSON.parse(printed.slice(printed.indexOf("["))) as Packed[];
  assert.ok(packed);
  return packed;
}

describe("the npm packages", function () {
  this.timeout(300_000);
  const surroundings = useSurroundings();
  useBuiltLayers();
  let folder: string;
  let packages: { layers: Packed; own: Packed };
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "distribution-test-"));
    await buildPage(root);
    packages = { layers: pack(layersSource, folder), own: pack(root, folder, "--ignore-scripts") };
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("contain exactly the expected files", () => {
    assert.deepEqual(packages.layers.files.map(({ path }) => path).sort(), [
      ...["LICENSE", "README.md", "clickstack-extension-amd64.zip", "clickstack-extension-arm64.zip"],
      ...["clickstack-tracing.zip", "manifest.json", "package.json"],
    ]);
    assert.equal(packages.layers.version, packages.own.version, "they are released together");
    const own = packages.own.files.map(({ path }) => path);
    for (const path of [
      "dist/provider/index.js",
      "dist/page/index.html",
      "PulumiPlugin.yaml",
      "schema.json",
      "settings.json",
    ]) {
      assert.ok(own.includes(path), path);
    }
    const strange = own.filter((path) =>
      /\.zip$|^(tests|runtime|sandbox|layers\/npm|web\/page)\//.test(path),
    );
    assert.deepEqual(strange, []);
  });

  it("leave nothing behind in the checkout", () => {
    assert.deepEqual(readdirSync(layersSource).sort(), ["README.md", "package.json"]);
  });

  it("installed in an empty folder, serve the package and publish the layers, or report what is missing", async () => {
    const project = join(folder, "project");
    writeProject(project);
    const archives = [packages.own, packages.layers].map(({ filename }) => join(folder, filename));
    npm(project, "install", "--prefer-offline", "--no-audit", "--no-fund", ...archives);
    serveFrom(project);
    const program = async () => ({
      arns: new RemoteExtensionLayers("extension", { regions: [region] }).layerVersionArns,
    });
    const named = process.env.CLICKSTACK_LAYERS_DIRECTORY;
    delete process.env.CLICKSTACK_LAYERS_DIRECTORY;
    try {
      const stack = await surroundings.stack({ program });
      const { outputs } = await stack.up();
      const arn: string = outputs.arns?.value[region].x86_64;
      assert.equal(await publishedSha256(arn), installedSha256(project));
      await stack.destroy();

      rmSync(join(project, "node_modules", "clickstack-lambda-layers"), { recursive: true });
      await assert.rejects(stack.preview(), (error: Error) => {
        const said = error.message.replace(/\s+/g, " ");
        assert.match(said, /layers were not found: they are not built .* npm package .* is not installed/);
        assert.ok(said.includes(`npm install clickstack-lambda-layers\` in ${project}`), said);
        assert.match(said, /or build them with `npm run layers:build`/);
        return true;
      });
    } finally {
      if (named !== undefined) process.env.CLICKSTACK_LAYERS_DIRECTORY = named;
    }
  });

  it("contain the command line with the page", () => {
    const cli = join(folder, "project", "node_modules", ".bin", "clickstack-lambda");
    const { status, stderr } = spawnSync(cli, ["page"], {
      env: { ...process.env, CLICKHOUSE_URL: "http://127.0.0.1:1" },
      encoding: "utf8",
    });
    assert.match(stderr, /ClickHouse at http:\/\/127\.0\.0\.1:1 could not be reached \(ECONNREFUSED\)/);
    assert.equal(status, 1);
  });

  it("compile with what is installed, as they do after `pulumi package add` has cloned the repository", () => {
    const modules = join(folder, "project", "node_modules");
    const tsc = [
      join(root, "node_modules/typescript-7/bin/tsc"),
      "-p",
      join(modules, "clickstack-lambda"),
      "--noEmit",
    ];
    // tsc writes its messages to standard output, which the error then contains.
    try {
      execFileSync(process.execPath, tsc, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (error) {
      assert.fail(`${(error as { stdout: string }).stdout}`);
    }
  });

  it("give a program the components", () => {
    const script = `const { ExtensionLayers, ObservedFunction } = require("clickstack-lambda");
      console.log(ExtensionLayers.name, ObservedFunction.name)`;
    const printed = execFileSync(process.execPath, ["-e", script], {
      cwd: join(folder, "project"),
      encoding: "utf8",
    });
    assert.equal(printed, "ExtensionLayers ObservedFunction\n");
  });

  function writeProject(directory: string): void {
    mkdirSync(directory);
    writeFileSync(join(directory, "package.json"), JSON.stringify({ name: "user", private: true }));
  }

  /** Makes the engine start the installed package instead of this checkout, as its Node.js language host does. */
  function serveFrom(project: string): void {
    const plugins = join(surroundings.engine.environment.PULUMI_HOME ?? "", "plugins");
    const launcher = join(
      plugins,
      `resource-clickstack-lambda-v${packages.own.version}`,
      "pulumi-resource-clickstack-lambda",
    );
    const modules = join(project, "node_modules");
    const command = [
      process.execPath,
      join(modules, "@pulumi/pulumi/cmd/run-plugin"),
      join(modules, "clickstack-lambda"),
    ];
    writeFileSync(launcher, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`);
  }

  async function publishedSha256(arn: string): Promise<string> {
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    const [, LayerName = "", version] = /^(.*):(\d+)$/.exec(arn) ?? [];
    const command = new GetLayerVersionCommand({ LayerName, VersionNumber: Number(version) });
    const { Content } = await lambda.send(command);
    return Buffer.from(Content?.CodeSha256 ?? "", "base64").toString("hex");
  }

  function installedSha256(project: string): string {
    const file = join(project, "node_modules/clickstack-lambda-layers/manifest.json");
    return JSON.parse(readFileSync(file, "utf8")).layers.x86_64.sha256;
  }
});
