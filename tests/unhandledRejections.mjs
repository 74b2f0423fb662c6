// An unhandled rejection ends a program, but Mocha 12 ignores it, so its test would pass. This makes the run fail.

/** Number of shown lines of a reason. */
const shownLines = 6;

/** How often each reason occurred, and where first. @type {Map<string, { where: string, times: number }>} */
const reports = new Map();
/** @type {unknown[]} */
const unhandled = [];
/** Mocha emits each rejection again. @type {WeakSet<object>} */
const seen = new WeakSet();
let ownListeners = Number.POSITIVE_INFINITY;

process.on("unhandledRejection", (reason, promise) => {
  if (seen.has(promise)) return;
  seen.add(promise);
  // While a Pulumi program runs in this process, its runtime listens, too, and fails the update.
  if (process.listenerCount("unhandledRejection") <= ownListeners) unhandled.push(reason);
});

function count(/** @type {string} */ where) {
  for (const reason of unhandled.splice(0)) {
    const text = reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
    const shown = text.split("\n").slice(0, shownLines).join("\n");
    reports.set(shown, { where, ...reports.get(shown), times: (reports.get(shown)?.times ?? 0) + 1 });
  }
}

function begin() {
  ownListeners = process.listenerCount("unhandledRejection");
}

/** @this {Mocha.Context} */
function collect() {
  count(`in or before "${this.currentTest?.fullTitle()}"`);
}

function report() {
  count("after the tests");
  const all = [...reports].map(([shown, { where, times }]) => `${where}, ${times} times: ${shown}`);
  if (all.length > 0) throw new Error(`rejections that nobody handled:\n${all.join("\n")}`);
}

export const mochaHooks = { beforeAll: begin, afterEach: collect, afterAll: report };
