import assert from "node:assert/strict";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { LogGroup } from "@pulumi/aws/cloudwatch";
import { Provider } from "@pulumi/aws/provider";
import type * as pulumi from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import { ObservedFunction, type ObservedFunctionArgs } from "../../../../index";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { everyEventOnce } from "../../engineEvents";
import { useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction } from "../setup/remoteComponents";

const ways = { imported: ObservedFunction, "through the plugin": RemoteObservedFunction };
const functionType = "aws:lambda/function:Function";
const fixed: ObservedFunctionArgs = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
  extension: { rotel: { version: 12 } },
};

/** The engine's state of a resource. */
interface StoredResource {
  urn: string;
  type: string;
  protect?: boolean;
  dependencies?: string[];
  outputs: Record<string, unknown>;
}

async function stored(stack: Stack, type: string): Promise<StoredResource[]> {
  const { resources } = (await stack.exportStack()).deployment as { resources: StoredResource[] };
  return resources.filter((resource) => resource.type === type);
}

describe("resource options of an ObservedFunction", () => {
  const surroundings = useSurroundings();

  for (const [way, Observed] of Object.entries(ways)) {
    it(`${way}: mean its function, as with the plain resource`, async () => {
      let [protect, table, timeout, endpoint] = [true, "orders", 5, "http://127.0.0.1:4318"];
      let ignored: Record<"orders" | "sales", string[]> = { orders: [], sales: [] };
      const addTags: pulumi.ResourceTransform = ({ type, props, opts }) =>
        type === functionType ? { props: { ...props, tags: { team: "shop" } }, opts } : undefined;
      const program = async () => {
        const provider = new Provider("paris", { region: "eu-west-3" });
        const first = new LogGroup("first", {});
        const observe = (name: "orders" | "sales", opts: pulumi.ComponentResourceOptions) => {
          const environment = { variables: { TABLE: table, VIEW: table } };
          const args = { ...fixed, timeout, memorySize: timeout * 100, endpoint, environment };
          return new Observed(name, args, { provider, ignoreChanges: ignored[name], ...opts }).functionArn;
        };
        const orders = observe("orders", { protect, dependsOn: first, transforms: [addTags] });
        return { orders, sales: observe("sales", {}) };
      };
      const stack = await surroundings.stack({ program });
      const { outputs } = await stack.up();
      const lambda = new LambdaClient(clientOptions(surroundings.aws, "eu-west-3"));
      const read = async (name: "orders" | "sales") => {
        const command = new GetFunctionCommand({ FunctionName: outputs[name]?.value });
        const { Configuration: found, Tags: tags } = await lambda.send(command);
        const { TABLE, VIEW, ROTEL_OTLP_EXPORTER_ENDPOINT: to } = found?.Environment?.Variables ?? {};
        return { tags, now: [TABLE, VIEW, to, found?.Timeout, found?.MemorySize] };
      };

      assert.match(outputs.orders?.value, /^arn:aws:lambda:eu-west-3:/, "provider");
      assert.deepEqual((await read("orders")).tags, { team: "shop" }, "transforms");
      const [first] = await stored(stack, "aws:cloudwatch/logGroup:LogGroup");
      const made = [...(await stored(stack, functionType)), ...(await stored(stack, "aws:iam/role:Role"))];
      const parts = made.filter(({ urn }) => urn.endsWith("::orders"));
      assert.equal(parts.length, 2, "the function and its role");
      for (const { urn, protect, dependencies } of parts) {
        assert.equal(protect, true, urn);
        assert.ok(dependencies?.includes(first?.urn ?? "?"), `${urn} depends on ${dependencies}`);
      }
      await assert.rejects(stack.destroy({ target: [parts[0]?.urn ?? ""] }), /protected/);
      assert.ok(await read("orders"), "protect");

      [table, timeout, endpoint] = ["all", 20, "http://127.0.0.1:4319"];
      const variables = ["TABLE", "ROTEL_OTLP_EXPORTER_ENDPOINT"].map(
        (name) => `environment.variables.${name}`,
      );
      ignored = { orders: ["environment", "timeout"], sales: variables };
      protect = false;
      await stack.up();
      assert.deepEqual((await read("orders")).now, ["orders", "orders", "http://127.0.0.1:4318", 5, 2000]);
      assert.deepEqual((await read("sales")).now, ["orders", "all", "http://127.0.0.1:4318", 20, 2000]);
    });
  }

  for (const [way, Observed] of Object.entries(ways)) {
    it(`${way}: deleteBeforeReplace deletes the function first`, async () => {
      let version = 1;
      const program = async () => {
        const options = { deleteBeforeReplace: true };
        new Observed("orders", { ...fixed, name: `orders-${way.length}-${version}` }, options);
      };
      const stack = await surroundings.stack({ program });
      await stack.up();
      version = 2;
      const steps: string[] = [];
      await stack.up({
        onEvent: everyEventOnce(({ resourcePreEvent: event }) => {
          if (event?.metadata.type === functionType) steps.push(event.metadata.op);
        }),
      });
      assert.deepEqual(steps, ["delete-replaced", "replace", "create-replacement"]);
      await stack.destroy();
    });
  }
});
