// Runs tasks side by side, each as soon as what it comes after is done and a place is free.

/**
 * The task to start next: the first one that is not begun, whose predecessors are done and whose kind is not running.
 * @template {{ title: string, after?: string, alone?: string }} Task
 * @param {readonly Task[]} waiting tasks that are not begun, the most urgent one first.
 * @param {readonly Task[]} running
 * @param {ReadonlySet<string>} done titles of tasks that have ended.
 * @returns {Task | undefined}
 */
export function nextTask(waiting, running, done) {
  return waiting.find(
    ({ after, alone }) =>
      (after === undefined || done.has(after)) &&
      (alone === undefined || running.every((other) => other.alone !== alone)),
  );
}

/**
 * Runs all tasks, as many at a time as there are places.
 * @template {{ title: string, after?: string, alone?: string }} Task
 * @template Result
 * @param {readonly Task[]} tasks the most urgent one first. A task begins when the one named by `after` has ended, and
 *   never beside another one of the same `alone`.
 * @param {number} places
 * @param {(task: Task) => Promise<Result>} run where it rejects, no further task begins.
 * @returns {Promise<Result[]>} in the order in which the tasks ended.
 */
export async function runTasks(tasks, places, run) {
  const waiting = [...tasks];
  /** @type {Map<Task, Promise<void>>} */
  const running = new Map();
  /** @type {Set<string>} */
  const done = new Set();
  /** @type {Result[]} */
  const results = [];
  for (;;) {
    const task = running.size < places ? nextTask(waiting, [...running.keys()], done) : undefined;
    if (task) {
      waiting.splice(waiting.indexOf(task), 1);
      const ended = run(task).then((result) => {
        results.push(result);
        running.delete(task);
        done.add(task.title);
      });
      running.set(task, ended);
    } else if (running.size > 0) {
      await Promise.race(running.values());
    } else if (waiting.length > 0) {
      throw new Error(`nothing can start: ${waiting.map(({ title }) => title).join(", ")}`);
    } else {
      return results;
    }
  }
}
