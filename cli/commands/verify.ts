import type { Command } from "commander";
import { type ClickHouseOptions, clickHousePlace, openClickHouse } from "../clickhouse/connection";
import { durationMs } from "../plan/duration";
import type { ExitCode } from "../plan/exitCodes";
import { selectionOf } from "../plan/selection";
import { fault } from "../plan/verification";
import { regionsOf } from "../run/regions";
import { selectFunctions } from "../run/selectFunctions";
import { type Verified, verifyFunction } from "../run/verifyFunction";
import { renderVerification, verificationJson } from "../terminal/renderVerification";
import type { Terminal } from "../terminal/terminal";
import { withPlane } from "./fleet";
import { withExamples } from "./help";
import { type CommonOptions, wholeNumber, withClickHouse, withCommonOptions } from "./options";
import { linksOf, withHyperDx } from "./trace";

/** The options of `verify`. */
export interface VerifyCommandOptions extends CommonOptions, ClickHouseOptions {
  invoke?: boolean;
  payload: string;
  since: string;
  timeout: number;
  hyperdx?: string;
}

/** `verify`: reports what is missing between a function and ClickHouse. */
export function verifyCommand(parent: Command): Command {
  const command = parent
    .command("verify")
    .summary("find out what is missing on the way from a function to ClickHouse")
    .description(
      "Checks layer, tracing, settings, secrets, the role's permissions, the network, and whether the endpoint accepts a log record; then searches for rows of the function in ClickHouse. Each class of fault has its own exit code; the first fault determines it. The log record that is sent states that it comes from this command.",
    )
    .argument("<function>", "name or ARN of the function")
    .option("--invoke", "run the function, and search for the rows of this invocation")
    .option("--payload <json>", "event to run it with", "{}")
    .option("--since <duration>", "without --invoke: how old rows may be", "1h")
    .option("--timeout <seconds>", "with --invoke: how long to wait for rows", wholeNumber, 60);
  withHyperDx(withClickHouse(withCommonOptions(command)));
  return withExamples(command, [
    {
      about: "Run a function and search for its rows",
      call: "verify orders --invoke --clickhouse https://clickhouse.example.com:8443",
    },
    {
      about: "What is wrong, for a program",
      call: `verify orders --json | jq -r '.checks[] | select(.result == "fault") | .name'`,
    },
  ]);
}

/** Runs `verify`. */
export async function runVerify(
  terminal: Terminal,
  name: string,
  options: VerifyCommandOptions,
): Promise<ExitCode> {
  const selection = selectionOf([name], {});
  const regions = regionsOf(options.regions, selection);
  const place = clickHousePlace(options, terminal.environment);
  const since = Date.now() - durationMs(options.since, "--since");
  return withPlane(options, async (plane, clients) => {
    const { functions, failures } = await selectFunctions(plane, selection, regions);
    const [of] = functions;
    if (of === undefined) {
      const reason = failures[0]?.reason ?? "there is no function of this name";
      return show(
        terminal,
        options,
        { name, region: regions.join() },
        {
          checks: [fault("function", reason, "Check name, regions and credentials.")],
        },
      );
    }
    const reader = place && (await openClickHouse(place));
    try {
      const { invoke, payload, timeout } = options;
      const found = await verifyFunction(clients, plane, of, {
        ...(reader && { reader }),
        ...(invoke && { payload }),
        since,
        timeoutMs: timeout * 1000,
      });
      return show(terminal, options, of, found);
    } finally {
      await reader?.close();
    }
  });
}

function show(
  terminal: Terminal,
  options: VerifyCommandOptions,
  of: { name: string; region: string },
  found: Verified,
): ExitCode {
  const links = addresses(terminal, options, of.name, found);
  if (options.json)
    terminal.out.write(`${JSON.stringify(verificationJson(of, found, links), undefined, 2)}\n`);
  else renderVerification(terminal, of, found, links);
  return found.checks.find(({ result }) => result === "fault")?.name ?? "done";
}

function addresses(
  terminal: Terminal,
  { hyperdx }: VerifyCommandOptions,
  name: string,
  { requestId, traceId, invokedAt = Date.now() }: Verified,
): string[] {
  const links = linksOf(terminal, hyperdx);
  if (links === undefined) return [];
  const range = { from: invokedAt - 3_600_000, to: invokedAt + 600_000 };
  return [
    ...(traceId === undefined ? [] : [links.trace(traceId, range)]),
    ...(requestId === undefined ? [] : [links.invocation(requestId, range)]),
    links.functionLogs(name),
  ];
}
