import assert from "node:assert/strict";
import {
  clickHouseLogRow,
  grpcFrame,
  otlpLogsRequest,
} from "../../../../../provider/plan/delivery/otlpProbe";
import { resolveReferences, secretField } from "../../../../../provider/plan/telemetry/references";
import { decodeRequest } from "../../../../../sandbox/clickhouse/otlp/codec";

const probe = { serviceName: "orders", body: "a".repeat(200), time: 1_764_080_000_123 };

describe("the log record that checks delivery", () => {
  it("is an OTLP request that others decode", () => {
    const request = decodeRequest("logs", "protobuf", otlpLogsRequest(probe));
    const [resource] = request.resourceLogs;
    assert.deepEqual(JSON.parse(JSON.stringify(resource?.resource?.attributes)), [
      { key: "service.name", value: { stringValue: "orders" } },
    ]);
    const record = resource?.scopeLogs[0]?.logRecords[0];
    assert.equal(record?.body?.stringValue, probe.body);
    assert.equal(record?.timeUnixNano, 1_764_080_000_123_000_000n);
    assert.equal(record?.severityNumber, 9);
  });

  it("is framed for gRPC and written as a row", () => {
    const frame = grpcFrame(Buffer.alloc(300));
    assert.deepEqual([...frame.subarray(0, 5)], [0, 0, 0, 1, 44]);
    assert.equal(frame.length, 305);
    assert.equal(JSON.parse(clickHouseLogRow(probe)).Timestamp, "1764080000.123");
  });
});

describe("references", () => {
  const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbC123";

  it("are resolved wherever they stand", async () => {
    const read = async ({ jsonKey }: { jsonKey?: string }) => `<${jsonKey ?? "all"}$&>`;
    assert.equal(await resolveReferences(`a \${${arn}} b \${${arn}#k}`, read), "a <all$&> b <k$&>");
    assert.equal(await resolveReferences(`secret://${arn}#k`, read), "<k$&>");
    assert.equal(await resolveReferences("plain ${HOME}", read), "plain ${HOME}");
  });

  it("mean a field of a JSON value by name or pointer", () => {
    const value = JSON.stringify({ key: "x", n: 1, "a/b": { "c~d": [true] } });
    assert.equal(secretField(value, undefined), value);
    assert.equal(secretField(value, "key"), "x");
    assert.equal(secretField(value, "n"), "1");
    assert.equal(secretField(value, "/a~1b/c~0d/0"), "true");
    for (const missing of ["no", "/a~1b/no/x", "/key/x"])
      assert.equal(secretField(value, missing), undefined);
    assert.equal(secretField("not json", "key"), undefined);
  });
});
