import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Role } from "@pulumi/aws/iam";
import { Parameter } from "@pulumi/aws/ssm";
import * as pulumi from "@pulumi/pulumi";
import { CloudWatchLogs, ObservedFunction, type ObservedFunctionArgs } from "../../../../index";
import { changes, trustPolicy, useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction } from "../setup/remoteComponents";

const fixed: ObservedFunctionArgs = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
  extension: { rotel: { version: 12 } },
  endpoint: "https://clickstack.example.com:4318",
};
const { Disable } = CloudWatchLogs;

/** Functions with many properties that are known only after other resources have been created. */
function functions(Observed: typeof ObservedFunction | typeof RemoteObservedFunction) {
  const made = new Parameter("made", { type: "String", value: "x" });
  const role = new Role("shared", { assumeRolePolicy: trustPolicy }).arn;
  const reference = pulumi.interpolate`\${${made.arn}}`;
  const variables = made.version.apply((version) => ({
    VERSION: `${version}`,
    ROTEL_ENV_FILE: "/opt/x.env",
  }));
  const args: Record<string, Partial<ObservedFunctionArgs>> = {
    header: { role, headers: { "x-key": reference } },
    plainHeader: { role, headers: { "x-key": made.arn } },
    madeRole: { headers: { "x-key": reference }, cloudWatchLogs: Disable },
    environment: {
      role,
      headers: { "x-key": reference },
      environment: { variables },
      secretArns: [made.arn],
    },
    settings: {
      settings: made.version.apply(() => ({ otlpExporterCompression: "none" })),
      ingestionKey: "hush",
    },
    quiet: { role, name: pulumi.interpolate`quiet-${made.version}`, cloudWatchLogs: Disable },
    quietLater: { role, endpoint: reference, cloudWatchLogs: Disable },
    retained: { logRetentionInDays: 7, secretArns: made.arn.apply((arn) => [arn]) },
    loud: { name: pulumi.interpolate`loud-${made.version}` },
  };
  return Object.entries(args).map(([name, more]) => new Observed(name, { ...fixed, ...more }).functionArn);
}

describe("update plans", () => {
  const surroundings = useSurroundings();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "update-plans-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const [way, Observed] of Object.entries({
    imported: ObservedFunction,
    "through the plugin": RemoteObservedFunction,
  })) {
    it(`${way}: hold, whatever is only known during the update`, async () => {
      const stack = await surroundings.stack({ program: async () => ({ all: functions(Observed) }) });
      const plan = join(folder, `${stack.name}.json`);
      const previewed = await stack.preview({ plan });
      const { create = 0, ...others } = previewed.changeSummary;
      assert.deepEqual(others, {});
      const updated = await stack.up({ plan });
      assert.deepEqual(changes(updated), { create });
      assert.deepEqual(changes(await stack.up()), {}, "nothing is left to do");
      await stack.destroy();
    });
  }
});
