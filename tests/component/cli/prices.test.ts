import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { AwsClients } from "../../../cli/aws/clients";
import { readIngestionPrices } from "../../../cli/aws/prices";
import { playedCredentials } from "./cliRun";

/** A product in the format of the Price List API, with its price tiers. */
function product(usagetype: string, ...tiers: [beginRange: string, usd: string | undefined][]): string {
  const priceDimensions = Object.fromEntries(
    tiers.map(([beginRange, USD], index) => [
      `SKU.TERM.${index}`,
      { unit: "GB", beginRange, endRange: "Inf", pricePerUnit: USD === undefined ? { CNY: "6" } : { USD } },
    ]),
  );
  return JSON.stringify({
    product: { productFamily: "Data Payload", attributes: { usagetype, group: "Ingested Logs" }, sku: "SKU" },
    serviceCode: "AmazonCloudWatch",
    terms: { OnDemand: { "SKU.TERM": { priceDimensions, sku: "SKU" } } },
  });
}

const lists: Record<string, string[]> = {
  "us-east-1": [
    product("USE1-DataProcessingIA-Bytes", ["0", "0.25"]),
    product("USE1-VendedLog-Bytes", ["0", "0.5"], ["10240", "0.25"]),
    product("USE1-DataProcessing-Bytes", ["10240", "0.3"], ["0", "0.5000000000"]),
  ],
  "eu-west-1": [product("EU-DataProcessing-Bytes", ["0", "0.5700000000"])],
  "ap-south-1": [product("DataProcessing-Bytes", ["0", "0.67"])],
  "cn-north-1": [product("CNN1-DataProcessing-Bytes", ["0", undefined])],
  "eu-south-9": [],
};

describe("AWS's price list", () => {
  it("is read region by region, for the first tier of the standard class", async () => {
    const asked: Record<string, string>[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      const { ServiceCode, Filters } = JSON.parse(Buffer.concat(chunks).toString()) as {
        ServiceCode: string;
        Filters: { Type: string; Field: string; Value: string }[];
      };
      const filters = Object.fromEntries(Filters.map(({ Field, Value }) => [Field, Value]));
      asked.push({ ServiceCode, ...filters });
      response.setHeader("content-type", "application/x-amz-json-1.1");
      if (filters.regionCode === "eu-west-3") {
        response.statusCode = 400;
        response.end(JSON.stringify({ __type: "AccessDeniedException", Message: "pricing:GetProducts" }));
        return;
      }
      response.end(
        JSON.stringify({ FormatVersion: "aws_v1", PriceList: lists[filters.regionCode ?? ""] ?? [] }),
      );
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const restore = playedCredentials();
    const clients = new AwsClients({
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    });
    try {
      assert.deepEqual(Object.fromEntries(await readIngestionPrices(clients, Object.keys(lists))), {
        "us-east-1": 0.5,
        "eu-west-1": 0.57,
        "ap-south-1": 0.67,
      });
      assert.deepEqual(
        asked.find(({ regionCode }) => regionCode === "us-east-1"),
        {
          ...{ ServiceCode: "AmazonCloudWatch", regionCode: "us-east-1" },
          ...{ productFamily: "Data Payload", group: "Ingested Logs" },
        },
      );
      await assert.rejects(readIngestionPrices(clients, ["eu-west-3"]), /pricing:GetProducts/);
    } finally {
      restore();
      await clients.destroy();
      server.close();
      server.closeAllConnections();
    }
  });
});
