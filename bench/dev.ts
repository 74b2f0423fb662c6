import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { fillDevPackage } from "../dev/pack";
import { type DevStart, measureDev } from "./devProcess";
import { statistic } from "./harness/statistics";

const root = join(__dirname, "..");

/**
 * `npm run bench:dev`: how long `clickstack-lambda dev` takes, as it is installed, from the command to the first line of a function.
 * The first start, which downloads AWS's runtime interface client, is not counted. `-- --runs N` takes N starts; `--json` prints
 * `{"firstLineMs":…,"introducedMs":…,"cpuMs":…,"load":…}`, medians.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { runs: { type: "string", default: "10" }, json: { type: "boolean", default: false } },
  });
  const folder = mkdtempSync(join(tmpdir(), "bench-dev-"));
  const project = join(folder, "shop");
  try {
    await installProject(project);
    const command = [process.execPath, join(root, "dist", "cli", "main.js"), "dev", "--event", "event.json"];
    const environment = {
      ...process.env,
      XDG_CACHE_HOME: join(folder, "cache"),
      CLICKSTACK_LAYERS_DIRECTORY: join(root, "dist", "layers"),
    };
    const start = () => measureDev(command, { cwd: project, environment, line: "stock low for A-17" });
    await start();
    const [before = 0] = loadavg();
    const starts: DevStart[] = [];
    while (starts.length < Number(values.runs)) starts.push(await start());
    const [after = 0] = loadavg();
    report(starts, (before + after) / 2, values.json);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A project with a function, and the packages as npm installs them. */
async function installProject(folder: string): Promise<void> {
  const installed = join(folder, "node_modules", "clickstack-lambda-dev");
  cpSync(join(root, "dev", "npm"), installed, { recursive: true });
  await fillDevPackage(installed);
  const { dependencies } = require(join(installed, "package.json")) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies).filter((one) => one !== "clickstack-lambda")) {
    const target = join(folder, "node_modules", name);
    mkdirSync(dirname(target), { recursive: true });
    symlinkSync(join(root, "node_modules", name), target);
  }
  writeFileSync(join(folder, "package.json"), '{ "name": "shop" }');
  writeFileSync(join(folder, "event.json"), '{ "sku": "A-17" }');
  writeFileSync(
    join(folder, "index.js"),
    'exports.handler = async ({ sku }) => { console.warn("stock low for", sku); return { sku }; };',
  );
}

function report(starts: readonly DevStart[], load: number, json: boolean): void {
  const names = ["introducedMs", "firstLineMs", "cpuMs"] as const;
  const figures = names.map((name) => [name, statistic(starts.map((start) => start[name]))] as const);
  if (json) {
    const medians = figures.map(([name, { median }]) => [name, Math.round(median ?? 0)]);
    console.log(JSON.stringify({ ...Object.fromEntries(medians), load: Number(load.toFixed(1)) }));
    return;
  }
  const table = new Table({ head: ["ms", "median", "least", "most"] });
  const titles = {
    introducedMs: "the functions are listed",
    firstLineMs: "the first line of a function",
    cpuMs: "processor time until then",
  };
  for (const [name, { median, min, max }] of figures)
    table.push([titles[name], ...[median, min, max].map((value) => (value ?? 0).toFixed(0))]);
  console.log(table.toString());
  console.log(`${starts.length} starts, load ${load.toFixed(1)} on ${cpus().length} processors`);
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
