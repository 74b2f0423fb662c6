import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { CloudWatchLogs, ExtensionLayers, ObservedFunction } from "../../../../index";
import publishLayers from "../../../../publish/stack";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../../sandbox/aws/embeddedAws";
import { type Engine, startEngine } from "../../../../sandbox/engine";
import { region } from "../../surroundings";

import { useBuiltLayers } from "../setup/builtLayers";
import { useOtlpSink } from "../setup/otlpSink";
import { plainCode } from "../setup/plainFunction";
import { type RecordedAws, recordActions } from "./recordedActions";

const config = { "aws:region": { value: region } };

/** The actions required according to the documentation: `service:Action`; the service is omitted if it repeats. */
function documentedActions(): string[] {
  const page = readFileSync(join(__dirname, "../../../../docs/installation-configuration.md"), "utf8");
  const section = /^## Permissions$(.*?)^## /ms.exec(page)?.[1] ?? "";
  let service = "";
  return [...section.matchAll(/^\|[^|]*\|([^|]*)\|$/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`(?:([a-z0-9]+):)?([A-Z]\w+)`/g)].map(([, named, action]) => {
      service = named ?? service;
      return `${service}:${action}`;
    }),
  );
}

describe("the permissions that the documentation names", () => {
  const built = useBuiltLayers(["x86_64"]);
  const sink = useOtlpSink();
  let aws: EmbeddedAws;
  let recorded: RecordedAws;
  let engine: Engine;

  before(async () => {
    aws = await startEmbeddedAws();
    recorded = await recordActions(aws);
    engine = await startEngine({ aws: recorded.aws });
  });
  after(async () => {
    await engine?.stop();
    await recorded?.stop();
    await aws?.stop();
  });

  it("are those of what deploying asks AWS for, besides functions and roles", async () => {
    const put = { Name: "/shop/tenant", Type: "SecureString", Value: "orders" } as const;
    await new SSMClient(clientOptions(aws, region)).send(new PutParameterCommand(put));
    let key = "first";
    const program = async () => {
      const first = key === "first";
      const layers = new ExtensionLayers("extension", {
        regions: [region],
        retain: false,
        ...(first ? { permissions: { public: true } } : {}),
      });
      new ObservedFunction("orders", {
        runtime: "nodejs22.x",
        handler: "index.handler",
        code: plainCode(),
        extension: { layerVersionArns: layers.layerVersionArns },
        endpoint: sink.url,
        ingestionKey: key,
        headers: { "x-tenant": `\${arn:aws:ssm:${region}:${aws.accountId}:parameter/shop/tenant}` },
        cloudWatchLogs: CloudWatchLogs.Disable,
        requireDelivery: true,
        logRetentionInDays: first ? 7 : 14,
        ...(first ? {} : { secretKmsKeyArns: [`arn:aws:kms:${region}:${aws.accountId}:key/k`] }),
      });
    };
    const stack = await engine.createStack({ projectName: "p", stackName: "orders", program, config });
    await stack.up();
    key = "second";
    await built.build("second");
    await stack.up();
    assert.equal(sink.requests.at(-1)?.headers["x-tenant"], "orders");
    await stack.refresh();
    await stack.destroy();
    const publishing = { projectName: "clickstack-lambda-layers", stackName: "layers", config };
    await (await engine.createStack({ ...publishing, program: publishLayers })).preview();

    const others = [...recorded.actions].filter((action) => !/^(iam|sts):/.test(action));
    assert.deepEqual(others.sort(), [...new Set(documentedActions())].sort());
  });
});
