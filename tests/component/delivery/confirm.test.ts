import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { type ObservedFunctionArgs, Protocol } from "../../..";
import { deliver } from "../../../provider/delivery/confirm";
import { type EmbeddedClickHouse, startClickHouse } from "../../../sandbox/clickhouse";
import { GrpcIntake } from "../../sandbox/extension/grpcIntake";

const ingestionKey = "the-ingestion-key";

const list = 'ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS="Authorization=${KEY}"';

function codeWith(file: string, ...lines: string[]): pulumi.asset.AssetArchive {
  return new pulumi.asset.AssetArchive({ [file]: new pulumi.asset.StringAsset(lines.join("\n")) });
}

/** A port without a listener. */
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

  /** The destination, with this key for each protocol; without an endpoint it is the running server. */
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
    "settings for ClickHouse": (key, endpoint = clickhouse.httpUrl) => ({
      settings: {
        exporter: "clickhouse",
        clickhouseExporterEndpoint: endpoint,
        clickhouseExporterDatabase: "default",
        clickhouseExporterPassword: key,
      },
    }),
    "an env file, which counts before the environment": (key, endpoint = clickhouse.otlpUrl) => ({
      endpoint: "http://127.0.0.1:9",
      envFile: "/var/task/config/telemetry.env",
      code: codeWith(
        "config/telemetry.env",
        `ROTEL_OTLP_EXPORTER_ENDPOINT=${endpoint}`,
        `KEY="${key}"`,
        list,
      ),
    }),
    "one of two named exporters": (key, endpoint = `http://127.0.0.1:${grpc.port}`) => ({
      settings: { exporters: "traces:clickhouse,main:otlp" },
      environment: {
        variables: {
          ROTEL_EXPORTERS_LOGS: "main",
          ROTEL_EXPORTERS_TRACES: "traces",
          ROTEL_EXPORTER_MAIN_ENDPOINT: endpoint,
          ROTEL_EXPORTER_MAIN_CUSTOM_HEADERS: `authorization=${key}`,
        },
      },
    }),
  };

  for (const [way, make] of Object.entries(ways)) {
    it(`${way}: is stored, or the error says who rejected it or was unreachable`, async () => {
      const name = `orders by ${way}`;
      await deliver(name, { ...make(ingestionKey), serviceName: name }, {});
      const sql = "SELECT Body, SeverityNumber FROM otel_logs WHERE ServiceName = {name:String}";
      assert.deepEqual(await clickhouse.query(sql, { name }), [
        {
          Body: `clickstack-lambda checks that logs of ${name} arrive before CloudWatch Logs are denied`,
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

  it("has to be accepted by every exporter that receives logs", async () => {
    const variables = {
      ROTEL_EXPORTER_A_ENDPOINT: `http://127.0.0.1:${grpc.port}`,
      ROTEL_EXPORTER_A_CUSTOM_HEADERS: `authorization=${ingestionKey}`,
      ROTEL_EXPORTER_B_ENDPOINT: clickhouse.httpUrl,
      ROTEL_EXPORTER_B_DATABASE: "default",
    };
    const both = (key: string): ObservedFunctionArgs => ({
      settings: { exporters: "a:otlp,b:clickhouse" },
      environment: { variables: { ...variables, ROTEL_EXPORTER_B_PASSWORD: key } },
    });
    await deliver("both", { ...both(ingestionKey), serviceName: "both" }, {});
    const [found] = await clickhouse.query("SELECT count() AS n FROM otel_logs WHERE ServiceName = 'both'");
    assert.deepEqual(found, { n: 2 });
    await assert.rejects(deliver("both", both("wrong"), {}), /refused the key/);
  });

  it("fails if logs have no destination, or if it is in an env file that cannot be read", async () => {
    const endpoint = clickhouse.otlpUrl;
    for (const [args, reason] of [
      [{ settings: { exporter: "blackhole" } }, /no exporter receives logs/],
      [
        { envFile: "/opt/telemetry.env" },
        /the env file \/opt\/telemetry\.env says where logs are sent, and is not part of the function's code/,
      ],
      [{ envFile: "missing.env", code: codeWith("index.js") }, /the env file missing\.env says/],
    ] as const) {
      await assert.rejects(deliver("orders", { endpoint, ingestionKey, ...args }, {}), reason);
    }
  });
});
