import { type SpawnOptions, spawn } from "node:child_process";

/**
 * Runs a command to its end and returns what it printed on standard output.
 * @throws an error with the command and the last lines of what it printed, when it fails or cannot be started.
 */
export function run(command: string, args: readonly string[], options: SpawnOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [out, all] = ["", ""];
    child.stdout?.on("data", (data) => {
      out += data;
      all += data;
    });
    child.stderr?.on("data", (data) => {
      all += data;
    });
    child.on("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(out);
      const tail = all.trimEnd().split("\n").slice(-25).join("\n");
      reject(
        new Error(`\`${[command, ...args].join(" ")}\` ended with ${signal ?? `exit code ${code}`}\n${tail}`),
      );
    });
  });
}
