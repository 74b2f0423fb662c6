import type { Command } from "commander";

/** An example call of a command, with its purpose. */
export interface Example {
  call: string;
  about: string;
}

const examples = new WeakMap<Command, readonly Example[]>();

/** Adds examples to a command, which its help and docs/cli.md show. */
export function withExamples(command: Command, list: readonly Example[]): Command {
  examples.set(command, list);
  const lines = list.map(({ call, about }) => `  # ${about}\n  clickstack-lambda ${call}`);
  return command.addHelpText("after", `\nExamples:\n${lines.join("\n\n")}\n`);
}

/** The examples of a command. */
export function examplesOf(command: Command): readonly Example[] {
  return examples.get(command) ?? [];
}

/** For options that can be given several times. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** For options that take a comma-separated list, which can also be given several times. */
export function collectList(value: string, previous: string[] | undefined): string[] {
  const items = value.split(",").map((item) => item.trim());
  return [...(previous ?? []), ...items.filter((item) => item !== "")];
}
