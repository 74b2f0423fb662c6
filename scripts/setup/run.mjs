// Runs a command to its end without blocking, and keeps its output for the error message.
import { spawn } from "node:child_process";

/**
 * @returns what the command printed on standard output.
 * @throws when it cannot be started or fails: an error with the command and its last lines.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [out, all] = ["", ""];
    child.stdout.on("data", (data) => {
      out += data;
      all += data;
    });
    child.stderr.on("data", (data) => {
      all += data;
    });
    child.on("error", (error) => reject(new Error(`${command} could not be started (${error.message})`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(out);
      const tail = all.trimEnd().split("\n").slice(-20).join("\n");
      reject(
        new Error(`\`${[command, ...args].join(" ")}\` ended with ${signal ?? `exit code ${code}`}\n${tail}`),
      );
    });
  });
}
