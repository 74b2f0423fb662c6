// Runs tasks in parallel, each as soon as the tasks before it are done and a place is free.

/** @typedef {{ title: string, needs?: readonly string[], after?: readonly string[], alone?: readonly string[], urgent?: boolean }} Waiting */

/**
 * How many tasks run at the same time.
 * @typedef {object} Places
 * @property {number} all
 * @property {number} besideUrgent the limit while an urgent task runs
 */

/**
 * The task to start next: the first one not started whose steps and previous tasks are done, and none of whose kinds
 * is running.
 * @template {Waiting} Task
 * @param {readonly Task[]} waiting tasks that are not started, the most urgent one first.
 * @param {readonly Task[]} running
 * @param {ReadonlySet<string>} done steps and titles of tasks that have ended.
 * @returns {Task | undefined}
 */
export function nextTask(waiting, running, done) {
  return waiting.find(
    ({ needs = [], after = [], alone = [] }) =>
      [...needs, ...after].every((before) => done.has(before)) &&
      alone.every((kind) => !running.some((other) => other.alone?.includes(kind))),
  );
}

/**
 * Runs all tasks, as many at a time as there are places; fewer beside an urgent one.
 * @template {Waiting} Task
 * @template Result
 * @param {readonly Task[]} tasks the most urgent one first. A task begins when the steps that it `needs` and the tasks named
 *   by `after` have ended, and never in parallel with another one of a kind in its `alone`.
 * @param {Places} places
 * @param {(task: Task) => Promise<Result>} run
 * @param {ReadonlyMap<string, Promise<void>>} [steps] set-up steps that run in parallel, by name.
 * @returns {Promise<Result[]>} in the order in which the tasks ended.
 * @throws what a step or a run rejects with; no further task begins.
 */
export async function runTasks(tasks, places, run, steps = new Map()) {
  const waiting = [...tasks];
  /** @type {Map<Task, Promise<void>>} */
  const running = new Map();
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {Map<string, Promise<void>>} */
  const making = new Map();
  for (const [name, made] of steps) {
    const ended = made.then(() => {
      making.delete(name);
      done.add(name);
    });
    ended.catch(() => {}); // handled once, by the race below
    making.set(name, ended);
  }
  /** @type {Result[]} */
  const results = [];
  for (;;) {
    const now = [...running.keys()];
    const limit = now.some(({ urgent }) => urgent) ? places.besideUrgent : places.all;
    const task = now.length < limit ? nextTask(waiting, now, done) : undefined;
    if (task) {
      waiting.splice(waiting.indexOf(task), 1);
      const ended = run(task).then((result) => {
        results.push(result);
        running.delete(task);
        done.add(task.title);
      });
      ended.catch(() => {});
      running.set(task, ended);
    } else if (running.size + making.size > 0) {
      await Promise.race([...running.values(), ...making.values()]);
    } else if (waiting.length > 0) {
      throw new Error(`nothing can start: ${waiting.map(({ title }) => title).join(", ")}`);
    } else {
      return results;
    }
  }
}
