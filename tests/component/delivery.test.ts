import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ObservedFunctionArgs, Protocol } from "../../index";
import { deliver } from "../../provider/delivery";
import { type EmbeddedClickHouse, startClickHouse } from "../../sandbox/clickhouse";
import { GrpcIntake } from "../sandbox/extension/grpcIntake";

const ingestionKey = "the-ingestion-key";

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

describe("the log record that is sent before logs are denied", () => {
  let clickhouse: EmbeddedClickHouse;
  let grpc: GrpcIntake;
  before(async () => {
    clickhouse = await startClickHouse({ ingestionKey });
    grpc = await GrpcIntake.start(clickhouse.otlpUrl);
  });
  after(async () => {
    grpc?.stop();
    await clickhouse?.stop();
  });

  /** Where it goes, each way with this key; without an endpoint to the server that is there. */
  const ways: Record<string, (key: string, endpoint?: string) => ObservedFunctionArgs> = {
    "OTLP/HTTP": (key, endpoint = clickhouse.otlpUrl) => ({ endpoint, ingestionKey: key }),
    "OTLP/gRPC": (key, endpoint = `http://127.0.0.1:${grpc.port}`) => ({
      endpoint,
      protocol: Protocol.Grpc,
      headers: { authorization: key },
    }),
    ClickHouse: (key, endpoint = clickhouse.httpUrl) => ({
      clickhouse: { endpoint, database: "default" },
      clickhousePassword: key,
    }),
    "settings for all signals": (key, endpoint = `http://127.0.0.1:${grpc.port}`) => ({
      settings: {
        otlpExporterEndpoint: endpoint,
        ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `x-tenant="a,b",Authorization=${key}`,
      },
    }),
    "settings and variables for logs": (key, endpoint = clickhouse.otlpUrl) => ({
      endpoint: "http://127.0.0.1:9",
      ingestionKey: "another",
      settings: { otlpExporterLogsEndpoint: `${endpoint}/v1/logs` },
      environment: { variables: { ROTEL_OTLP_EXPORTER_LOGS_CUSTOM_HEADERS: `Authorization=${key}` } },
    }),
  };

  for (const [way, make] of Object.entries(ways)) {
    it(`${way}: is stored, or else it is said who refused it or was not there`, async () => {
      const name = `orders by ${way}`;
      await deliver(name, { ...make(ingestionKey), serviceName: name }, {});
      const sql = "SELECT Body, SeverityNumber FROM otel_logs WHERE ServiceName = {name:String}";
      assert.deepEqual(await clickhouse.query(sql, { name }), [
        {
          Body: `clickstack-lambda checks that logs of ${name} arrive before CloudWatch is cut off`,
          SeverityNumber: 9,
        },
      ]);
      await assert.rejects(deliver(name, make("a-wrong-key"), {}), ({ message }: Error) => {
        assert.match(message, /requireDelivery: logs stay in CloudWatch.* refused the key \(/);
        assert.ok(!/wrong-key|another/.test(message), message);
        return true;
      });
      const nobody = make(ingestionKey, `http://127.0.0.1:${await closedPort()}`);
      await assert.rejects(deliver(name, nobody, {}), /could not be reached \(.*ECONNREFUSED/);
    });
  }
});
