import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { layerName } from "../../layers/manifest";
import { account, runMocked } from "../component/mockedStack";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";

const directory = join(__dirname, "../../examples/container-image");
const context = join(directory, "function");
const copiedZip = join(context, "clickstack-extension.zip");
const keyArn = `arn:aws:secretsmanager:${account.region}:${account.id}:secret:ingestion-key-AbCdEf`;

/** Runs the example with some configuration. */
function run(config: Record<string, string>) {
  return runMocked(() => {
    const given = {
      endpoint: "https://clickstack.example.com:4318",
      ingestionKeyArn: keyArn,
      layersDirectory: process.env.CLICKSTACK_LAYERS_DIRECTORY ?? "",
      ...config,
    };
    pulumi.runtime.setAllConfig(
      Object.fromEntries(Object.entries(given).map(([key, value]) => [`project:${key}`, value])),
    );
    const path = require.resolve(join(directory, "index"));
    delete require.cache[path];
    require(path);
  });
}

describe("the container image example", () => {
  useBuiltLayers();
  afterEach(() => rmSync(copiedZip, { force: true }));

  for (const [architecture, platform] of [
    ["x86_64", "linux/amd64"],
    ["arm64", "linux/arm64"],
  ] as const) {
    it(`builds an image for ${architecture} and observes its function without layers`, async () => {
      const { resources } = await run({ architecture });
      const image = resources.one("awsx:ecr:Image");
      assert.equal(image.inputs.platform, platform);
      assert.equal(image.inputs.context, context);
      const observed = resources.one("aws:lambda/function:Function");
      assert.equal(observed.inputs.packageType, "Image");
      assert.match(String(observed.inputs.imageUri), /^123456789012\.dkr\.ecr\..*\/orders@sha256:0+$/);
      assert.deepEqual(observed.inputs.architectures, [architecture]);
      assert.equal(observed.inputs.layers, undefined);
      const { variables } = observed.inputs.environment as { variables: Record<string, string> };
      assert.equal(variables.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS, `Authorization=\${${keyArn}}`);
      const policies = resources.all.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
      assert.ok(policies.some(({ inputs }) => String(inputs.policy).includes(keyArn)));
      const layer = join(process.env.CLICKSTACK_LAYERS_DIRECTORY ?? "", `${layerName(architecture)}.zip`);
      assert.deepEqual(readFileSync(copiedZip), readFileSync(layer));
    });
  }

  it("has a Dockerfile that only copies files of its context, and the README quotes it", async () => {
    await run({});
    const dockerfile = readFileSync(join(context, "Dockerfile"), "utf8");
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(\S+) /gm)].map(([, source]) => source ?? "");
    assert.deepEqual(copied, ["clickstack-extension.zip", "index.js"]);
    for (const source of copied) assert.ok(existsSync(join(context, source)), source);
    const readme = readFileSync(join(directory, "README.md"), "utf8");
    const quoted = [...readme.matchAll(/```dockerfile\n(.*?)```/gs)].map(([, lines]) => lines ?? "");
    assert.equal(quoted.length, 2);
    for (const lines of quoted) assert.ok(dockerfile.includes(lines), lines);
  });
});
