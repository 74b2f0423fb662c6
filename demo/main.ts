import { parseArgs } from "node:util";
import { Cleanup } from "../dev/cleanup";
import { runExisting } from "./existing";
import { existingProblems, existingReport } from "./existingReport";
import { type Fault, faults } from "./fault";
import { connection, hyperDxHint } from "./hyperDx";
import { terminalProgress } from "./progress";
import { report } from "./report";
import { problems, summarize } from "./result";
import { runDemo } from "./run";
import { style } from "./style";

const help = `npm run demo [-- options]
From source to rows in ClickHouse on this machine: builds the extension, publishes it as layers and deploys two
functions with the Pulumi engine to an embedded AWS, runs them in a local Lambda and looks at what arrived. Three more
functions (examples/distributed) hand a request on to each other, whose trace is printed as a tree.

  --all-architectures   build and publish the layers for x86_64 and arm64, not only for this machine's architecture
  --rounds N            how often each function runs each scenario (default 3: 24 invocations)
  --open                show logs and traces on a page in the browser, until Ctrl-C
  --keep                leave ClickHouse there until Ctrl-C, and say how it is read
  --hyperdx             the same, and say how HyperDX shows what is in it
  --json                end with one JSON object on standard output instead of tables
  --existing            instead: three functions that no Pulumi program made are instrumented by the command line, verified, cut off
                        from CloudWatch Logs, and given back as they were
  --fault NAME          break something on the way: ${faults.join(", ")}
  --help                this text`;

interface Options {
  allArchitectures: boolean;
  rounds: number;
  json: boolean;
  open: boolean;
  keep: boolean;
  hyperdx: boolean;
  existing: boolean;
  fault?: Fault;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      "all-architectures": { type: "boolean", default: false },
      rounds: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
      open: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      hyperdx: { type: "boolean", default: false },
      existing: { type: "boolean", default: false },
      fault: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds must be a whole number from 1, not "${values.rounds}"`);
  const fault = faults.find((name) => name === values.fault);
  if (values.fault !== undefined && !fault)
    throw new Error(`--fault must be one of: ${faults.join(", ")} (got "${values.fault}")`);
  const { json, open, hyperdx, existing } = values;
  const keep = values.keep || hyperdx;
  if (existing && (open || keep || fault !== undefined))
    throw new Error("--existing cannot be combined with --open, --keep, --hyperdx or --fault");
  return {
    allArchitectures: values["all-architectures"],
    rounds,
    json,
    open,
    keep,
    hyperdx,
    existing,
    fault,
  };
}

async function main(cleanup: Cleanup): Promise<number> {
  const options = readOptions();
  if (!options) {
    console.log(help);
    return 0;
  }
  const progress = terminalProgress();
  if (options.existing) {
    const result = await runExisting({ progress, cleanup });
    console.log(options.json ? JSON.stringify(result.summary) : existingReport(result));
    const found = existingProblems(result);
    for (const problem of found) progress.note(style(process.stderr, "red", `✖ ${problem}`));
    return found.length === 0 ? 0 : 1;
  }
  const result = await runDemo({ ...options, progress, cleanup });
  const found = problems(result);
  if (options.json) console.log(JSON.stringify(summarize(result)));
  else console.log(report(result, process.stdout.columns ?? 140));
  for (const line of new Set(result.extensionLog))
    progress.note(style(process.stderr, "dim", `extension log: ${line}`));
  for (const problem of found) progress.note(style(process.stderr, "red", `✖ ${problem}`));
  if (found.length === 0)
    progress.note(style(process.stderr, "green", `✔ everything arrived, in ${result.seconds} s`));
  if (result.page !== undefined) progress.note(`\nThe page: ${result.page}`);
  if (options.keep) progress.note(`\n${connection(result.clickhouse)}`);
  if (options.hyperdx) progress.note(hyperDxHint(result.clickhouse));
  if (result.page !== undefined || options.keep) {
    progress.note("Ctrl-C ends it.");
    await new Promise<never>(() => {});
  }
  return found.length === 0 ? 0 : 1;
}

/**
 * Ctrl-C and SIGTERM stop every process that the demo started before they end the demo; a second one ends it
 * immediately. The listeners stay: a library whose listener is the only one for a signal would end this process.
 */
function undoOnSignal(cleanup: Cleanup): void {
  let stopping = false;
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(code);
      stopping = true;
      process.stderr.write("\nstopping what the demo started…\n");
      cleanup.run().finally(() => process.exit(code));
    });
  }
}

// The AWS SDK warns about Node.js 20 in the middle of the report; which Node.js is supported is said in package.json.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
const cleanup = new Cleanup();
undoOnSignal(cleanup);
main(cleanup)
  .catch((error: Error) => {
    process.stderr.write(`${style(process.stderr, "red", "✖")} ${error.message}\n`);
    return 1;
  })
  .then(async (code) => {
    const failures = await cleanup.run();
    for (const failure of failures) process.stderr.write(`while stopping: ${failure.message}\n`);
    process.exitCode = code;
  });
