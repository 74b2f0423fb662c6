import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { PackageProvider } from "../../provider/provider";
import { runMocked, valueFrom } from "./mockedStack";

const root = join(__dirname, "../..");
const layerVersionArn = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3";
const code = { handler: "i.h", s3Bucket: "code", s3Key: "api.zip" };

function construct(type: string, inputs: pulumi.Inputs) {
  return runMocked(() =>
    new PackageProvider().construct("api", `clickstack-lambda:index:${type}`, inputs, {}),
  );
}

describe("the package's provider", () => {
  it("gives the committed schema in the package's version", () => {
    const provider = new PackageProvider();
    assert.equal(provider.schema, readFileSync(join(root, "schema.json"), "utf8"));
    assert.equal(provider.version, JSON.parse(readFileSync(join(root, "package.json"), "utf8")).version);
  });

  it("creates a component and returns every output of the schema", async () => {
    const inputs = { ...code, runtime: "nodejs22.x", extension: { layerVersionArn } };
    const { result } = await construct("ObservedFunction", inputs);
    const { urn, state } = await result;
    assert.match((await valueFrom(pulumi.output(urn))) ?? "", /ObservedFunction::api$/);
    const { resources } = JSON.parse(new PackageProvider().schema);
    const { properties } = resources["clickstack-lambda:index:ObservedFunction"];
    assert.deepEqual(Object.keys(state).sort(), Object.keys(properties).sort());
    for (const [name, output] of Object.entries(state)) assert.ok(pulumi.Output.isInstance(output), name);
  });

  /** The error about arguments of which only `runtime` may be shown with its value. */
  async function refusalOfRuntime(inputs: pulumi.Inputs): Promise<string> {
    const { result } = await runMocked(() =>
      new PackageProvider()
        .construct("api", "clickstack-lambda:index:ObservedFunction", inputs, {})
        .catch((error) => error),
    );
    const error = await result;
    assert.ok(pulumi.InputPropertiesError.isInstance(error));
    assert.deepEqual(
      error.errors?.map(({ propertyPath }) => propertyPath),
      ["runtime"],
    );
    return error.message;
  }

  it("shows problems by property, and no value that may be a key", async () => {
    const inputs = {
      ...code,
      runtime: pulumi.output("cobol"),
      authorization: "hush",
      extension: { layerVersionArn },
    };
    const message = await refusalOfRuntime(inputs);
    assert.match(message, /authorization: is not the ARN/);
    assert.ok(!message.includes("hush"));
  });

  it("shows no value that is a secret of the program", async () => {
    const inputs = {
      ...code,
      runtime: "cobol",
      endpoint: pulumi.secret("hush:4318"),
      resourceAttributes: { "a b": pulumi.secret("hush") },
      extension: { layerVersionArn },
    };
    const message = await refusalOfRuntime(inputs);
    assert.match(message, /endpoint: needs a scheme.*resourceAttributes\["a b"\]: /s);
    assert.ok(!message.includes("hush"));
  });

  it("delivers one log record before it creates a component that requires it, and for no other component", async () => {
    let records = 0;
    const server = createServer((_, response) => {
      records++;
      response.end();
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const guarded = { endpoint, cloudWatchLogs: "Disable", requireDelivery: true, name: null };
    try {
      const inputs = { ...code, ...guarded, runtime: "nodejs22.x", extension: { layerVersionArn } };
      await (await construct("ObservedFunction", inputs)).result;
      assert.equal(records, 1);
    } finally {
      server.close();
    }
  });

  it("does not know other components", async () => {
    const made = construct("Nothing", {}).then(({ result }) => result);
    await assert.rejects(made, /clickstack-lambda \S+ has no component clickstack-lambda:index:Nothing/);
  });

  // These load compiled code, as in an installation: `npm run build` creates it.
  it("serves only when it is asked to, and loads no more of the AWS package than it needs", () => {
    const script = `
      const loaded = (name) => Object.keys(require.cache).some((path) => path.endsWith(name));
      const index = require(${JSON.stringify(join(root, "dist/index.js"))});
      const serve = require(${JSON.stringify(root)});
      console.log(JSON.stringify({
        exports: Object.keys(index).sort(),
        serve: typeof serve,
        awsRoot: loaded("/@pulumi/aws/index.js"),
      }));`;
    const output = execFileSync(process.execPath, ["-e", script], {
      cwd: root,
      encoding: "utf8",
      timeout: 60_000,
    });
    assert.deepEqual(JSON.parse(output), {
      exports: [
        ...["Architecture", "CloudWatchLogs", "ExtensionLayers", "InstrumentationDistribution"],
        ...["LambdaDashboards", "ObserveStack", "ObservedFunction", "Protocol", "observeStack"],
      ],
      serve: "function",
      awsRoot: false,
    });
  });
});
