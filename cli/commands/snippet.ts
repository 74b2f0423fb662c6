import type { Command } from "commander";
import { planAddition } from "../plan/addition";
import type { ExitCode } from "../plan/exitCodes";
import { selectionOf } from "../plan/selection";
import { snippetFormats, snippetOf } from "../plan/snippets";
import { telemetryOf } from "../plan/telemetryOptions";
import { layersFile } from "../run/layersFile";
import { regionsOf } from "../run/regions";
import { selectFunctions } from "../run/selectFunctions";
import type { Terminal } from "../terminal/terminal";
import { withPlane } from "./fleet";
import { withExamples } from "./help";
import { type InstrumentOptions, withCommonOptions, withSelection, withTelemetry } from "./options";

/** `snippet`: the change of a function as text for the program that manages it. */
export function snippetCommand(parent: Command): Command {
  const command = parent
    .command("snippet")
    .summary("print the change for the template or program that manages a function")
    .description(
      "Prints what `instrument` would change, for the template or program that manages the functions: layers, added variables and statements of the role. Changes nothing. Programs in JavaScript can call `observed` of `clickstack-lambda/observed` instead.",
    )
    .requiredOption("--format <name>", Object.keys(snippetFormats).join(", "));
  withCommonOptions(withTelemetry(withSelection(command)));
  return withExamples(command, [
    {
      about: "For a SAM template",
      call: "snippet orders --format sam --endpoint https://clickstack.example.com:4318 --secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:clickstack-AbCdEf",
    },
  ]);
}

/** Runs `snippet`. */
export async function runSnippet(
  terminal: Terminal,
  names: readonly string[],
  options: InstrumentOptions & { format: string },
): Promise<ExitCode> {
  const telemetry = telemetryOf(options, layersFile(options));
  const selection = selectionOf(names, options);
  return withPlane(options, async (plane) => {
    const found = await selectFunctions(plane, selection, regionsOf(options.regions, selection));
    let skips = 0;
    const snippets: { name: string; region: string; snippet: string }[] = [];
    for (const of of found.functions) {
      const planned = planAddition(of, telemetry);
      if ("kind" in planned) {
        skips += planned.kind === "skipped" ? 1 : 0;
        const reasons = planned.reasons.map(({ propertyPath, reason }) => `${propertyPath}: ${reason}`);
        terminal.err.write(`${planned.kind} ${of.name} (${of.region}) ${reasons.join("; ")}\n`);
        continue;
      }
      const { name, region } = of;
      snippets.push({ name, region, snippet: snippetOf(options.format, planned) });
    }
    for (const { name, region, reason } of found.failures)
      terminal.err.write(`failed ${name} (${region}): ${reason}\n`);
    if (options.json) terminal.out.write(`${JSON.stringify({ formatVersion: 1, snippets }, undefined, 2)}\n`);
    else terminal.out.write(snippets.map(({ snippet }) => snippet).join("\n"));
    if (found.failures.length > 0) return "incomplete";
    return skips > 0 ? "skipped" : found.functions.length === 0 ? "nothing" : "done";
  });
}
