// Shows which set-up steps are running and how long each took. A step that had nothing to do stays silent.

const frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

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
      process.stderr.write("\r\u001b[2K");
    },
  };
}

/**
 * Runs steps side by side. Each is `{ title, run(log) }`; `log` takes a word about what it is doing.
 * @throws the first failure, once the others have come to an end.
 */
export async function runSteps(steps) {
  const running = new Map();
  const line = spinner(running);
  const done = [];
  const results = await Promise.allSettled(
    steps.map(async ({ title, run }) => {
      const state = { title, since: Date.now(), detail: "", said: false };
      running.set(title, state);
      const log = (detail) => {
        if (!state.said && !process.stderr.isTTY) process.stderr.write(`… ${title}: ${detail}\n`);
        state.said = true;
        state.detail = detail;
      };
      try {
        await run(log);
        if (state.said) done.push(`✔ ${title} (${seconds(state.since)})`);
      } catch (error) {
        throw new Error(`${title}: ${error.message}`);
      } finally {
        running.delete(title);
      }
    }),
  );
  line.stop();
  for (const text of done) process.stderr.write(`${text}\n`);
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw failed.reason;
}
