import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AwsClients } from "../../../cli/aws/clients";
import type { Clock } from "../../../cli/aws/pace";
import { recordVariable } from "../../../cli/plan/record";
import { awsControlPlane } from "../../../cli/run/controlPlane";
import {
  type PlayedControlPlane,
  type PlayedRequest,
  startPlayedControlPlane,
} from "../../../sandbox/controlPlane/playedControlPlane";
import { Refusal } from "../../../sandbox/controlPlane/playedFunction";
import { playedCredentials, runCli } from "./cliRun";

const regions = ["eu-west-1", "us-east-1", "ap-south-1"];
const account = "123456789012";
const layer = (region: string, name: string, version = 1) =>
  `arn:aws:lambda:${region}:${account}:layer:${name}:${version}`;
const telemetry = [
  ...["--endpoint", "https://clickstack.example.com:4318", "--rotel", "12"],
  ...["--secret", `arn:aws:secretsmanager:eu-west-1:${account}:secret:key-AbC123`],
];

/** The control plane's functions and policies as text, without values that every update changes. */
function snapshot(plane: PlayedControlPlane): Record<string, string> {
  const functions = [...plane.functions].map(([key, { configuration, tags }]) => {
    const { RevisionId: _revision, LastModified: _modified, ...rest } = configuration;
    return [key, JSON.stringify([Object.entries(rest).sort(), tags])];
  });
  const roles = [...plane.roles].map(([name, policies]) => [`role/${name}`, JSON.stringify([...policies])]);
  return Object.fromEntries([...functions, ...roles]);
}

describe("the command line with a fleet", () => {
  let plane: PlayedControlPlane;
  let restore: () => void;
  let fault: ((request: PlayedRequest) => "unanswered" | undefined) | undefined;

  beforeEach(async () => {
    restore = playedCredentials();
    fault = undefined;
    plane = await startPlayedControlPlane({ fault: (request) => fault?.(request) });
  });
  afterEach(async () => {
    await plane.stop();
    restore();
  });

  const cli = (...args: string[]) =>
    runCli([
      ...args,
      "--regions",
      regions.join(),
      "--endpoint-url",
      plane.endpoint,
      "--requests-per-second",
      "1000",
    ]);
  const countIn = (region: string) => (operation: string) => plane.counts.get(`${region} ${operation}`) ?? 0;
  const fill = (count: number) => {
    for (let index = 0; index < count; index++) {
      const region = regions[index % regions.length] ?? "";
      const layers = [{ Arn: layer(region, "own") }, { Arn: layer(region, "shared", 4) }].slice(0, index % 3);
      plane.add(region, `f${index}`, {
        Runtime: ["nodejs22.x", "python3.13", "java21"][index % 3] ?? "",
        ...(layers.length > 0 && { Layers: layers }),
        ...(index % 4 > 0 && { Environment: { Variables: { INDEX: String(index) } } }),
      });
    }
  };

  it("changes what can be changed, leaves the rest as it was and names it, and takes everything back", async () => {
    fill(120);
    const [full, denied, changed, stuck, deleted, throttled] = ["f10", "f20", "f30", "f40", "f50", "f60"];
    const five = ["a", "b", "c", "d", "e"].map((name) => ({ Arn: layer("us-east-1", name) }));
    plane.add("us-east-1", String(full), { Layers: five });
    const before = snapshot(plane);
    let interfered = false;
    fault = ({ operation, target }) => {
      if (operation === "PutRolePolicy" && target === denied)
        throw new Refusal(403, "AccessDenied", "not allowed");
      if (operation !== "UpdateFunctionConfiguration") return undefined;
      const stored = [...plane.functions.values()].find((one) => one.configuration.FunctionName === target);
      if (target === changed && stored && !interfered) {
        interfered = true;
        stored.configuration = {
          ...stored.configuration,
          Environment: { Variables: { BY: "another" } },
          RevisionId: "another",
        };
      }
      if (target === deleted) plane.functions.delete(`${stored?.region}/${deleted}`);
      if (target === throttled) throw new Refusal(429, "TooManyRequestsException", "Rate exceeded");
      if (target === stuck)
        throw new Refusal(409, "ResourceConflictException", "An update is in progress for resource");
      return undefined;
    };
    const run = await cli("instrument", "f*", ...telemetry, "--yes", "--json");
    const report = JSON.parse(run.out) as {
      functions: { name: string; result: string; reasons: string[] }[];
      counts: object;
    };
    assert.equal(run.code, 4, run.err);
    assert.deepEqual(report.counts, { changed: 114, restored: 5, skipped: 1 });
    const reasons = Object.fromEntries(
      report.functions.filter((one) => one.reasons.length > 0).map((one) => [one.name, one.reasons.join()]),
    );
    assert.match(reasons[String(full)] ?? "", /5 layers of its own/);
    assert.match(reasons[String(denied)] ?? "", /AccessDenied/);
    assert.match(reasons[String(changed)] ?? "", /PreconditionFailedException.*request id/);
    assert.match(reasons[String(stuck)] ?? "", /An update is in progress/);
    assert.match(reasons[String(deleted)] ?? "", /ResourceNotFoundException/);
    assert.match(reasons[String(throttled)] ?? "", /TooManyRequestsException/);

    const after = snapshot(plane);
    for (const name of [full, denied, stuck, throttled]) {
      const key =
        Object.keys(before).find((one) => one.endsWith(`/${name}`) && !one.startsWith("role/")) ?? "";
      assert.equal(after[key], before[key], name);
    }
    for (const name of [full, denied, changed, stuck, deleted, throttled]) {
      assert.equal(after[`role/${name}`], before[`role/${name}`], `role of ${name}`);
    }
    assert.match(after["eu-west-1/f30"] ?? "", /another/);
    const observed = [...plane.functions.values()].filter(
      (one) => recordVariable in (one.configuration.Environment?.Variables ?? {}),
    );
    assert.equal(observed.length, 114);

    fault = undefined;
    const restored = await cli("uninstrument", "--all", "--yes");
    assert.equal(restored.code, 0, restored.out);
    const end = snapshot(plane);
    for (const key of Object.keys(before)) {
      if (key !== "eu-west-1/f30" && !key.endsWith("-1/f50")) assert.equal(end[key], before[key], key);
    }
  });

  it("waits if IAM shows changes late, so that the next command sees them", async () => {
    plane.iamLagMs = 1500;
    fill(9);
    const before = snapshot(plane);
    const all = async (...args: string[]) => {
      const { code, out, err } = await cli(...args, "--all", "--yes", "--json");
      assert.equal(code, 0, out);
      assert.doesNotMatch(err, /IAM/);
      return JSON.parse(out).counts;
    };
    const instrument = ["instrument", ...telemetry];
    assert.deepEqual(await all(...instrument), { changed: 9 });
    const observed = snapshot(plane);
    assert.deepEqual(await all(...instrument), { unchanged: 9 });
    assert.deepEqual(await all("uninstrument"), { changed: 9 });
    assert.deepEqual(snapshot(plane), before);
    assert.deepEqual(await all(...instrument), { changed: 9 });
    assert.deepEqual(snapshot(plane), observed);
  });

  it("names a policy that IAM does not show in time, and does not wait for policies that it may not read", async () => {
    const [region = ""] = regions;
    const { configuration } = plane.add(region, "orders");
    const of = { role: configuration.Role, region };
    const written = { name: "policy", document: '{"Statement":[]}' };
    let time = 0;
    const clock: Clock = {
      now: () => time,
      sleep: async (milliseconds) => {
        time += milliseconds;
      },
    };
    const clients = new AwsClients({ endpoint: plane.endpoint, requestsPerSecond: 1000 });
    try {
      const aws = awsControlPlane(clients);
      assert.equal(await aws.untilShown(clock), undefined);
      plane.iamLagMs = 3_600_000;
      await aws.writePolicy(of, written);
      assert.deepEqual(await aws.untilShown(clock), { of, ...written });
      assert.equal(time, 30_000);
      fault = ({ operation }) => {
        if (operation === "GetRolePolicy") throw new Refusal(403, "AccessDenied", "not allowed");
        return undefined;
      };
      assert.equal(await aws.untilShown(clock), undefined);
    } finally {
      await clients.destroy();
    }
  });

  it("does right by the functions that users of other tools reported", async () => {
    const names = ["arm", "busy", "filtered", "image", "large", "long", "old", "owned", "slow", "stacked"];
    const more: Record<string, Parameters<PlayedControlPlane["add"]>[2]> = {
      arm: { Architectures: ["arm64"] },
      image: { Runtime: undefined, PackageType: "Image", Environment: { Variables: { CMD: "a.b" } } },
      long: { Environment: { Variables: { LONG: "x".repeat(3900) } } },
      old: { Runtime: "nodejs12.x" },
      owned: { Environment: { Variables: { STAGE: "live" } } },
    };
    for (const name of names) plane.add("eu-west-1", name, more[name]);
    plane.add("eu-west-1", "stacked", {}, { "aws:cloudformation:stack-name": "shop" });
    const before = snapshot(plane);
    const seen = new Map<string, number>();
    fault = ({ operation, target }) => {
      const key = `${operation} ${target}`;
      seen.set(key, (seen.get(key) ?? 0) + 1);
      const isFirst = seen.get(key) === 1;
      if (key === "UpdateFunctionConfiguration large") {
        const text =
          "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes.";
        throw new Refusal(400, "InvalidParameterValueException", text);
      }
      if (key === "UpdateFunctionConfiguration slow" && isFirst)
        throw new Refusal(429, "TooManyRequestsException", "Rate exceeded");
      if (key === "UpdateFunctionConfiguration busy" && isFirst)
        throw new Refusal(409, "ResourceConflictException", "An update is in progress for resource");
      return undefined;
    };
    const run = await cli("instrument", ...names, ...telemetry, "--trace", "adot", "--yes", "--json");
    const { functions } = JSON.parse(run.out) as {
      functions: { name: string; result: string; reasons: string[] }[];
    };
    const results = Object.fromEntries(functions.map(({ name, result }) => [name, result]));
    assert.deepEqual(results, {
      ...{ arm: "changed", busy: "changed", filtered: "changed", owned: "changed", slow: "changed" },
      ...{ image: "skipped", long: "skipped", old: "skipped", stacked: "skipped", large: "restored" },
    });
    const reasons = Object.fromEntries(functions.map(({ name, reasons: found }) => [name, found.join()]));
    assert.match(reasons.large ?? "", /exceeds the maximum allowed size of 262144000 bytes.*request id/);
    assert.match(reasons.long ?? "", /Lambda allows 4096/);
    assert.match(reasons.old ?? "", /nodejs12\.x is retired/);
    assert.match(reasons.image ?? "", /container images cannot have layers/);
    assert.match(reasons.stacked ?? "", /CloudFormation stack shop, whose next deployment would undo/);
    const stored = (name: string) => plane.functions.get(`eu-west-1/${name}`)?.configuration;
    assert.match(JSON.stringify(stored("arm")?.Layers), /rotel-extension-arm64/);
    assert.match(JSON.stringify(stored("owned")?.Layers), /rotel-extension-amd64/);
    assert.equal(stored("owned")?.Environment?.Variables?.STAGE, "live");
    assert.ok(stored("owned")?.Environment?.Variables?.AWS_LAMBDA_EXEC_WRAPPER);
    const untouched = snapshot(plane);
    for (const name of ["image", "large", "long", "old", "stacked"])
      assert.equal(untouched[`eu-west-1/${name}`], before[`eu-west-1/${name}`], name);
    // It ignores log groups, with or without subscription filters.
    const asked = [...plane.counts.keys()].filter((key) => !/Function|Polic(y|ies)|Tags|Layer/.test(key));
    assert.deepEqual(asked, []);
    fault = undefined;
    assert.equal((await cli("uninstrument", ...names, "--yes")).code, 0);
    assert.deepEqual(snapshot(plane), before);
  });

  it("reverts a change that Lambda could not apply", async () => {
    plane.add("eu-west-1", "orders", { Environment: { Variables: { STAGE: "live" } } });
    plane.updateMs = 60_000;
    const before = snapshot(plane);
    let updates = 0;
    fault = ({ operation }) => {
      if (operation === "UpdateFunctionConfiguration") updates += 1;
      const stored = plane.functions.get("eu-west-1/orders");
      if (operation === "GetFunction" && updates === 1 && stored?.settledAt !== undefined) {
        stored.settledAt = undefined;
        stored.configuration = {
          ...stored.configuration,
          LastUpdateStatus: "Failed",
          LastUpdateStatusReason: "no subnet",
        };
        plane.updateMs = 0;
      }
      return undefined;
    };
    const { code, out } = await cli("instrument", "orders", ...telemetry, "--yes");
    assert.equal(code, 4);
    assert.match(out, /restored orders \(eu-west-1\): Lambda could not carry out the update: no subnet/);
    assert.deepEqual(snapshot(plane), before);
  });

  it("has done a function wholly or not at all whenever its process is killed, and completes it when it is run again", async function () {
    this.timeout(300_000);
    // The published form starts in a quarter of the time.
    const program = join(__dirname, "../../../dist/cli/main.js");
    const all = ["instrument", "--all", ...telemetry, "--yes", "--concurrency", "1"];
    const place = ["--endpoint-url", plane.endpoint, "--requests-per-second", "1000"];
    const killedIn = new Map<string, number>();
    for (let point = 1; point <= 20; point++) {
      plane.functions.clear();
      plane.roles.clear();
      plane.counts.clear();
      fill(4);
      const before = snapshot(plane);
      let seen = 0;
      const child = spawn(process.execPath, [program, ...all, "--regions", regions.join(), ...place], {
        stdio: "ignore",
      });
      const closed = once(child, "close");
      // The request is carried out, but its response is lost.
      fault = ({ operation }) => {
        seen += 1;
        if (seen !== point) return undefined;
        killedIn.set(operation, (killedIn.get(operation) ?? 0) + 1);
        child.kill("SIGKILL");
        return undefined;
      };
      assert.deepEqual(await closed, [null, "SIGKILL"], `${point}`);
      fault = undefined;
      for (const [key, { configuration }] of plane.functions) {
        const isObserved = recordVariable in (configuration.Environment?.Variables ?? {});
        const hasLayer = JSON.stringify(configuration.Layers ?? []).includes("rotel-extension");
        assert.equal(isObserved, hasLayer, `${key} at ${point}`);
        if (isObserved) assert.equal(plane.roles.get(configuration.FunctionName)?.size, 1);
      }
      const again = await cli("instrument", "--all", ...telemetry, "--yes");
      assert.equal(again.code, 0, `${point}: ${again.out}`);
      for (const { configuration } of plane.functions.values()) {
        assert.ok(recordVariable in (configuration.Environment?.Variables ?? {}));
        assert.equal(plane.roles.get(configuration.FunctionName)?.size, 1);
      }
      await cli("uninstrument", "--all", "--yes");
      assert.deepEqual(snapshot(plane), before);
    }
    for (const operation of ["ListFunctions", "PutRolePolicy", "UpdateFunctionConfiguration"])
      assert.ok((killedIn.get(operation) ?? 0) > 0, `${operation}: ${JSON.stringify([...killedIn])}`);
  });

  it("says where an interrupted run left a policy, and removes it", async () => {
    fill(1);
    const before = snapshot(plane);
    plane.roles.get("f0")?.set("clickstack-lambda-eu-west-1-f0", "{}");
    assert.equal((await cli("uninstrument", "f0", "--yes")).code, 0);
    assert.deepEqual(snapshot(plane), before);
  });

  it("selects by name, ARN, pattern, tag, runtime and stack", async () => {
    fill(6);
    plane.add("us-east-1", "tagged", {}, { team: "shop", "aws:cloudformation:stack-name": "prod" });
    const selected = async (...args: string[]) => {
      const { out } = await cli(
        "instrument",
        ...args,
        ...telemetry,
        "--dry-run",
        "--include-managed",
        "--json",
      );
      const { functions, failures } = JSON.parse(out) as Record<string, { name: string; region: string }[]>;
      return [...(functions ?? []), ...(failures ?? [])].map(({ name, region }) => `${name}@${region}`);
    };
    assert.deepEqual(await selected("f0"), ["f0@eu-west-1"]);
    assert.deepEqual(await selected(`arn:aws:lambda:us-east-1:${account}:function:f1`), ["f1@us-east-1"]);
    assert.deepEqual(await selected("f*", "--exclude", "f[0-9]", "--exclude", "f1"), [
      "f0@eu-west-1",
      "f3@eu-west-1",
      "f4@us-east-1",
      "f2@ap-south-1",
      "f5@ap-south-1",
    ]);
    assert.deepEqual(await selected("--tag", "team=sh*"), ["tagged@us-east-1"]);
    assert.deepEqual(await selected("--stack", "prod"), ["tagged@us-east-1"]);
    assert.deepEqual(await selected("--runtime", "java*"), ["f2@ap-south-1", "f5@ap-south-1"]);
    assert.deepEqual(await selected("missing", "f0"), ["f0@eu-west-1", `missing@${regions.join(", ")}`]);
  });

  it("shows which functions are observed, and how, without a request per function", async () => {
    for (const name of ["bare", "done", "broken", "other"]) plane.add("eu-west-1", name);
    const rotel = [{ Arn: "arn:aws:lambda:eu-west-1:418653438961:layer:rotel-extension-amd64:9" }];
    plane.add("eu-west-1", "other", { Layers: rotel });
    plane.add("us-east-1", "image", { Runtime: undefined, PackageType: "Image" });
    await cli("instrument", "done", "broken", ...telemetry, "--yes");
    const broken = plane.functions.get("eu-west-1/broken");
    if (broken) broken.configuration.Layers = undefined;
    plane.counts.clear();
    const { code, out } = await cli("status");
    assert.equal(code, 0);
    assert.deepEqual(
      out
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => line.trim().split(/ {2,}/).join("|")),
      [
        "bare|eu-west-1|nodejs22.x|none",
        "broken|eu-west-1|nodejs22.x|incomplete|run instrument again, or uninstrument",
        "done|eu-west-1|nodejs22.x|command|rotel-extension-amd64:12",
        "other|eu-west-1|nodejs22.x|other|rotel-extension-amd64:9",
        "image|us-east-1|container image|none",
        "3 of 5 functions are observed",
      ],
    );
    assert.deepEqual([...plane.counts.keys()].sort(), regions.map((one) => `${one} ListFunctions`).sort());
    const json = JSON.parse((await cli("status", "done", "missing", "--json")).out);
    assert.deepEqual(json.functions[0].observed, "command");
    assert.equal(json.failures[0].name, "missing");
  });

  it("instruments a fleet that a file describes, and shows afterwards what differs from it", async () => {
    fill(6);
    const directory = mkdtempSync(join(tmpdir(), "cli-fleet-"));
    const file = join(directory, "observability.yaml");
    const from = (...args: string[]) => cli("instrument", "--from", file, ...args);
    try {
      writeFileSync(
        file,
        `defaults:
  endpoint: https://clickstack.example.com:4318
  rotel: 12
  attribute: { team: shop }
functions:
  - names: [f0, f1]
    attribute: { tier: gold }
    flush-mode: end
  - runtime: java*
  - names: "f*"
    exclude: f4
`,
      );
      const first = await from("--yes");
      assert.deepEqual([first.code, first.out.split("\n").at(-2)], [0, "5 changed"], first.out + first.err);
      const variables = (key: string) => plane.functions.get(key)?.configuration.Environment?.Variables ?? {};
      assert.equal(variables("eu-west-1/f0").ROTEL_OTEL_RESOURCE_ATTRIBUTES, "team=shop,tier=gold");
      assert.equal(variables("us-east-1/f1").CLICKSTACK_FLUSH_MODE, "end");
      assert.equal(variables("ap-south-1/f2").ROTEL_OTEL_RESOURCE_ATTRIBUTES, "team=shop");
      assert.ok(!(recordVariable in variables("us-east-1/f4")));
      assert.deepEqual(await from("--dry-run"), { code: 0, out: "5 unchanged\n", err: "" });
      const changed = plane.functions.get("eu-west-1/f0")?.configuration.Environment?.Variables ?? {};
      changed.CLICKSTACK_FLUSH_MODE = "auto";
      const drift = await from("--dry-run");
      assert.equal(drift.code, 7);
      assert.match(
        drift.out,
        /f0 \(eu-west-1\) {2}differs from .*\n {2}~ variable CLICKSTACK_FLUSH_MODE=end\n/,
      );
      const wrong: [string, RegExp][] = [
        ["functions: []", /functions: must be a list of selections/],
        [
          "functions: [{ names: f0, endpint: x }]",
          /functions\[0\]: has no key "endpint"\. Did you mean endpoint\?/,
        ],
        ["functions: [{ names: 7 }]", /functions\[0\]\.names: must be a list of strings/],
        ["functions: [{ names: f0, header: a }]", /functions\[0\]\.header: must be a map/],
        ["functions: [{ names: f0, endpoint: [a] }]", /functions\[0\]\.endpoint: must be a string/],
        ["a: [", /cannot be read as YAML/],
      ];
      for (const [text, message] of wrong) {
        writeFileSync(file, text);
        const { code, err } = await from("--yes");
        assert.equal(code, 2, err);
        assert.match(err, message);
      }
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  it("pages through many functions and their tags, and reads tags one by one if it may not list them", async () => {
    const stack = { "aws:cloudformation:stack-name": "shop" };
    for (let index = 0; index < 130; index++) plane.add("eu-west-1", `f${index}`, {}, { team: "shop" });
    plane.add("eu-west-1", "stacked", {}, stack);
    const dryRun = ["instrument", "--all", ...telemetry, "--dry-run", "--json"];
    const { out, err } = await cli(...dryRun);
    assert.deepEqual([JSON.parse(out).counts, err], [{ planned: 130, skipped: 1 }, ""]);
    const counted = () => ["ListFunctions", "GetResources", "GetFunction"].map(countIn("eu-west-1"));
    assert.deepEqual(counted(), [3, 2, 0]);
    plane.counts.clear();
    fault = ({ operation, region }) => {
      if (operation === "GetResources" && region === "eu-west-1")
        throw new Refusal(400, "AccessDeniedException", "tag:GetResources is not allowed");
      return undefined;
    };
    const denied = await cli(...dryRun);
    assert.equal(denied.out, out);
    assert.match(
      denied.err,
      /^tags are read function by function.* in eu-west-1: AccessDeniedException: .*Allow tag:GetResources\n$/,
    );
    assert.deepEqual(counted(), [3, 1, 131]);
  });
});

describe("the command line's manners", () => {
  let plane: PlayedControlPlane;
  let restore: () => void;
  before(async () => {
    restore = playedCredentials();
    plane = await startPlayedControlPlane();
    plane.add("eu-west-1", "orders");
  });
  after(async () => {
    await plane.stop();
    restore();
  });
  const common = () => ["--regions", "eu-west-1", "--endpoint-url", plane.endpoint];
  const instrument = () => ["instrument", "orders", ...telemetry, ...common()];

  it("asks before it changes, and changes only for a yes", async () => {
    const declined = await runCli(instrument(), { input: "no\n" });
    assert.deepEqual([declined.code, declined.out], [6, ""]);
    assert.match(declined.err, /\+ layer .*Instrument 1 functions\? \[y\/N\]/s);
    const dry = await runCli([...instrument(), "--dry-run"]);
    assert.equal(dry.code, 7);
    assert.match(dry.out, /1 planned\n$/);
    const unasked = await runCli(instrument());
    assert.equal(unasked.code, 2);
    assert.match(unasked.err, /pass --yes or --dry-run/);
    assert.ok(![...plane.counts.keys()].some((key) => /Update|Put/.test(key)));
    assert.equal((await runCli(instrument(), { input: "y\n" })).code, 0);
  });

  it("uses colours only on a terminal, and not with NO_COLOR", async () => {
    const dry = ["uninstrument", "orders", ...common(), "--dry-run"];
    const colour = "\u001b[";
    assert.ok((await runCli(dry, { isTTY: true })).out.includes(colour));
    assert.ok(!(await runCli(dry, { isTTY: true, environment: { NO_COLOR: "1" } })).out.includes(colour));
    assert.ok(!(await runCli(dry)).out.includes(colour));
  });

  it("exits with its own code for usage errors, before AWS is asked", async () => {
    const requests = [...plane.counts.values()].length;
    const wrong: [string[], RegExp][] = [
      [["instrument", ...telemetry], /no function is selected/],
      [["instrument", "--all", "f", ...telemetry, "--yes"], /--all selects every function/],
      [["instrument", "a b", ...telemetry, "--yes"], /"a b" is not the name or ARN of a function/],
      [["instrument", "f", "--rotel", "1", "--endpoint", "nowhere", "--yes"], /endpoint: needs a scheme/],
      [
        ["instrument", "f", "--endpoint", "https://x:4318", "--layers", "/nowhere.json", "--yes"],
        /cannot be read as JSON: ENOENT/,
      ],
      [["instrument", "f", ...telemetry, "--header", "hush", "--yes"], /--header: write name=value/],
      [
        ["instrument", "f", ...telemetry, "--header", "Authorization=hush", "--yes"],
        /--header Authorization holds a key in plain text.*pass --header 'Authorization=\$\{<ARN>\}'/,
      ],
      [
        [
          "instrument",
          "f",
          ...telemetry,
          "--setting",
          "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS=x-api-key=hush",
          "--yes",
        ],
        /--setting ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS holds a key/,
      ],
      [
        ["instrument", "f", "--rotel", "1", "--setting", "clickhouseExporterPassword=hush", "--yes"],
        /--setting clickhouseExporterPassword holds a key/,
      ],
      [
        ["instrument", "f", "--rotel", "1", "--endpoint", "https://me:hush@x", "--yes"],
        /--endpoint holds a key/,
      ],
      [["instrument", "f", ...telemetry, "--yes"], /no region is given/],
      [["instrument", "f", ...telemetry, "--regions", "eu-west-9", "--yes"], /the regions are not valid/],
      [["instrument", "f", "--unknown"], /unknown option '--unknown'/],
      [["instrument", "f", ...telemetry, "--concurrency", "0"], /whole number of 1 or more/],
    ];
    for (const [args, message] of wrong) {
      const { code, out, err } = await runCli(args);
      assert.deepEqual([code, out], [2, ""], args.join(" "));
      assert.match(err, message);
      assert.ok(!err.includes("hush"));
    }
    assert.equal([...plane.counts.values()].length, requests);
  });

  it("shows its help and version, with examples and exit codes", async () => {
    const help = await runCli(["--help"]);
    assert.deepEqual([help.code, help.err], [0, ""]);
    assert.match(help.out, /Exit codes:\n {2}0 /);
    assert.match((await runCli(["instrument", "--help"])).out, /Examples:\n {2}# /);
    assert.match((await runCli(["--version"])).out, /^\d+\.\d+\.\d+/);
  });

  it("completes commands and options in a shell", async () => {
    const { out } = await runCli(["completion", "bash"]);
    const completed = (...words: string[]) => {
      const line = `COMP_WORDS=(clickstack-lambda ${words.join(" ")}); COMP_CWORD=${words.length}; _clickstack_lambda; echo "\${COMPREPLY[@]}"`;
      return execFileSync("bash", ["-c", `${out}\n${line}`], { encoding: "utf8" }).trim();
    };
    assert.equal(completed("inst"), "instrument");
    assert.equal(completed("layers", "pu"), "publish");
    assert.equal(completed("tail", "orders", "--fol"), "--follow");
    assert.match(
      (await runCli(["completion", "fish"])).out,
      /__fish_seen_subcommand_from layers; and .*publish' -l public/,
    );
    assert.match((await runCli(["completion", "zsh"])).out, /^autoload -U \+X bashcompinit/);
    assert.equal((await runCli(["completion", "cmd"])).code, 2);
  });
});
