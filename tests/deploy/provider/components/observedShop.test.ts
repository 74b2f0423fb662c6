import assert from "node:assert/strict";
import { join } from "node:path";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { region, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { useOtlpSink } from "../setup/otlpSink";
import { pythonStep, type Step } from "../setup/pythonSteps";
import { storedState } from "../setup/storedState";

describe("a Python program with observed functions of every kind", () => {
  const surroundings = useSurroundings();
  const built = useBuiltLayers(["x86_64"]);
  const sink = useOtlpSink();

  const step = (operation: Parameters<typeof pythonStep>[2], stack: string, given: { program: string }) =>
    pythonStep(surroundings.engine, join(__dirname, "observedShop.py"), operation, stack, given);
  const may = async (role: string | undefined, action: string, resource: string): Promise<boolean> =>
    isAllowed(await rolePolicies(surroundings.aws, role ?? ""), { action, resource });
  const mayLog = (role: string | undefined, name: string | undefined): Promise<boolean> =>
    may(role, "logs:CreateLogStream", `arn:aws:logs:${region}:123456789012:log-group:/aws/lambda/${name}`);

  async function deployed(arn: string | undefined, where: string) {
    const lambda = new LambdaClient(clientOptions(surroundings.aws, where));
    const { Configuration: found, Tags: tags } = await lambda.send(
      new GetFunctionCommand({ FunctionName: arn }),
    );
    return {
      tags,
      timeout: found?.Timeout,
      memory: found?.MemorySize,
      variables: found?.Environment?.Variables,
    };
  }

  it("up, nothing to do, update, refresh, destroy", async () => {
    const published = await step("up", "team", { program: "platform" });
    assert.deepEqual(published.outputs.skippedRegions, ["me-central-1"], "what the account has not enabled");
    const given = { program: "shop", platform: "team", endpoint: sink.url };
    const before = { ...given, logs: "Disable", timeout: 5, protect: true, plain: true };

    sink.status = 401;
    const { error } = await step("up", "service", before);
    const said = (error ?? "").replace(/\s+/g, " ");
    assert.match(
      said,
      /"orders", requireDelivery: logs stay in CloudWatch.*refused the key \(HTTP status 401\)/,
    );
    assert.ok(!said.includes("hush"));

    sink.status = 200;
    const { outputs } = await step("up", "service", before);
    const { orders, loud, role, sales, salesRole } = outputs;
    assert.equal(sink.requests.at(-1)?.headers.authorization, "Bearer hush");
    assert.equal(sink.requests.at(-1)?.headers["x-tenant"], "orders");
    assert.deepEqual([await mayLog(role, orders), await mayLog(role, loud)], [false, true]);
    assert.match(outputs.ordersLayers?.[0] ?? "", /us-east-2:123456789012:layer:shop-amd64:1$/);
    assert.match(outputs.salesLayers?.[0] ?? "", /eu-west-3:123456789012:layer:shop-amd64:1$/);
    assert.match(outputs.upstreamLayers?.[0] ?? "", /us-east-2:\d+:layer:rotel-extension-amd64:12$/);
    assert.deepEqual(outputs.exactLayers, [outputs.ordersLayers?.[0]]);
    await assertSales(sales, salesRole);
    await assertTenant(role);
    assertInParis(outputs);
    assert.deepEqual(outputs.directVariables, [
      "AWS_LAMBDA_EXEC_WRAPPER",
      "ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT",
      "ROTEL_CLICKHOUSE_EXPORTER_PASSWORD",
      "ROTEL_CLICKHOUSE_EXPORTER_USER",
      "ROTEL_EXPORTER",
      "ROTEL_OTEL_RESOURCE_ATTRIBUTES",
    ]);
    assert.match(outputs.directLayers?.[0] ?? "", /:layer:opentelemetry-python-0_21_0:1$/);
    assert.match(outputs.directLayers?.[1] ?? "", /:layer:shop-amd64:1$/);
    assert.deepEqual(outputs.imageLayers, []);
    assert.ok(outputs.imageVariables?.includes("ROTEL_OTLP_EXPORTER_ENDPOINT"));
    const imageKey = `arn:aws:secretsmanager:${region}:123456789012:secret:image-a1B2c3`;
    assert.equal(await may(outputs.imageRole, "secretsmanager:GetSecretValue", imageKey), true);
    assert.deepEqual((await step("up", "service", before)).changes, {});

    sink.status = 503;
    const away = await step("up", "service", before);
    assert.match(away.error ?? "", /requireDelivery:.*refused the log record \(HTTP status\s+503\)/s);
    assert.equal(await mayLog(role, orders), false, "what was confirmed once is kept");

    await built.build("second");
    await step("up", "team", { program: "platform" });
    const after = { ...given, logs: "Keep", timeout: 20, protect: false, plain: false };
    const updated = await step("up", "service", after);
    assert.equal(updated.outputs.moved, outputs.moved);
    assert.deepEqual(updated.outputs.renamed, outputs.renamed);
    assert.deepEqual(
      Object.keys(updated.changes).sort(),
      ["create", "delete", "update"],
      "nothing is replaced",
    );
    assert.match(updated.outputs.ordersLayers?.[0] ?? "", /layer:shop-amd64:2$/);
    assert.equal(await mayLog(role, orders), true, "what was denied is given back");
    const { timeout, memory } = await deployed(sales, "eu-west-3");
    assert.deepEqual([timeout, memory], [5, 2000], "the timeout is ignored");
    const state = storedState(surroundings.engine, "service");
    assert.ok(state.includes("SecretVersion") && !state.includes("hush"));
    assert.deepEqual((await step("refresh", "service", after)).changes, {});
    assert.equal((await step("destroy", "service", after)).error, undefined);
  });

  /** Only the parameter that a header refers to, with the action by which the extension reads it. */
  async function assertTenant(role: string | undefined): Promise<void> {
    const parameter = (name: string) => `arn:aws:ssm:${region}:123456789012:parameter/shop/${name}`;
    for (const [action, name, expected] of [
      ["ssm:GetParameters", "tenant", true],
      ["ssm:GetParameters", "tenants", false],
      ["ssm:GetParameters", "tenant/other", false],
      ["ssm:GetParameter", "tenant", false],
      ["ssm:GetParametersByPath", "tenant", false],
      ["ssm:PutParameter", "tenant", false],
    ] as const) {
      assert.equal(await may(role, action, parameter(name)), expected, `${action} ${name}`);
    }
  }

  /** Function and layer are in the region of the inherited provider, which creates all parts. */
  function assertInParis({ inParis, inParisLayers }: Step["outputs"]): void {
    const arns: string[] = [...(inParis ?? []), ...(inParisLayers ?? [])];
    assert.equal(arns.length, 6);
    for (const arn of arns) assert.match(arn, /^arn:aws:lambda:eu-west-3:123456789012:(function|layer):/);
    const { resources } = JSON.parse(storedState(surroundings.engine, "service")).checkpoint.latest;
    const parts = resources.filter(({ urn }: { urn: string }) =>
      /(lambda\/function:Function|iam\/role:Role)::(bills|invoices|receipts)$/.test(urn),
    );
    assert.equal(parts.length, 6);
    for (const { urn, provider } of parts) assert.match(provider, /providers:aws::paris::/, urn);
  }

  async function assertSales(sales: string | undefined, salesRole: string | undefined): Promise<void> {
    const { tags, variables } = await deployed(sales, "eu-west-3");
    assert.deepEqual(tags, { team: "shop" }, "transforms");
    assert.equal(variables?.ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT, "1s", "settings");
    const secret = (name: string) => `arn:aws:secretsmanager:eu-west-3:123456789012:secret:${name}-a1B2c3`;
    for (const [action, resource, expected] of [
      ["secretsmanager:BatchGetSecretValue", "*", true],
      ["secretsmanager:GetSecretValue", secret("b"), true],
      ["secretsmanager:GetSecretValue", secret("c"), false],
    ] as const) {
      assert.equal(await may(salesRole, action, resource), expected, `${action} ${resource}`);
    }
    const policies = JSON.stringify(await rolePolicies(surroundings.aws, salesRole ?? ""));
    assert.match(policies, /kms:Decrypt.*kms:ViaService.*secretsmanager\.eu-west-3/);
    const { resources } = JSON.parse(storedState(surroundings.engine, "service")).checkpoint.latest;
    const parts = resources.filter(({ urn }: { urn: string }) =>
      /(lambda\/function:Function|iam\/role:Role)::sales$/.test(urn),
    );
    assert.equal(parts.length, 2);
    for (const { urn, protect, dependencies } of parts) {
      assert.equal(protect, true, urn);
      assert.match(String(dependencies), /LogGroup::first/, urn);
    }
    assert.match(JSON.stringify(resources), /"retentionInDays":7/);
  }
});
