// Runs set-up steps, each as soon as those that it needs are done, and shows which are running and how long each took.
// A step that had nothing to do prints nothing.

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Removes the line of running steps from a terminal before something else is printed; it is drawn again. */
export function clearProgress() {
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[2K");
}

/** A line that is redrawn in place on a terminal; elsewhere only its last state is printed. */
function spinner(state) {
  if (!process.stderr.isTTY) return { stop: () => {} };
  let tick = 0;
  const draw = () => {
    const running = [...state.values()].map(
      ({ title, since, detail }) => `${title} ${seconds(since)}${detail ? ` (${detail})` : ""}`,
    );
    const line = `${frames[tick++ % frames.length]} ${running.join(" · ")}`.slice(
      0,
      (process.stderr.columns ?? 80) - 1,
    );
    process.stderr.write(`\r\u001b[2K${line}`);
  };
  const timer = setInterval(draw, 100);
  return {
    stop: () => {
      clearInterval(timer);
      clearProgress();
    },
  };
}

/**
 * Starts steps, each when those that it needs have succeeded.
 * @param {readonly { name: string, title: string, needs: readonly string[], run: (log: (detail: string) => void) => Promise<void> }[]} steps
 *   each after those that it needs, if they are in the list; `log` receives a short progress message.
 * @returns {Map<string, Promise<void>>} by name. One rejects with its failure, or with that of a step that it needs.
 */
export function startSteps(steps) {
  const running = new Map();
  const line = spinner(running);
  /** @type {Map<string, Promise<void>>} */
  const started = new Map();
  for (const step of steps) {
    const needed = step.needs.map((name) => started.get(name));
    const ended = Promise.all(needed).then(() => runStep(step, running));
    ended.catch(() => {}); // reported where it is awaited
    started.set(step.name, ended);
  }
  Promise.allSettled(started.values()).then(() => line.stop());
  return started;
}

async function runStep({ title, run }, running) {
  const state = { title, since: Date.now(), detail: "", said: false };
  running.set(title, state);
  const log = (detail) => {
    if (!state.said && !process.stderr.isTTY) process.stderr.write(`… ${title}: ${detail}\n`);
    state.said = true;
    state.detail = detail;
  };
  try {
    await run(log);
    clearProgress();
    if (state.said) process.stderr.write(`✔ ${title} (${seconds(state.since)})\n`);
  } catch (error) {
    throw new Error(`${title}: ${error.message}`);
  } finally {
    running.delete(title);
  }
}
