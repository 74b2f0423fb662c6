// Whether functions of the local Lambda may run in parallel on this machine.
import { spawnSync } from "node:child_process";
import { inFunctions } from "./suites.mjs";

/** Whether processes can have a network of their own here, as root or as another user. */
export function hasNamespaces() {
  const own = ["--net", "--mount", "true"];
  return [own, ["--map-root-user", ...own]].some(
    (args) => spawnSync("unshare", args, { stdio: "ignore" }).status === 0,
  );
}

/**
 * @template {{ alone?: readonly string[] }} Task
 * @param {readonly Task[]} tasks
 * @param {boolean} namespaces whether each function has its own network, and so its own ports.
 * @returns {Task[]} the tasks; with namespaces, those that run functions do not exclude each other.
 */
export function besideEachOther(tasks, namespaces) {
  return tasks.map((task) =>
    namespaces ? { ...task, alone: task.alone?.filter((kind) => kind !== inFunctions) } : task,
  );
}
