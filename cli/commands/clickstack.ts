import type { Command } from "commander";
import { hyperDx } from "../../clickstack/api/client";
import { type Applied, apply, remove } from "../../clickstack/apply";
import type { ExitCode } from "../plan/exitCodes";
import { UsageError } from "../plan/usageError";
import { styled, type Terminal } from "../terminal/terminal";
import { withExamples } from "./help";

/** The options of the `clickstack` commands. */
export interface ClickStackOptions {
  url?: string;
  key?: string;
  webhook?: string;
  dryRun?: boolean;
  json?: boolean;
}

const keyVariable = "HYPERDX_API_KEY";
const urlVariable = "HYPERDX_URL";

/** `clickstack apply`, `clickstack diff` and `clickstack delete`: dashboards, saved searches and alerts in HyperDX. */
export function clickStackCommand(
  parent: Command,
  run: (action: ClickStackAction, options: ClickStackOptions) => Promise<void>,
): void {
  const group = parent
    .command("clickstack")
    .summary("dashboards, saved searches and alerts in HyperDX")
    .description("Keeps dashboards, saved searches and alerts for Lambda in HyperDX, by its API.");
  const about: Readonly<Record<ClickStackAction, string>> = {
    apply: "Creates what is missing in HyperDX and updates what differs. Running it again changes nothing.",
    diff: "Shows what `apply` would change, and changes nothing.",
    delete: "Deletes what `apply` created, and nothing else.",
  };
  for (const [action, description] of Object.entries(about) as [ClickStackAction, string][]) {
    const command = group
      .command(action)
      .description(description)
      .option("--url <url>", `HyperDX's API, such as http://localhost:8000 (default: ${urlVariable})`)
      .option(
        "--key <key>",
        `personal API access key; preferably in ${keyVariable}, which is not visible in process lists`,
      )
      .option("--json", "one JSON object on stdout");
    if (action !== "delete")
      command.option("--webhook <name>", "webhook that alerts are sent to; without it, no alerts");
    if (action !== "diff") command.option("--dry-run", "change nothing");
    withExamples(command, [
      { about: "On a self-hosted HyperDX", call: `clickstack ${action} --url http://localhost:8000` },
    ]);
    command.action((options: ClickStackOptions) => run(action, options));
  }
}

export type ClickStackAction = "apply" | "diff" | "delete";

/** Runs one of the commands. */
export async function runClickStack(
  terminal: Terminal,
  action: ClickStackAction,
  options: ClickStackOptions,
): Promise<ExitCode> {
  const { environment, out } = terminal;
  const api = hyperDx({
    url: required(options.url ?? environment[urlVariable], "--url", urlVariable),
    key: required(options.key ?? environment[keyVariable], "--key", keyVariable),
  });
  const { dryRun = action === "diff", webhook, json } = options;
  if (action === "delete") {
    const removed = await remove(api, dryRun);
    if (json) out.write(`${JSON.stringify({ removed })}\n`);
    else for (const { collection, name } of removed) out.write(`- ${collection}: ${name}\n`);
    return "done";
  }
  const changes = await apply(api, { webhook, dryRun });
  if (json) out.write(`${JSON.stringify({ changes: changes.map(shown) })}\n`);
  else for (const change of changes) out.write(`${line(terminal, change)}\n`);
  return dryRun && changes.some((change) => change.action !== "none") ? "different" : "done";
}

function required(value: string | undefined, option: string, variable: string): string {
  if (value !== undefined && value !== "") return value;
  throw new UsageError(`${option} is missing: pass it or set ${variable}`);
}

function shown(change: Applied) {
  const { action, collection, name } = change;
  return { action, collection, name, ...(action === "update" ? { differences: change.differences } : {}) };
}

function line(terminal: Terminal, change: Applied): string {
  const { action, collection, name } = change;
  if (action === "none") return `  ${collection}: ${name}`;
  const sign =
    action === "create"
      ? styled(terminal, terminal.out, "green", "+")
      : styled(terminal, terminal.out, "yellow", "~");
  const where = action === "update" ? `  (${change.differences.join(", ")})` : "";
  return `${sign} ${collection}: ${name}${where}`;
}
