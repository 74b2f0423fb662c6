import assert from "node:assert/strict";
import { observed } from "../../../observed";

const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbC123";
const arn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:layer:${name}:1`;
const inputs = {
  ...{ region: "eu-west-1", runtime: "nodejs22.x", endpoint: "https://clickstack.example.com:4318" },
  extension: { layerVersionArn: arn("clickstack-extension-amd64") },
  authorization: secret,
};
const table = { Ref: "OrdersTable" };
const shared = { "Fn::ImportValue": "shared-layer" };

describe("observed, with values that another tool resolves", () => {
  it("returns them unchanged, in their places", () => {
    const { layers, environment, statements } = observed({
      ...inputs,
      layers: [shared, arn("own")],
      environment: { TABLE: table, STAGE: "live" },
    });
    assert.deepEqual(layers, [shared, arn("own"), arn("clickstack-extension-amd64")]);
    assert.deepEqual([environment.TABLE, environment.STAGE], [table, "live"]);
    assert.equal(environment.ROTEL_OTLP_EXPORTER_ENDPOINT, inputs.endpoint);
    assert.deepEqual(
      statements.map(({ Resource }) => Resource),
      [[secret]],
    );
  });

  it("overwrites none of them, and counts them", () => {
    assert.throws(
      () => observed({ ...inputs, environment: { ROTEL_OTLP_EXPORTER_ENDPOINT: table } }),
      /ROTEL_OTLP_EXPORTER_ENDPOINT is set by endpoint and by environment\.variables\./,
    );
    assert.throws(
      () => observed({ ...inputs, layers: Array<object>(5).fill(shared) }),
      /layers: the function has 5 layers of its own and the extension/,
    );
    const { statements } = observed({
      ...{ ...inputs, authorization: undefined },
      environment: { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: table },
    });
    assert.deepEqual(statements, []);
  });
});
