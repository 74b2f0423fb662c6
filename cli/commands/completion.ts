import { Argument, type Command } from "commander";
import type { ExitCode } from "../plan/exitCodes";
import type { Terminal } from "../terminal/terminal";
import { withExamples } from "./help";

const shells = ["bash", "zsh", "fish"] as const;

type Shell = (typeof shells)[number];

/** `completion`: a script with which a shell completes commands and options. */
export function completionCommand(parent: Command): Command {
  const command = parent
    .command("completion")
    .summary("print a script that completes commands and options in a shell")
    .description("Prints a completion script for a shell.")
    .addArgument(new Argument("<shell>", "bash, zsh or fish").choices(shells));
  return withExamples(command, [
    { about: "In bash, from now on", call: "completion bash >> ~/.bash_completion" },
    { about: "In fish", call: "completion fish > ~/.config/fish/completions/clickstack-lambda.fish" },
  ]);
}

/** Runs `completion`. */
export function runCompletion({ out }: Terminal, program: Command, shell: Shell): ExitCode {
  const words = wordsOf(program);
  out.write(shell === "fish" ? fish(words) : `${shell === "zsh" ? zshStart : ""}${bash(words)}`);
  return "done";
}

/** What can follow the words of a command: its commands and options. */
type Words = ReadonlyMap<string, readonly string[]>;

function wordsOf(command: Command, path = ""): Words {
  const commands = command.commands.map((one) => one.name());
  const options = command.options.flatMap(({ long }) => long ?? []);
  const below = command.commands.flatMap((one) => [...wordsOf(one, `${path} ${one.name()}`.trim())]);
  return new Map([[path, [...commands, ...options, "--help"]], ...below]);
}

const zshStart = "autoload -U +X bashcompinit && bashcompinit\n";

function bash(words: Words): string {
  const cases = [...words].map(([path, all]) => `    ${JSON.stringify(path)}) words="${all.join(" ")}" ;;`);
  const paths = [...words.keys()].filter((path) => path !== "").map((path) => JSON.stringify(path));
  return `_clickstack_lambda() {
  local word path="" words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${path:+$path }$word" in
      ${paths.join("|")}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _clickstack_lambda clickstack-lambda
`;
}

function fish(words: Words): string {
  const lines = [...words].flatMap(([path, all]) => {
    const condition =
      path === ""
        ? "__fish_use_subcommand"
        : path
            .split(" ")
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join("; and ");
    return all.map((word) =>
      word.startsWith("--")
        ? `complete -c clickstack-lambda -n '${condition}' -l ${word.slice(2)}`
        : `complete -c clickstack-lambda -n '${condition}' -f -a ${word}`,
    );
  });
  return `${lines.join("\n")}\n`;
}
