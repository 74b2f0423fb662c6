// How many tests passed, failed and were skipped, as reported in the test runners' output.

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** Sums the numbers that a pattern's named groups capture, over all its matches. */
function sum(output, pattern) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { groups } of output.matchAll(pattern)) {
    for (const [name, value] of Object.entries(groups ?? {})) counts[name] += Number(value ?? 0);
  }
  return counts;
}

const patterns = {
  cargo: /^test result: \w+\. (?<passed>\d+) passed; (?<failed>\d+) failed; (?<skipped>\d+) ignored/gm,
  mocha: /^\s+(?:(?<passed>\d+) passing|(?<failed>\d+) failing|(?<skipped>\d+) pending)/gm,
};

/**
 * The counts of a command's run. A command without counts is one test; one that failed before it counted a failure
 * counts as one failure.
 * @param {{ runner?: "cargo" | "mocha", output: string, ok: boolean }} run
 * @returns {Counts}
 */
export function countsOf({ runner, output, ok }) {
  const counts = runner
    ? sum(output, patterns[runner])
    : { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  if (!ok && counts.failed === 0) counts.failed = 1;
  return counts;
}

/**
 * The sum of the times that bash's `time` wrote, in whole seconds: "12.305 1.020" is 13.
 * @param {string} times user and system time in seconds.
 */
export function processorSeconds(times) {
  return Math.round(times.split(/\s+/).reduce((sum, time) => sum + Number(time), 0));
}

/** @param {Counts[]} all */
export function total(all) {
  const names = /** @type {const} */ (["passed", "failed", "skipped"]);
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((before, counts) => before + counts[name], 0)]),
  );
}
