import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { type PlayedControlPlane, startPlayedControlPlane } from "../sandbox/controlPlane/playedControlPlane";

/** AWS Lambda quotas of an account and region, in requests per second. */
const limits = { getFunction: 100, others: 15 };
/** Unit of times in /proc. */
const ticksPerSecond = 100;
/** Milliseconds that the simulated Lambda takes for an update. */
const updateMs = 1500;
const regions = [
  ...["us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1"],
  ...["eu-west-2", "eu-central-1", "ap-south-1", "ap-southeast-1", "sa-east-1"],
];

/** A run of one command over all functions. */
interface Figures {
  command: string;
  seconds: number;
  /**
   * The time for the control plane alone: the requests to Lambda that a change requires, at its quotas, and the last
   * update, whose end is awaited.
   */
  leastSeconds: number;
  requests: number;
  throttled: number;
  /** Of the command's process, and of the simulated control plane, which runs on the same machine. */
  cpuSeconds: { command: number; plane: number };
  peakMegabytes: number;
}

/**
 * `npm run bench:cli`: 2,000 functions in ten regions, against a simulated control plane with Lambda's quotas.
 * `-- --functions N` uses N in each region.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { functions: { type: "string", default: "200" } } });
  const functionsPerRegion = Number(values.functions);
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: "played", AWS_SECRET_ACCESS_KEY: "played" });
  const plane = await startPlayedControlPlane({ updateMs, limits });
  const role = "arn:aws:iam::123456789012:role/shared";
  for (const region of regions) {
    for (let index = 0; index < functionsPerRegion; index++) {
      const Environment = { Variables: { STAGE: "live", PADDING: "x".repeat(500) } };
      plane.add(region, `function-${index}`, { Role: role, Environment });
    }
  }
  const table = new Table({
    head: ["command", "s", "at the limits", "ratio", "requests", "refused", "CPU s", "plane's", "peak MB"],
  });
  const instrument = ["instrument", "--endpoint", "https://clickstack.example.com:4318", "--rotel", "12"];
  for (const args of [instrument, instrument, ["uninstrument"]]) {
    const { seconds, leastSeconds, cpuSeconds, ...figures } = await measure(plane, functionsPerRegion, args);
    table.push([
      figures.command,
      seconds.toFixed(1),
      leastSeconds.toFixed(1),
      (seconds / leastSeconds).toFixed(2),
      figures.requests,
      figures.throttled,
      cpuSeconds.command.toFixed(1),
      cpuSeconds.plane.toFixed(1),
      figures.peakMegabytes,
    ]);
  }
  await plane.stop();
  console.log(table.toString());
}

async function measure(
  plane: PlayedControlPlane,
  functionsPerRegion: number,
  args: string[],
): Promise<Figures> {
  const before = total(plane);
  const throttledBefore = plane.throttled;
  const updatesBefore = updates(plane);
  const started = performance.now();
  const planeBefore = process.cpuUsage();
  // In a separate process and as published, as users run it: this process only runs the simulated control plane.
  const program = [join(__dirname, "..", "dist", "cli", "main.js"), ...args];
  const place = ["--all", "--yes", "--regions", regions.join(), "--endpoint-url", plane.endpoint];
  const child = spawn(process.execPath, [...program, ...place], { stdio: ["ignore", "ignore", "inherit"] });
  let [peak, command] = [0, 0];
  const sampler = setInterval(() => {
    peak = Math.max(peak, peakBytes(child.pid));
    command = Math.max(command, cpuSecondsOf(child.pid));
  }, 100);
  const [code] = await once(child, "close");
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${args[0]} ended with ${code}`);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(planeBefore);
  const pages = Math.ceil(functionsPerRegion / 50);
  const updatesPerRegion = (updates(plane) - updatesBefore) / regions.length;
  const reads = updatesPerRegion / limits.getFunction;
  const quotas = Math.max(reads, (pages + updatesPerRegion) / limits.others);
  const leastSeconds = quotas + (updatesPerRegion > 0 ? updateMs / 1000 : 0);
  const peakMegabytes = Math.round(peak / 1e6);
  const throttled = plane.throttled - throttledBefore;
  return {
    command: args[0] ?? "",
    seconds,
    leastSeconds,
    requests: total(plane) - before,
    throttled,
    cpuSeconds: { command, plane: (user + system) / 1e6 },
    peakMegabytes,
  };
}

/** A process's peak memory, as Linux reports it; 0 on other systems and after it has exited. */
function peakBytes(pid: number | undefined): number {
  try {
    const [, kilobytes = "0"] =
      /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

/** A process's CPU time, as Linux reports it; 0 on other systems and after it has exited. */
function cpuSecondsOf(pid: number | undefined): number {
  try {
    // After the name, which may contain any characters: state is the third field, user and system time are the 14th and
    // 15th.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

function total({ counts }: PlayedControlPlane): number {
  return [...counts.values()].reduce((sum, one) => sum + one, 0);
}

function updates({ counts }: PlayedControlPlane): number {
  return [...counts].reduce(
    (sum, [key, count]) => (key.endsWith("UpdateFunctionConfiguration") ? sum + count : sum),
    0,
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
