// What of a failed task's output says why it failed, so that it can stand at the end of a long run as well.

/** Lines of a command without tests of its own that are shown of its end. */
const lastLines = 60;

/** Where the runners begin to say which tests failed, and why. */
const starts = {
  cargo: /^(?:failures:|error(?:\[\w+\])?:)/m,
  mocha: /^ +\d+ failing$/m,
};

/**
 * The part of a failed task's output that says what failed. Where its runner said nothing of the kind, its last 60 lines.
 * @param {{ runner?: "cargo" | "mocha", output: string }} run
 * @returns {string} without empty lines at either end.
 */
export function failuresOf({ runner, output }) {
  const start = runner ? output.search(starts[runner]) : -1;
  const part = start < 0 ? output.trimEnd().split("\n").slice(-lastLines).join("\n") : output.slice(start);
  return part.replace(/^\n+/, "").trimEnd();
}
