import assert from "node:assert/strict";
import { type Addition, planAddition } from "../../../cli/plan/addition";
import { type PlannedChange, planChange, type Telemetry } from "../../../cli/plan/change";
import type { FunctionState } from "../../../cli/plan/functionState";
import { recordVariable } from "../../../cli/plan/record";

const layer = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:layer:${name}:1`;
const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbC123";
const telemetry: Telemetry = {
  extension: { layerVersionArn: layer("clickstack-extension-amd64") },
  endpoint: "https://clickstack.example.com:4318",
  authorization: secret,
};
const orders: FunctionState = {
  name: "orders",
  arn: "arn:aws:lambda:eu-west-1:123456789012:function:orders",
  region: "eu-west-1",
  runtime: "nodejs22.x",
  architectures: ["x86_64"],
  packageType: "Zip",
  role: "arn:aws:iam::123456789012:role/orders",
  layers: [layer("own")],
  variables: { STAGE: "live" },
  logGroup: "/aws/lambda/orders",
};

describe("the addition to a function's program", () => {
  it("is what the function lacks, without the record of this tool", () => {
    const { layers, addedLayers, variables, statements } = planAddition(orders, telemetry) as Addition;
    assert.deepEqual(layers, [layer("own"), layer("clickstack-extension-amd64")]);
    assert.deepEqual(addedLayers, [layer("clickstack-extension-amd64")]);
    assert.deepEqual(Object.keys(variables).sort(), [
      "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS",
      "ROTEL_OTLP_EXPORTER_ENDPOINT",
      "ROTEL_OTLP_EXPORTER_PROTOCOL",
    ]);
    assert.deepEqual(
      statements.map(({ Resource }) => Resource),
      [[secret]],
    );
  });

  it("is the same when `instrument` has changed the function without its program", () => {
    const { after } = planChange(orders, telemetry, { policies: {} }) as PlannedChange;
    assert.ok(after.variables[recordVariable]);
    const instrumented = { ...orders, ...after };
    assert.deepEqual(planAddition(instrumented, telemetry), planAddition(orders, telemetry));
  });

  it("is nothing for functions that cannot be observed", () => {
    const plan = planAddition({ ...orders, packageType: "Image" }, telemetry);
    assert.equal("kind" in plan && plan.kind, "skipped");
    const broken = planAddition({ ...orders, variables: { [recordVariable]: "?" } }, telemetry);
    assert.equal("kind" in broken && broken.kind, "skipped");
  });
});
