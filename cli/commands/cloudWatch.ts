import type { Command } from "commander";
import pMap from "p-map";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { setRetention } from "../aws/logGroups";
import { functionsWithRows } from "../clickhouse/arrivals";
import { type ClickHouseOptions, requiredClickHouse } from "../clickhouse/connection";
import { planDenial, planPermission, retentionOf } from "../plan/cloudWatch";
import { durationMs } from "../plan/duration";
import type { ExitCode } from "../plan/exitCodes";
import type { FunctionState } from "../plan/functionState";
import type { FunctionResult, Planner } from "../run/changeFleet";
import type { Terminal } from "../terminal/terminal";
import { runFleet } from "./fleet";
import { withExamples } from "./help";
import { type FleetOptions, withChange, withClickHouse, withCommonOptions, withSelection } from "./options";
import { withReader } from "./tail";

/** The options of `cloudwatch disable`. */
export interface DisableOptions extends FleetOptions, ClickHouseOptions {
  since: string;
  retention?: string;
}

/** `cloudwatch disable` and `cloudwatch enable`: whether functions write to CloudWatch Logs. */
export function cloudWatchCommand(parent: Command): { disable: Command; enable: Command } {
  const group = parent
    .command("cloudwatch")
    .summary("whether functions write to CloudWatch Logs")
    .description("Denies functions' roles to write to their log groups, or allows it again.");
  const disable = group
    .command("disable")
    .description(
      "Denies the role of each function access to its log group, with the policy that ObservedFunction uses. A function without recent log records in ClickHouse is skipped. IAM takes some minutes, and running execution environments continue to write.",
    )
    .option("--since <duration>", "how old a function's newest rows in ClickHouse may be", "1h")
    .option("--retention <days>", "days that the log groups keep their contents; `enable` does not undo it");
  withClickHouse(withCommonOptions(withChange(withSelection(disable))));
  withExamples(disable, [
    {
      about: "Functions of a team whose logs arrive; existing logs are kept for a week",
      call: "cloudwatch disable --tag team=shop --clickhouse https://clickhouse.example.com:8443 --retention 7",
    },
  ]);
  const enable = group.command("enable").description("Undoes `cloudwatch disable`.");
  withCommonOptions(withChange(withSelection(enable)));
  withExamples(enable, [{ about: "One function", call: "cloudwatch enable orders" }]);
  return { disable, enable };
}

/** Runs `cloudwatch disable`. */
export async function runDisable(
  terminal: Terminal,
  names: readonly string[],
  options: DisableOptions,
): Promise<ExitCode> {
  const place = requiredClickHouse(options, terminal.environment);
  const since = Date.now() - durationMs(options.since, "--since");
  const days = options.retention === undefined ? undefined : retentionOf(options.retention);
  const arrived = await withReader(place, (reader) => functionsWithRows(reader, since));
  const hasRows = ({ region, name }: FunctionState) =>
    arrived.has(`${region} ${name}`) || arrived.has(` ${name}`);
  const planner: Planner = {
    plan: (of, policies) =>
      planDenial(of, { policies, hasRows: hasRows(of), changesManaged: options.includeManaged ?? false }),
    readsPolicies: ({ kind }) => kind !== "skipped",
  };
  const finish = days === undefined ? {} : { finish: keepFor(days) };
  return runFleet({ terminal, names, options, verb: "Deny CloudWatch Logs to", planner, ...finish });
}

/** Runs `cloudwatch enable`. */
export function runEnable(
  terminal: Terminal,
  names: readonly string[],
  options: FleetOptions,
): Promise<ExitCode> {
  const planner: Planner = { plan: planPermission, readsPolicies: () => true };
  return runFleet({ terminal, names, options, verb: "Allow CloudWatch Logs to", planner });
}

/** Sets the retention of the log groups that are now denied. */
function keepFor(days: number) {
  return (clients: AwsClients, results: readonly FunctionResult[]): Promise<FunctionResult[]> =>
    pMap(
      results,
      async (result): Promise<FunctionResult> => {
        const { kind, function: of } = result;
        if ((kind !== "changed" && kind !== "unchanged") || of.logGroup === undefined) return result;
        try {
          await setRetention(clients, of.region, of.logGroup, days);
          return result;
        } catch (error) {
          const reason = `the retention of ${of.logGroup} could not be set: ${describeError(error)}`;
          return { ...result, kind: "failed", reasons: [reason] };
        }
      },
      { concurrency: 4 },
    );
}
