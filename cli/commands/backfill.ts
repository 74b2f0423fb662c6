import type { Command } from "commander";
import type { AwsClients } from "../aws/clients";
import { LogReader } from "../aws/logStreams";
import {
  type ClickHouseOptions,
  clickHousePlace,
  openClickHouse,
  type RowReader,
} from "../clickhouse/connection";
import { storedInvocations } from "../clickhouse/storedInvocations";
import { extensionEnvironment, streamsOf } from "../plan/backfill";
import { momentMs } from "../plan/duration";
import type { ExitCode } from "../plan/exitCodes";
import type { FunctionState } from "../plan/functionState";
import { selectionOf } from "../plan/selection";
import { type TelemetryOptions, withoutAbsent } from "../plan/telemetryOptions";
import { UsageError } from "../plan/usageError";
import { backfill, type StreamResult } from "../run/backfill";
import { backfillSettings } from "../run/backfillSettings";
import { BackfillState } from "../run/backfillState";
import { extensionFile } from "../run/extensionFile";
import { deliverByExtension } from "../run/extensionProcess";
import { isRunning, type ProcessMark, processEnded } from "../run/processMark";
import { regionsOf } from "../run/regions";
import { selectFunctions } from "../run/selectFunctions";
import { interruption } from "../terminal/interruption";
import { Progress } from "../terminal/progress";
import { type BackfillReport, renderBackfill } from "../terminal/renderBackfill";
import type { Terminal } from "../terminal/terminal";
import { withPlane } from "./fleet";
import { collect, withExamples } from "./help";
import { type CommonOptions, wholeNumber, withClickHouse, withCommonOptions } from "./options";

/** The options of `backfill`. */
export interface BackfillCommandOptions extends CommonOptions, ClickHouseOptions {
  since: string;
  until?: string;
  endpoint?: string;
  protocol?: string;
  secret?: string;
  setting?: string[];
  state?: string;
  concurrency: number;
  dryRun?: boolean;
}

/** `backfill`: sends what a function logged before it was observed. */
export function backfillCommand(parent: Command): Command {
  const command = parent
    .command("backfill")
    .summary("send what CloudWatch Logs has of a function to ClickStack")
    .description(
      "Sends what a function wrote before it was observed, from CloudWatch Logs: each log stream goes through the extension itself, which runs on this machine with the function's settings, so that rows are those that it would have sent then, with their times, levels, request ids and spans of the invocations. Log streams of environments in which the extension ran are left out; with --clickhouse, invocations that it has rows of. What was delivered is noted in a file; run again, it goes on there. Needs Linux.",
    )
    .argument("<function>", "name or ARN of the function")
    .requiredOption(
      "--since <moment>",
      "how far to go back, such as 7d, or a time such as 2026-11-30T12:00:00Z",
    )
    .option("--until <moment>", "where to end, as --since (default: now)")
    .option("--endpoint <url>", "OTLP endpoint to send to (default: the function's)")
    .option("--protocol <name>", "http or grpc (default: the function's)")
    .option("--secret <arn>", "secret or parameter that holds the ingestion key (default: the function's)")
    .option(
      "--setting <name=value>",
      "any setting of docs/configuration.md, instead of the function's",
      collect,
    )
    .option(
      "--state <file>",
      "file that records what was delivered (default: clickstack-backfill-<region>-<function>.json)",
    )
    .option("--concurrency <number>", "log streams that are sent concurrently", wholeNumber, 4)
    .option("--dry-run", "count lines and bytes and exit, with code 7 if there are any");
  withClickHouse(withCommonOptions(command));
  return withExamples(command, [
    { about: "The amount of history", call: "backfill orders --since 30d --dry-run" },
    {
      about: "The last week, without the invocations for which ClickHouse has rows",
      call: "backfill orders --since 7d --clickhouse https://clickhouse.example.com:8443",
    },
  ]);
}

/** Runs `backfill`. */
export async function runBackfill(
  terminal: Terminal,
  name: string,
  options: BackfillCommandOptions,
): Promise<ExitCode> {
  const now = Date.now();
  const since = momentMs(options.since, "--since", now);
  const until = options.until === undefined ? now : momentMs(options.until, "--until", now);
  if (until <= since) throw new UsageError("--until must be later than --since");
  const selection = selectionOf([name], {});
  const place = clickHousePlace(options, terminal.environment);
  return withPlane(options, async (plane, clients) => {
    const { functions, failures } = await selectFunctions(
      plane,
      selection,
      regionsOf(options.regions, selection),
    );
    const [of] = functions;
    if (of === undefined) {
      terminal.err.write(`${failures[0]?.reason ?? "there is no function of this name"}\n`);
      return failures.length > 0 ? "failed" : "nothing";
    }
    const file = options.state ?? `clickstack-backfill-${of.region}-${of.name}.json`;
    const state = BackfillState.open(file, of.arn, since, options.dryRun ?? false);
    const reader = place && (await openClickHouse(place));
    try {
      const results = await send(terminal, clients, of, { options, state, until, ...(reader && { reader }) });
      return report(terminal, options, { of, from: state.since, until, results, state: file });
    } finally {
      await reader?.close();
    }
  });
}

/** What a run needs besides AWS. */
interface Run {
  options: BackfillCommandOptions;
  state: BackfillState;
  until: number;
  reader?: RowReader;
}

async function send(
  terminal: Terminal,
  clients: AwsClients,
  of: FunctionState,
  { options, state, until, reader }: Run,
): Promise<StreamResult[]> {
  const settings = options.dryRun ? {} : await backfillSettings(clients, of, given(options));
  const logs = new LogReader(clients, of);
  const shared = of.logGroup !== `/aws/lambda/${of.name}`;
  const streams = streamsOf(await logs.streams(state.since), {
    name: of.name,
    since: state.since,
    until,
    shared,
  });
  const extension = options.dryRun ? undefined : await extensionFile();
  const progress = new Progress(terminal, "log streams", streams.length);
  const interrupt = interruption(terminal, "deliveries");
  try {
    return await backfill(
      {
        ...{ logs, state },
        ...(reader && { stored: (range) => storedInvocations(reader, of, range) }),
        ended: (sender) => senderEnded(terminal, sender),
        deliver: (stream, events, started) =>
          deliverByExtension({
            ...{ path: extension?.path ?? "", events, started },
            environment: (api) => extensionEnvironment(of, stream, settings, terminal.environment, api),
          }),
      },
      streams,
      {
        ...{ until, dryRun: options.dryRun ?? false, concurrency: options.concurrency },
        ...{ signal: interrupt.signal, done: () => progress.step() },
      },
    );
  } finally {
    interrupt.end();
    progress.end();
    extension?.dispose();
  }
}

async function senderEnded({ err }: Terminal, sender: ProcessMark): Promise<void> {
  if (!isRunning(sender)) return;
  err.write(
    `waiting for the extension that an earlier run started (process ${sender.pid}), which may still be sending\n`,
  );
  await processEnded(sender);
}

/** The options that correspond to settings. */
function given({ endpoint, protocol, secret, setting }: BackfillCommandOptions): TelemetryOptions {
  return withoutAbsent({ endpoint, protocol, secret, setting });
}

function report(
  terminal: Terminal,
  { dryRun, json }: BackfillCommandOptions,
  found: BackfillReport,
): ExitCode {
  renderBackfill(terminal, found, { dryRun: dryRun ?? false, json: json ?? false });
  if (found.results.some(({ failure }) => failure !== undefined)) return "incomplete";
  return dryRun && found.results.some(({ lines }) => lines > 0) ? "different" : "done";
}
