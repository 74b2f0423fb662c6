import assert from "node:assert/strict";
import { join } from "node:path";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { region, useSurroundings } from "../../surroundings";
import { useOtlpSink } from "../setup/otlpSink";
import { type Operation, pythonStep } from "../setup/pythonSteps";
import { storedState } from "../setup/storedState";

describe("ObserveStack in a Python program", () => {
  const surroundings = useSurroundings();
  const sink = useOtlpSink();
  const step = (operation: Operation, stack: string, given: { program: string } & Record<string, unknown>) =>
    pythonStep(surroundings.engine, join(__dirname, "observedStack.py"), operation, stack, given);

  async function read(arn: string | undefined) {
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    return (await lambda.send(new GetFunctionCommand({ FunctionName: arn }))).Configuration;
  }

  it("observes the functions after it, also in components, and leaves them plain when it is removed", async () => {
    const given = { program: "waits", observe: true };
    const preview = await step("preview", "waits", given);
    assert.equal(preview.error, undefined);
    const { outputs, error, changes } = await step("up", "waits", given);
    assert.equal(error, undefined);
    assert.deepEqual(preview.changes, changes, "the preview shows what the update makes");
    assert.equal(outputs.settled, true);
    for (const key of ["orders", "named", "shop"]) {
      const found = await read(outputs[key]);
      assert.equal(found?.Layers?.length, 1, key);
      assert.ok(found?.Environment?.Variables?.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS, key);
    }
    for (const key of ["plain", "tagged", "edge"]) {
      const found = await read(outputs[key]);
      assert.equal(found?.Layers?.length ?? 0, 0, key);
      assert.equal(found?.Environment, undefined, key);
    }
    const state = storedState(surroundings.engine, "waits");
    assert.deepEqual(state.match(/hush-\w+/g), null, "the state holds no secret as plain text");
    await assertDenials(outputs);

    assert.deepEqual((await step("up", "waits", given)).changes, {});
    assert.deepEqual((await step("refresh", "waits", given)).changes, {});
    const removed = await step("up", "waits", { ...given, observe: false });
    assert.equal(removed.error, undefined);
    for (const key of ["orders", "named", "shop"]) {
      const found = await read(removed.outputs[key]);
      assert.equal(removed.outputs[key], outputs[key], "nothing is replaced");
      assert.equal(found?.Layers?.length ?? 0, 0, key);
      assert.equal(found?.Environment?.Variables?.ROTEL_OTLP_EXPORTER_ENDPOINT, undefined, key);
      assert.equal(
        found?.LoggingConfig?.LogGroup ?? "",
        found?.LoggingConfig?.LogGroup?.match(/^\/aws\/lambda\/[^/]+$/)?.[0] ?? "",
      );
    }
    assert.deepEqual((await rolePolicies(surroundings.aws, outputs.role ?? "")).length, 0);
    assert.equal((await step("destroy", "waits", given)).error, undefined);
  });

  /** Only each function's own log group is denied, only by its name. */
  async function assertDenials(outputs: Record<string, string>): Promise<void> {
    const policies = await rolePolicies(surroundings.aws, outputs.role ?? "");
    const denied: readonly string[] = JSON.stringify(policies).match(/arn:[^"]+:log-group:[^"]+/g) ?? [];
    assert.ok(denied.length > 0);
    for (const arn of denied) assert.doesNotMatch(arn.replace(/:\*$/, ""), /[*?]/);
    const groups: string[] = [];
    for (const key of ["orders", "named", "shop"]) {
      const found = await read(outputs[key]);
      const group = found?.LoggingConfig?.LogGroup ?? `/aws/lambda/${found?.FunctionName}`;
      const resource = `arn:aws:logs:${region}:123456789012:log-group:${group}`;
      assert.equal(isAllowed(policies, { action: "logs:PutLogEvents", resource }), false, key);
      assert.ok(denied.includes(resource), `${resource} is denied`);
      groups.push(group);
    }
    assert.equal(new Set(groups).size, 3);
    assert.equal(groups[1], `/aws/lambda/named-waits`);
    assert.match(groups[0] ?? "", /^\/aws\/lambda\/orders-[0-9a-f]{8}$/);
  }

  it("names each function that was registered too early, and what to do", async () => {
    const given = { program: "forgets", after: "function" };
    assert.equal((await step("preview", "forgets", given)).error, undefined, "a first preview knows of none");
    const said = ((await step("up", "forgets", given)).error ?? "").replace(/\s+/g, " ");
    assert.match(said, /ObserveStack "observed": registered after these functions/);
    assert.match(said, /"hasty" \(urn:pulumi:forgets::forgets::aws:lambda\/function:Function::hasty\)/);
    assert.match(said, /observed\.settled\(\)` in Python/);
    assert.doesNotMatch(said, /"(plain|tagged)"/, "they are excluded");
    const again = (await step("preview", "forgets", given)).error ?? "";
    assert.match(again.replace(/\s+/g, " "), /not observed: "hasty"/, "a later preview knows");
  });

  it("delivers a log record before logs are denied, where that is required", async () => {
    const given = { program: "guards", endpoint: sink.url };
    assert.equal((await step("up", "guards", given)).error, undefined);
    // Simultaneous requests of functions share one; on a loaded machine they are sent one after another.
    const sent = sink.requests.map(({ headers }) => headers.authorization);
    assert.deepEqual([...new Set(sent)], ["hush-key"]);
  });

  it("is one for each stack", async () => {
    const { error } = await step("preview", "twice", { program: "twice" });
    assert.match(
      (error ?? "").replace(/\s+/g, " "),
      /already observed by ObserveStack "\w+".*remove one of the two/,
    );
  });

  it("names the function that cannot be observed", async () => {
    const { error } = await step("up", "wrong", { program: "wrong" });
    const said = (error ?? "").replace(/\s+/g, " ");
    assert.match(said, /arguments of "hurried" are not valid.*timeout/);
    assert.doesNotMatch(said, /"fine" are not valid/);
  });
});
