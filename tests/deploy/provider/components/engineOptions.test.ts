import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction, LayerVersion, Permission } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../../../index";
import { type CliRun, CliStack } from "../../secrets/cli";
import { inlineHost, type LanguageHost } from "../../secrets/languageHosts";
import { region, trustPolicy, useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction, RemoteObserveStack } from "../setup/remoteComponents";

const ways = ["plain", "imported", "plugin", "observeStack", "ObserveStack"] as const;
type Way = (typeof ways)[number];

/** Values that change from one command to the next. */
interface Given {
  /** Whether functions are observed at all. */
  observe: boolean;
  memorySize: number;
  description: string;
}

const code = plainCode();

/** Two functions, each with a role of its own and a permission to call it. */
function program(way: Way, { observe, memorySize, description }: Given): Record<string, unknown> {
  const layer = new LayerVersion("extension", { layerName: "extension", code });
  const telemetry = {
    extension: { layerVersionArn: layer.arn },
    endpoint: "https://clickstack.example.com:4318",
    ingestionKey: pulumi.secret("hush"),
    cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
  };
  const opts: pulumi.CustomResourceOptions = {};
  if (observe && way === "observeStack") clickstack.observeStack(telemetry);
  if (observe && way === "ObserveStack") opts.dependsOn = new RemoteObserveStack("observed", telemetry);
  for (const name of ["orders", "billing"]) {
    const { arn: role } = new Role(name, { assumeRolePolicy: trustPolicy, description });
    const args = { runtime: "nodejs22.x", handler: "index.handler", code, role, memorySize };
    const make = {
      imported: () => new clickstack.ObservedFunction(name, { ...args, ...telemetry }).functionName,
      plugin: () => new RemoteObservedFunction(name, { ...args, ...telemetry }).functionName,
    };
    const isComponent = way === "imported" || way === "plugin";
    const made = isComponent ? make[way]() : new LambdaFunction(name, args, opts).name;
    const principal = "events.amazonaws.com";
    new Permission(name, { action: "lambda:InvokeFunction", function: made, principal });
  }
  return { layer: layer.arn };
}

/** A stack for one of the ways to observe, driven by the CLI. */
class DrivenStack {
  public readonly given: Given = { observe: true, memorySize: 128, description: "a" };
  private constructor(
    private readonly stack: CliStack,
    private readonly host: LanguageHost,
  ) {}

  public static async start(way: Way, stack: CliStack): Promise<DrivenStack> {
    const host = await inlineHost(async () => program(way, driven.given));
    const driven = new DrivenStack(stack, host);
    await stack.run(["stack", "init", "--secrets-provider", stack.secretsProvider]);
    await stack.run(["config", "set", "--plaintext", "aws:region", region]);
    return driven;
  }

  /** Runs a command of the CLI, which must succeed. */
  public async run(command: string, ...options: string[]): Promise<CliRun & { operations: string[] }> {
    const run = await this.try(command, ...options);
    assert.equal(run.code, 0, `${command} ${options.join(" ")}: ${run.stdout}\n${run.stderr}`);
    return run;
  }

  public async try(command: string, ...options: string[]): Promise<CliRun & { operations: string[] }> {
    const events = join(this.stack.directory, "written/events.json");
    rmSync(events, { force: true });
    const log =
      command === "preview" ? ["--json"] : ["--yes", "--skip-preview", "--event-log=written/events.json"];
    const run = await this.stack.run([command, `--client=${this.host.address}`, ...log, ...options]);
    return { ...run, operations: existsSync(events) ? operations(readFileSync(events, "utf8")) : [] };
  }

  public stop(): Promise<void> {
    return this.host.stop();
  }
}

/** The engine's operations on resources, by their types and names, without the package's components. */
function operations(events: string): string[] {
  const steps = events
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line).resourcePreEvent?.metadata)
    .filter((step) => step !== undefined && !["same", "read", "refresh"].includes(step.op))
    .filter(({ urn }) => /^urn:pulumi:[^:]+::[^:]+::(\S+\$)?aws:/.test(urn));
  return steps.map(({ op, urn }) => `${op} ${shortened(urn)}`);
}

function shortened(urn: string): string {
  const [types = "", name] = urn.split("::").slice(2);
  return `${types.split("$").at(-1)?.split(":").at(-1)} ${name}`;
}

/** The URN for `--target` and similar options, whichever component created the resource. */
const theFunction = (name: string) => `**aws:lambda/function:Function::${name}`;

describe("options of the engine", function () {
  this.timeout(1_200_000);
  const surroundings = useSurroundings();
  const found = {} as Record<Way, Record<string, string[]>>;

  for (const way of ways) {
    it(`${way}: --target, --exclude, --refresh and --replace do what they do to plain functions`, async () => {
      const name = `options-${ways.indexOf(way)}`;
      const stack = await DrivenStack.start(way, new CliStack(surroundings.engine, name));
      try {
        if (way === "observeStack" || way === "ObserveStack") await adopt(stack, way);
        else await stack.run("up");

        stack.given.memorySize = 256;
        const { stdout } = await stack.run("preview", "--target", theFunction("orders"));
        const steps: { op: string; urn: string }[] = JSON.parse(stdout).steps;
        const previewed = steps
          .filter(({ op }) => op !== "same")
          .map(({ op, urn }) => `${op} ${shortened(urn)}`);
        const target = await stack.run("up", "--target", theFunction("orders"));
        const exclude = await stack.run("up", "--refresh", "--exclude", theFunction("orders"));
        stack.given.description = "b";
        const role = "**aws:iam/role:Role::orders";
        const dependents = await stack.run("up", "--target", role, "--target-dependents");
        const replace = await stack.run("up", "--replace", theFunction("orders"));
        found[way] = {
          previewed,
          target: target.operations,
          exclude: exclude.operations,
          dependents: dependents.operations,
          replace: replace.operations,
        };
        assertOrder((await stack.run("destroy")).operations, way);
      } finally {
        await stack.stop();
      }
      assert.deepEqual(expected(found[way]), expected(found.plain), "the same as with plain functions");
    });
  }

  /** Changes plain functions to observed ones. */
  async function adopt(stack: DrivenStack, way: Way): Promise<void> {
    stack.given.observe = false;
    await stack.run("up");
    stack.given.observe = true;
    const missing = await stack.try("up", "--target", theFunction("orders"));
    assert.notEqual(missing.code, 0, "what the function needs is not there yet, and not a target");
    const need =
      way === "observeStack"
        ? /::(orders-)?clickstack-(ingestion-key|secrets|no-logs)/
        : /ObserveStack::observed'/;
    assert.match(missing.stdout, need);
    assert.match(missing.stdout, /not specified in --target list/);
    // The engine already knows every function in the state before the program registers it.
    const adopted = await stack.run("up", "--refresh");
    assert.ok(adopted.operations.includes("update Function orders"));
  }

  /** The statement that denies logs follows the newly generated name of a function without an explicit name. */
  function expected(steps: Record<string, string[]>): Record<string, string[]> {
    const own = (step: string) => !/-no-logs$/.test(step);
    return Object.fromEntries(Object.entries(steps).map(([title, all]) => [title, all.filter(own).sort()]));
  }

  /** The function is deleted before its dependencies, and the policies of a role before the role. */
  function assertOrder(destroyed: readonly string[], way: Way): void {
    const order = (step: RegExp) => destroyed.flatMap((one, i) => (step.test(one) ? [i] : []));
    const [made] = order(/^delete Function orders$/);
    const [role] = order(/^delete Role orders$/);
    const needs = order(/^delete (RolePolicy orders.*-secrets|Secret (orders|clickstack|observed))/);
    const policies = order(/^delete RolePolicy orders/);
    assert.equal(needs.length, way === "plain" ? 0 : 2, destroyed.join(", "));
    assert.ok(
      [role, ...needs].every((later = -1) => later > (made ?? 0)),
      destroyed.join(", "),
    );
    assert.ok(
      policies.every((earlier) => earlier < (role ?? 0)),
      destroyed.join(", "),
    );
  }
});
