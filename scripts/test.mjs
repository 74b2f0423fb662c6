// `npm test` runs every check and every test, and ends with one line `N passed, N failed, N skipped`.
// `npm test -- SUITE…` or `npm test -- FILE…` runs some (scripts/testing/suites.mjs). Each sets up only what it needs.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkPrerequisites } from "./setup/prerequisites.mjs";
import { clearProgress } from "./setup/progress.mjs";
import { begin } from "./setup/steps.mjs";
import { choose } from "./testing/choice.mjs";
import { countsOf, processorSeconds, total } from "./testing/counts.mjs";
import { failuresOf } from "./testing/failures.mjs";
import { besideEachOther, hasNamespaces } from "./testing/namespaces.mjs";
import { runTasks } from "./testing/schedule.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
// The AWS SDK warns about Node.js 20 into every test's output; which Node.js is supported is said in package.json.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
// Incremental compilation takes time that the run of a fresh checkout, where time matters most, does not gain back.
process.env.CARGO_INCREMENTAL ??= "0";

const seconds = (/** @type {number} */ since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs "$@" as it is, and writes its processor time to file descriptor 3: for comparing runs on a loaded machine. */
const timed = 'TIMEFORMAT="%U %S"; exec 4>&2; { time "$@" 2>&4 3>&- 4>&-; } 2>&3';

function program(/** @type {string} */ command) {
  if (command === "node") return process.execPath;
  return command === "cargo" ? command : join(root, "node_modules", ".bin", command);
}

/**
 * Runs one task. With others in parallel, its output is shown at its end, so that outputs do not mix.
 * @param {import("./testing/suites.mjs").Task} task
 * @param {boolean} beside
 * @returns {Promise<{ counts: import("./testing/counts.mjs").Counts, failures?: string }>} `failures` of a task that
 * failed.
 */
function run({ title, command, args, directory = ".", environment, runner }, beside) {
  return new Promise((resolve) => {
    clearProgress();
    if (!beside) console.log(`\n── ${title}`);
    const started = Date.now();
    const child = spawn("bash", ["-c", timed, "bash", program(command), ...args], {
      cwd: join(root, directory),
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", beside ? "pipe" : "inherit", "pipe"],
    });
    let output = "";
    let processor = "";
    const keep = (/** @type {unknown} */ data) => {
      output += data;
    };
    child.stdout.on("data", keep);
    child.stderr?.on("data", keep);
    child.stdio[3]?.on("data", (/** @type {unknown} */ data) => {
      processor += data;
    });
    if (!beside) child.stdout.pipe(process.stdout, { end: false });
    let failure = "";
    child.on("error", (error) => {
      failure = error.message;
    });
    child.on("close", (code, signal) => {
      clearProgress();
      if (beside) console.log(`\n── ${title}\n${output.trimEnd()}`);
      const ok = code === 0;
      const how = ok ? "ok" : `failed (${failure || (signal ?? code)})`;
      console.log(`── ${title}: ${how}, ${seconds(started)}, processor ${processorSeconds(processor)} s`);
      const counts = countsOf({ runner, output, ok });
      resolve(ok ? { counts } : { counts, failures: `── ${title}\n${failuresOf({ runner, output })}` });
    });
  });
}

async function main() {
  const started = Date.now();
  const { setup, tasks: chosen } = choose(process.argv.slice(2));
  const tasks = chosen.length > 1 ? besideEachOther(chosen, hasNamespaces()) : chosen;
  if (setup.length > 0) checkPrerequisites();
  // More than there are processors: many tests wait for an engine, a frozen function or a deadline.
  const places = {
    all: Math.min(tasks.length, availableParallelism() + 3),
    besideUrgent: availableParallelism() + 1,
  };
  if (tasks.length > 1) console.log(`${tasks.length} tasks, ${places.all} at a time`);
  const results = await runTasks(tasks, places, (task) => run(task, tasks.length > 1), begin(root, setup));
  const counts = total(results.map((result) => result.counts));
  const failures = results.flatMap((result) => result.failures ?? []);
  // Repeated at the end, since the failures are otherwise a thousand lines above.
  if (tasks.length > 1 && failures.length > 0) console.log(`\n── What failed\n\n${failures.join("\n\n")}`);
  console.log(`\nin ${seconds(started)}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
}

main().catch((error) => {
  console.error(`\n${error.message}`);
  process.exitCode = 1;
});
