// A rejection that nobody handles ends a program, and Mocha 12 drops it: its test would pass. Here the run fails.
/** By their promises: Mocha emits each once more. @type {Map<unknown, unknown>} */
const unhandled = new Map();
/** @type {string[]} */
const reports = [];
process.on("unhandledRejection", (reason, promise) => unhandled.set(promise, reason));

const textOf = (/** @type {unknown} */ reason) =>
  reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);

function taken() {
  const reasons = [...unhandled.values()];
  unhandled.clear();
  return reasons;
}

/** @this {Mocha.Context} */
function collect() {
  const title = this.currentTest?.fullTitle();
  reports.push(...taken().map((reason) => `in or before "${title}": ${textOf(reason)}`));
}

function report() {
  reports.push(...taken().map((reason) => `after the tests: ${textOf(reason)}`));
  if (reports.length > 0) throw new Error(`rejections that nobody handled:\n${reports.join("\n")}`);
}

export const mochaHooks = { afterEach: collect, afterAll: report };
