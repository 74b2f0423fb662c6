// Extracts the reason of a failure from a task's output, to repeat it at the end of a long run.

/** Number of last lines that are shown of a command without tests. */
const lastLines = 60;

/** Where the runners' reports of failed tests begin. */
const starts = {
  cargo: /^(?:failures:|error(?:\[\w+\])?:)/m,
  mocha: /^ +\d+ failing$/m,
};

/**
 * The part of a failed task's output that describes the failure, or its last 60 lines if the runner reported none.
 * @param {{ runner?: "cargo" | "mocha", output: string }} run
 * @returns {string} without empty lines at either end.
 */
export function failuresOf({ runner, output }) {
  const start = runner ? output.search(starts[runner]) : -1;
  const part = start < 0 ? output.trimEnd().split("\n").slice(-lastLines).join("\n") : output.slice(start);
  return part.replace(/^\n+/, "").trimEnd();
}
