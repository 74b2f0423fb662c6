import type { Stack } from "@pulumi/pulumi/automation";
import { withPlainTraces } from "./traces";

const operations = ["up", "preview", "refresh", "destroy"] as const;

/** Makes the stack's operations fail with the engine's diagnostics of resources instead of its entire log. */
export function withReadableErrors(stack: Stack): Stack {
  for (const name of operations) {
    const operation = stack[name].bind(stack) as (options?: object) => Promise<never>;
    const readable = async (options?: object) => {
      try {
        return await withPlainTraces(() => operation(options));
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        throw new Error(`pulumi ${name} of ${stack.name} failed:\n${engineDiagnostics(message)}`, {
          cause: error,
        });
      }
    };
    Object.assign(stack, { [name]: readable });
  }
  return stack;
}

/**
 * The errors in an engine's log: the `Diagnostics:` section (resources with their errors and warnings) without progress
 * output, or the lines with `error:`, or else the log's end.
 *
 * @param log the message of an Automation API error, or the output of a `pulumi` command
 */
export function engineDiagnostics(log: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the engine colours its output
  const lines = log.replace(/\u001b\[[0-9;]*m/g, "").split("\n");
  const start = lines.findIndex((line) => /^Diagnostics:\s*$/.test(line));
  const section = start < 0 ? [] : lines.slice(start + 1);
  const end = section.findIndex((line) => /^(Resources|Outputs|Duration|Policies|stderr|err\?):?/.test(line));
  const diagnostics = tidy(end < 0 ? section : section.slice(0, end));
  if (diagnostics !== "") return diagnostics;
  const errors = tidy(lines.filter((line) => /\berror:/i.test(line)));
  return errors !== "" ? errors : tidy(lines.slice(-20));
}

/** Removes empty lines, stack frames of the engine's own modules and the failure that only repeats the others. */
function tidy(lines: string[]): string {
  const kept = lines.filter((line) => {
    const text = line.trim();
    return (
      text !== "" &&
      !/^at .*(node_modules|node:)/.test(text) &&
      !/^error: (update|preview) failed$/.test(text)
    );
  });
  const withoutEmptyHeads = kept.filter(
    (line, i) => !isHead(line) || (i + 1 < kept.length && !isHead(kept[i + 1] ?? "")),
  );
  return withoutEmptyHeads
    .map((line) => line.replace(/^ {2}/, "").trimEnd())
    .join("\n")
    .trim();
}

/** `  aws:lambda:Function (name):`, above what is said about that resource. */
function isHead(line: string): boolean {
  return /^ {2}\S.*\(.*\):$/.test(line);
}
