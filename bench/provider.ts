import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startEmbeddedAws } from "../sandbox/aws/embeddedAws";
import { startEngine } from "../sandbox/engine";
import { cpuMs, ProviderProcesses } from "./providerProcess";
import { program, region, type Way, ways } from "./providerPrograms";
import { type Sample, summary } from "./providerReport";

const help = `npm run bench:provider [-- --runs N] [--sizes 1,10,100] [--json FILE]
Preview and up of observed functions, imported and through the plugin, against the same program with plain functions, by
the real engine on the embedded AWS. Prints medians of interleaved runs beside the budget.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "3" },
      sizes: { type: "string", default: "1,10,100" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const sizes = values.sizes.split(",").map(Number);
  const measured = await measureAll(Number(values.runs), sizes);
  console.log(summary(measured.samples, measured.startMs));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(measured, undefined, 2)}\n`);
}

type Run = (way: Way, functions: number) => Promise<Sample>;

async function measureAll(runs: number, sizes: readonly number[]) {
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
      const peakMib = await provider.peakMib(async () => {
        previewMs = await timed(() => stack.preview());
        upMs = await timed(() => stack.up());
      });
      const spent = cpuMs();
      const usedMs = cpu === undefined || spent === undefined ? undefined : spent - cpu;
      await stack.workspace.removeStack(stack.name, { force: true });
      return { way, functions, previewMs, upMs, cpuMs: usedMs, peakMib };
    };
    return { samples: await interleaved(run, runs, sizes), startMs };
  } finally {
    await engine.stop();
    await aws.stop();
  }
}

/** Every way right after the others, in another order each time, so that the machine's moods hit all of them alike. */
async function interleaved(run: Run, runs: number, sizes: readonly number[]): Promise<Sample[]> {
  for (const way of ways) await run(way, 1); // Warms this process, which runs the programs, and the embedded AWS.
  const samples: Sample[] = [];
  for (let round = 0; round < runs; round++) {
    for (const functions of sizes) {
      for (let i = 0; i < ways.length; i++) {
        const way = ways[(i + round) % ways.length] ?? "plain";
        const sample = await run(way, functions);
        const { previewMs, upMs } = sample;
        console.error(
          `… ${functions} × ${way}: preview ${previewMs.toFixed(0)} ms, up ${upMs.toFixed(0)} ms`,
        );
        samples.push(sample);
      }
    }
  }
  return samples;
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
