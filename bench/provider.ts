import { writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { startEmbeddedAws } from "../sandbox/aws/embeddedAws";
import { startEngine } from "../sandbox/engine";
import { type EngineUse, engineUse } from "./engineProcess";
import { cpuMs, ProviderProcesses } from "./providerProcess";
import { program, region, type Way, ways } from "./providerPrograms";
import { type Sample, summary } from "./providerReport";

const help = `npm run bench:provider [-- --runs N] [--functions 1,10,100] [--ways plain,imported,…] [--json FILE]
Preview and up of observed functions (${ways.slice(1).join(", ")}) against the same program with plain functions, by the
real engine on the embedded AWS. Prints medians of interleaved runs beside the budget.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "3" },
      functions: { type: "string", default: "1,10,100" },
      ways: { type: "string", default: ways.join() },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const sizes = values.functions.split(",").map(Number);
  const wanted = values.ways.split(",");
  const unknown = wanted.filter((way) => !ways.some((known) => known === way));
  if (unknown.length > 0)
    throw new Error(`--ways: must be of ${ways.join(", ")} (got ${unknown.join(", ")})`);
  const measured = await measureAll(
    Number(values.runs),
    sizes,
    ways.filter((way) => way === "plain" || wanted.includes(way)),
  );
  console.log(summary(measured.samples, measured.startMs));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(measured, undefined, 2)}\n`);
}

type Run = (way: Way, functions: number) => Promise<Sample>;

async function measureAll(runs: number, sizes: readonly number[], chosen: readonly Way[]) {
  const aws = await startEmbeddedAws();
  const engine = await startEngine({ aws });
  try {
    const provider = new ProviderProcesses(engine);
    const startMs: number[] = [];
    for (let i = 0; i < Math.max(runs, 5); i++) startMs.push(await provider.startMs());
    let stacks = 0;
    const run: Run = async (way, functions) => {
      // Each run begins with an empty account, so that no run pays for the earlier ones.
      await fetch(`${aws.endpoint}/moto-api/reset`, { method: "POST" });
      const stack = await engine.createStack({
        projectName: "bench",
        stackName: `bench-${++stacks}`,
        program: program(way, functions),
        config: { "aws:region": { value: region } },
      });
      let previewMs = 0;
      let upMs = 0;
      const cpu = cpuMs();
      let used: EngineUse | undefined;
      const peakMib = await provider.peakMib(async () => {
        previewMs = await timed(() => stack.preview());
        used = await engineUse(async () => {
          upMs = await timed(() => stack.up());
        });
      });
      const spent = cpuMs();
      const usedMs = cpu === undefined || spent === undefined ? undefined : spent - cpu;
      await stack.workspace.removeStack(stack.name, { force: true });
      const { cpuMs: engineMs, writtenBytes } = used ?? {};
      return {
        way,
        functions,
        previewMs,
        upMs,
        cpuMs: usedMs,
        engineMs,
        writtenBytes,
        peakMib,
        load: load(),
      };
    };
    return { samples: await interleaved(run, { runs, sizes, chosen }), startMs };
  } finally {
    await engine.stop();
    await aws.stop();
  }
}

/**
 * Runs all ways in turn, in a different order each time, so that variations of the machine affect all of them equally.
 */
async function interleaved(
  run: Run,
  { runs, sizes, chosen }: { runs: number; sizes: readonly number[]; chosen: readonly Way[] },
): Promise<Sample[]> {
  for (const way of chosen) await run(way, 1); // Warms this process, which runs the programs, and the embedded AWS.
  const samples: Sample[] = [];
  for (let round = 0; round < runs; round++) {
    for (const functions of sizes) {
      for (let i = 0; i < chosen.length; i++) {
        const way = chosen[(i + round) % chosen.length] ?? "plain";
        const sample = await run(way, functions);
        const { previewMs, upMs } = sample;
        console.error(
          `… ${functions} × ${way}: preview ${previewMs.toFixed(0)} ms, up ${upMs.toFixed(0)} ms, load ${sample.load}`,
        );
        samples.push(sample);
      }
    }
  }
  return samples;
}

/** How many processes wanted to run during the last minute. */
function load(): number {
  return loadavg()[0] ?? Number.NaN;
}

async function timed(action: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
