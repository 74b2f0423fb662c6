// The selection of a command line of `npm test`.
import { everything, suites } from "./suites.mjs";

/** The suite of a test file, by its folder below tests/. */
function suiteOf(/** @type {string} */ file) {
  const [, name = ""] = /(?:^|\/)tests\/(\w+)\//.exec(file) ?? [];
  return Object.hasOwn(suites, name) ? name : undefined;
}

/** Removes duplicates by a key. */
function unique(items, key) {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}

/**
 * @param {readonly string[]} args names of suites, or files of tests; none for everything
 * @returns {{ setup: import("../setup/steps.mjs").Step[], tasks: import("./suites.mjs").Task[] }}
 * @throws for an unknown argument, with the names of the suites.
 */
export function choose(args) {
  const named = args.filter((arg) => Object.hasOwn(suites, arg));
  const files = args.filter((arg) => !named.includes(arg));
  const strange = files.filter((arg) => !arg.startsWith("-") && !arg.includes("/"));
  if (strange.length > 0) {
    const known = Object.entries(suites).map(([name, { title }]) => `  ${name.padEnd(10)} ${title}`);
    throw new Error(`"${strange[0]}" is neither a file of tests nor one of the suites:\n${known.join("\n")}`);
  }
  const stepsOf = (/** @type {string} */ name) => (suites[name]?.tasks ?? []).flatMap(({ needs }) => needs);
  const needs = files.flatMap((file) => stepsOf(suiteOf(file) ?? ""));
  const mocha = {
    ...{
      title: "mocha",
      command: "mocha",
      args: ["--no-color", ...files],
      needs: unique(needs, (step) => step),
    },
    runner: /** @type {const} */ ("mocha"),
  };
  const chosen = [
    ...named.flatMap((name) => suites[name]?.tasks ?? []),
    ...(files.length > 0 ? [mocha] : []),
  ];
  const tasks = unique(args.length === 0 ? everything() : chosen, ({ title }) => title);
  return {
    setup: unique(
      tasks.flatMap((task) => task.needs),
      (step) => step,
    ),
    tasks,
  };
}
