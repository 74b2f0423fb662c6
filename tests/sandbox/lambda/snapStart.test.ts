import assert from "node:assert/strict";
import type { FunctionDefinition, Sandbox } from "../../../sandbox";
import { errorOf, logLines, records, Workbench } from "./fixtures";

const kind = { version: "4", initializationType: "snap-start" } as const;
const python = { ...kind, runtime: "python3.12" } as const;

const hooked = `
import os, socket, json, urllib.error, urllib.request
from snapshot_restore_py import register_after_restore, register_before_snapshot

steps = ["init"]
# One connection out of the environment, one that stays inside.
outside = socket.create_connection(("127.0.0.1", int(os.environ["REPORT_PORT"])))
host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
inside = socket.create_connection((host, int(port)))

@register_before_snapshot
def before():
    print("before the snapshot")
    steps.append("before snapshot")

@register_after_restore
def after():
    print("after the restore")
    steps.append("after restore")

def answers(connection):
    connection.settimeout(5)
    try:
        connection.sendall(b"GET /none HTTP/1.1\\r\\nHost: here\\r\\n\\r\\n")
        return len(connection.recv(12)) > 0
    except ConnectionError as error:
        return type(error).__name__

def credentials(token):
    request = urllib.request.Request(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"], headers={"Authorization": token})
    try:
        with urllib.request.urlopen(request) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return error.code

def handler(event, context):
    steps.append("invoke")
    if event.get("connections"):
        return [answers(inside), answers(outside)]
    if event.get("credentials"):
        return [credentials("wrong"), credentials(os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"])]
    if event.get("variables"):
        return dict(os.environ)
    return steps
`;

const hook = (body: string) => `
import time
from snapshot_restore_py import register_after_restore

@register_after_restore
def after():
    ${body}

def handler(event, context):
    if event.get("sleep"):
        time.sleep(60)
    return "ran"
`;

const phases = (sandbox: Sandbox) =>
  sandbox.events.map(({ type }) => type.replace("platform.", "")).filter((type) => type !== "function");
const inited = ["initStart", "initRuntimeDone", "initReport"];
const restored = ["restoreStart", "restoreRuntimeDone", "restoreReport"];
const invoked = ["start", "runtimeDone", "report"];

describe("sandbox: SnapStart", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  const pythonFunction = (source: string, changes: Partial<FunctionDefinition> = {}) =>
    bench.start(bench.pythonFunction(source, { ...python, ...changes }));

  it("initializes ahead, and restores for the first invocation, with the runtime's hooks around", async () => {
    const sandbox = await pythonFunction(hooked);
    assert.deepEqual(phases(sandbox), inited);
    assert.deepEqual(logLines(sandbox.events), ["before the snapshot\n"]);
    const first = await sandbox.invoke({});
    const second = await sandbox.invoke({});
    assert.deepEqual(first.payload, ["init", "before snapshot", "after restore", "invoke"]);
    assert.deepEqual([first.coldStart, second.coldStart], [true, false]);
    assert.equal(first.environmentId, second.environmentId);
    assert.deepEqual(phases(sandbox), [...inited, ...restored, ...invoked, ...invoked]);
    const types = sandbox.events.map(({ type }) => type);
    const after = sandbox.events.findIndex(({ record }) => record === "after the restore\n");
    assert.ok(types.indexOf("platform.restoreStart") < after);
    assert.ok(after < types.indexOf("platform.restoreRuntimeDone"));
  });

  it("reports the durations of init and restore where Lambda reports them", async () => {
    const sandbox = await pythonFunction(hook("time.sleep(0.2)"));
    const first = await sandbox.invoke({});
    const second = await sandbox.invoke({});
    const [start] = records(sandbox.events, "platform.initStart") as Record<string, unknown>[];
    assert.deepEqual([start?.initializationType, start?.phase], ["snap-start", "snap-start"]);
    const [restore] = records(sandbox.events, "platform.restoreReport");
    assert.deepEqual(restore, { status: "success", metrics: { durationMs: first.restoreDurationMs } });
    const { restoreDurationMs = 0, billedRestoreDurationMs = 0 } = first;
    assert.ok(billedRestoreDurationMs >= 200 && billedRestoreDurationMs <= restoreDurationMs + 1);
    const [report, warm] = records(sandbox.events, "platform.report").map(({ metrics = {} }) => metrics);
    assert.equal(report?.restoreDurationMs, restoreDurationMs);
    assert.equal(report?.billedRestoreDurationMs, billedRestoreDurationMs);
    assert.equal(report?.billedDurationMs, Math.ceil((report?.durationMs ?? 0) + billedRestoreDurationMs));
    assert.ok(report && !("initDurationMs" in report));
    assert.ok(warm && !("restoreDurationMs" in warm));
    assert.equal(second.restoreDurationMs, undefined);
  });

  it("serves credentials at an endpoint of the environment, to requests with the token", async () => {
    const definition = bench.pythonFunction(hooked, python);
    const platformEnvironment = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "example" };
    const sandbox = await bench.start(definition, { platformEnvironment });
    const variables = (await sandbox.invoke({ variables: true })).payload as Record<string, string>;
    const names = Object.keys(variables);
    for (const absent of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]) {
      assert.ok(!names.includes(absent), absent);
    }
    // Many environments start from one snapshot, so it cannot contain the name of their log stream.
    assert.ok(!names.some((name) => /^AWS_LAMBDA_LOG_(GROUP|STREAM)/.test(name)), names.join());
    assert.equal(variables.AWS_LAMBDA_INITIALIZATION_TYPE, "snap-start");
    const [refused, given] = (await sandbox.invoke({ credentials: true })).payload as [
      number,
      Record<string, string>,
    ];
    assert.equal(refused, 403);
    assert.deepEqual(
      [given.AccessKeyId, given.SecretAccessKey, given.Token],
      ["AKIDEXAMPLE", "example", "sandbox"],
    );
    assert.ok(Date.parse(given.Expiration ?? "") > Date.now());
  });

  it("breaks connections to the outside over the snapshot, and only those", async function () {
    const sandbox = await pythonFunction(hooked);
    if (sandbox.isolation.mode === "none") this.skip();
    assert.deepEqual((await sandbox.invoke({ connections: true })).payload, [true, "ConnectionResetError"]);
    await sandbox.shutdown();
  });

  it("throws an environment away whose restore fails, and fails its invocation", async () => {
    const sandbox = await pythonFunction(hook('raise ValueError("no entropy")'));
    const results = [await sandbox.invoke({}), await sandbox.invoke({})];
    for (const result of results) {
      assert.deepEqual([result.status, result.functionError], ["error", "Unhandled"]);
      assert.equal(errorOf(result).errorType, "SnapStartException");
      assert.match(errorOf(result).errorMessage ?? "", /no entropy/);
    }
    assert.notEqual(results[0]?.environmentId, results[1]?.environmentId);
    const failed = { status: "error", errorType: "Runtime.AfterRestoreError" };
    assert.deepEqual(records(sandbox.events, "platform.restoreRuntimeDone"), [failed, failed]);
    const [report] = records(sandbox.events, "platform.restoreReport");
    assert.deepEqual([report?.status, report?.errorType], ["error", "Runtime.AfterRestoreError"]);
    assert.deepEqual(records(sandbox.events, "platform.start"), []);
  });

  it("gives a restore ten seconds", async () => {
    const sandbox = await pythonFunction(hook("time.sleep(60)"));
    const result = await sandbox.invoke({});
    assert.equal(result.status, "timeout");
    assert.equal(errorOf(result).errorType, "SnapStartTimeoutException");
    assert.deepEqual(records(sandbox.events, "platform.restoreRuntimeDone"), [{ status: "timeout" }]);
  });

  it("restores another environment after an invocation that failed", async () => {
    const sandbox = await pythonFunction(hook("pass"), { timeoutSeconds: 1 });
    const late = await sandbox.invoke({ sleep: true });
    const next = await sandbox.invoke({});
    assert.deepEqual([late.status, next.status], ["timeout", "success"]);
    assert.equal(next.payload, "ran");
    assert.notEqual(next.environmentId, late.environmentId);
    assert.deepEqual(phases(sandbox), [
      ...[...inited, ...restored, ...invoked],
      ...[...inited, ...restored, ...invoked],
    ]);
  });

  it("does not take a snapshot of a function whose init phase or hook fails", async () => {
    const before = hook("pass").replaceAll("after_restore", "before_snapshot").replace("pass", "1 / 0");
    await assert.rejects(
      pythonFunction(before),
      /function hello: can't provision an environment: .*division/,
    );
    await assert.rejects(pythonFunction("1 / 0", { name: "broken" }), /function broken: .*division/);
  });

  it("snapshots an image's runtime that has no hooks once it is ready for an invocation", async () => {
    const source = `const at = Date.now(); exports.handler = async () => at;`;
    const sandbox = await bench.start(bench.nodeFunction(source, { ...kind, packageType: "Image" }));
    const before = Date.now();
    const first = await sandbox.invoke({});
    assert.ok((first.payload as number) < before);
    assert.deepEqual(phases(sandbox), [...inited, ...restored, ...invoked]);
  });

  it("refuses functions that do not support SnapStart", async () => {
    const definition = bench.pythonFunction(hooked, python);
    await assert.rejects(
      bench.start({ ...definition, version: "$LATEST" }),
      /function\.version: SnapStart needs a published version/,
    );
    for (const runtime of ["python3.11", "nodejs22.x", "provided.al2023"]) {
      await assert.rejects(
        bench.start({ ...definition, runtime }),
        new RegExp(`function\\.runtime: ${runtime} has no SnapStart`),
      );
    }
  });
});
