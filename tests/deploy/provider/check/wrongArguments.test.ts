import assert from "node:assert/strict";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../../../index";
import { useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { pythonStep } from "../setup/pythonSteps";
import { RemoteExtensionLayers, RemoteObservedFunction } from "../setup/remoteComponents";

const layers = [1, 2, 3, 4, 5].map((version) => `arn:aws:lambda:us-east-2:123456789012:layer:own:${version}`);
const layerVersionArn = "arn:aws:lambda:us-east-2:123456789012:layer:clickstack-extension-amd64:1";
const ways = {
  imported: { Layers: clickstack.ExtensionLayers, Observed: clickstack.ObservedFunction },
  "through the plugin": { Layers: RemoteExtensionLayers, Observed: RemoteObservedFunction },
};

describe("a preview with wrong arguments", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);

  /** The output for the user. */
  async function messageOf(program: () => void): Promise<string> {
    const stack = await surroundings.stack({
      program: async () => {
        program();
      },
    });
    try {
      await stack.preview();
    } catch (error) {
      return (error as Error).message;
    }
    assert.fail("the preview passed");
  }

  for (const [way, { Layers, Observed }] of Object.entries(ways)) {
    it(`${way}: says path and reason of each`, async () => {
      const message = await messageOf(() => {
        new Observed("orders", {
          runtime: "nodejs22",
          handler: "index.handler",
          architectures: ["amd64"],
          layers,
          settings: { otlpExporterRequestTimout: "1s" },
          environment: { variables: { ROTEL_OTLP_EXPORTER_ENDPOINT: "https://elsewhere" } },
          endpoint: "https://clickstack.example.com:4318",
          extension: { layerVersionArn },
        });
      });
      const said = [
        /orders/,
        /layers\b.*5 layers of its own/,
        /runtime\b.*nodejs22\.x/,
        /architectures\[0\].*x86_64/,
        /settings\.otlpExporterRequestTimout\b.*otlpExporterRequestTimeout\?/,
        /environment\.variables\.ROTEL_OTLP_EXPORTER_ENDPOINT\b.*set by endpoint and by environment\.variables/,
      ];
      for (const pattern of said) assert.match(message.replace(/\n\s+(?!- )/g, " "), pattern);
    });

    it(`${way}: finds a role of another account`, async () => {
      const args = {
        runtime: "nodejs22.x",
        handler: "index.handler",
        s3Bucket: "code",
        extension: { layerVersionArn },
        role: "arn:aws:iam::999999999999:role/orders",
      };
      const message = await messageOf(() => {
        new Observed("orders", args);
      });
      assert.match(
        message,
        /role\b.*is in account 999999999999, but the function is created in 123456789012/s,
      );
    });

    it(`${way}: names the region that was meant and what was not built`, async () => {
      const message = await messageOf(() => {
        new Layers("extension", {
          regions: ["us-esat-2", "eu-west-3"],
          architectures: [clickstack.Architecture.X86_64, clickstack.Architecture.Arm64],
        });
      });
      assert.match(message, /regions\[0\].*"us-esat-2" is not an AWS region\. Did you mean us-east-2\?/s);
      assert.match(message, /architectures\[1\].*not built for arm64/s);
    });
  }

  it("through the plugin: says so of values of another kind", async () => {
    const message = await messageOf(() => {
      const wrong: object = {
        runtime: "nodejs22.x",
        endpoint: 4318,
        architectures: "arm64",
        headers: ["x-team=shop"],
        settings: { batchMaxSize: pulumi.output(10) },
        extension: layerVersionArn,
      };
      new RemoteObservedFunction("orders", wrong);
    });
    const said = [
      /endpoint\b.*is a number but must be a string/,
      /architectures\b.*is a string but must be a list/,
      /headers\b.*is a list but must be a map/,
      /settings\.batchMaxSize\b.*is a number but must be a string/,
      /extension\b.*is a string but must be a map with layerVersionArn/,
      /handler\b.*is missing/,
      /code\b.*is missing/,
    ];
    for (const pattern of said) assert.match(message, pattern);
  });

  it("through the plugin: says so too when the value comes from elsewhere", async () => {
    const message = await messageOf(() => {
      new RemoteObservedFunction("orders", {
        runtime: "nodejs22.x",
        handler: "index.handler",
        architectures: pulumi.output(["arm64"]),
        extension: { layerVersionArns: { "us-east-2": { x86_64: layerVersionArn } } },
      });
    });
    assert.match(message, /extension\.layerVersionArns\["us-east-2"\].*no layer for arm64/s);
  });

  it("through the plugin: shows no value that may be a key", async () => {
    const message = await messageOf(() => {
      new RemoteObservedFunction("orders", {
        runtime: "nodejs22.x",
        handler: "index.handler",
        extension: { layerVersionArn },
        authorization: "the-key-itself",
        headers: { "x key": "the-key-itself" },
      });
    });
    assert.match(message, /authorization: is not the ARN of a secret or parameter/);
    assert.match(message, /headers\["x key"\]: a name must not/);
    assert.ok(!message.includes("the-key-itself"), message);
  });

  /** The output for a user of the generated SDK. */
  async function pythonMessageOf(program: string): Promise<string> {
    const { error } = await pythonStep(
      surroundings.engine,
      join(__dirname, "wrongArguments.py"),
      "preview",
      program,
      {
        program,
      },
    );
    return (error ?? "").replace(/\n\s+(?!- )/g, " ");
  }

  it("in Python: says path and reason of each", async () => {
    const message = await pythonMessageOf("functions");
    for (const pattern of [
      /runtime\b.*python3\.12/,
      /architectures\[0\].*x86_64/,
      /settings\.otlpExporterRequestTimout\b.*otlpExporterRequestTimeout\?/,
      /environment\.variables\.ROTEL_OTLP_EXPORTER_ENDPOINT\b.*set by endpoint and by environment\.variables/,
      /authorization: is not the ARN of a secret or parameter/,
    ]) {
      assert.match(message, pattern);
    }
    assert.ok(!message.includes("the-key-itself"), message);
  });

  it("in Python: names the region that was meant and what was not built", async () => {
    const message = await pythonMessageOf("layers");
    assert.match(message, /regions\[0\].*"us-esat-2" is not an AWS region\. Did you mean us-east-2\?/s);
    assert.match(message, /architectures\[1\].*not built for arm64/s);
  });
});
