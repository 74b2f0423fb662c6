import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ConditionSignal } from "../core/conditionSignal";
import { Processes } from "./processes";
import { type IsolationMode, needsMerged, Supervisor } from "./supervisor";

/** The isolation that this machine allows. */
export interface Isolation {
  mode: IsolationMode;
  /** Interpreter of the supervisor. */
  python: string;
  /** How the mode differs from Lambda, for the user; undefined if it does not. */
  notice?: string;
}

/** The paths of the environment's directories, as its processes see them. */
export interface EnvironmentPaths {
  task: string;
  opt: string;
  runtime: string;
  lang: string;
}

export const LAMBDA_PATHS: EnvironmentPaths = {
  task: "/var/task",
  opt: "/opt",
  runtime: "/var/runtime",
  lang: "/var/lang",
};

const MINIMUM_PYTHON = [3, 9];
const PYTHON_QUESTION = "import os,sys;print(os.path.realpath(sys.executable));print(*sys.version_info[:2])";

let found: Promise<Isolation> | undefined;

/** The strongest isolation that works on this machine; determined once. */
export function findIsolation(): Promise<Isolation> {
  found ??= probe();
  return found;
}

/** @param only tries only these modes. */
export async function probe(only?: IsolationMode[]): Promise<Isolation> {
  const python = await findPython();
  const reasons: string[] = [];
  for (const mode of only ?? candidates()) {
    if (mode === "none") return { mode, python, notice: noticeOf(reasons) };
    try {
      await tryOut(python, mode);
      return { mode, python };
    } catch (error) {
      reasons.push(`${mode}: ${(error as Error).message}`);
    }
  }
  throw new Error(`this machine supports none of the requested kinds of isolation (${reasons.join("; ")})`);
}

function candidates(): IsolationMode[] {
  if (process.platform !== "linux") return ["none"];
  return process.getuid?.() === 0 ? ["root", "user", "bubblewrap", "none"] : ["user", "bubblewrap", "none"];
}

function noticeOf(reasons: string[]): string {
  const none = process.platform === "linux" ? "as asked" : `there are none on ${process.platform}`;
  const why = reasons.length > 0 ? reasons.join("; ") : none;
  return (
    `Functions run without namespaces (${why}). /opt, /var/task and /var/runtime are replaced in arguments and environment ` +
    "variables only: scripts that contain these paths do not find them, /tmp is this machine's, nothing is " +
    "read-only, and one execution environment runs at a time."
  );
}

async function findPython(): Promise<string> {
  for (const command of ["python3", "python"]) {
    try {
      const { stdout } = await promisify(execFile)(command, ["-c", PYTHON_QUESTION]);
      const [path, version] = stdout.trim().split("\n");
      const [major, minor] = version.split(" ").map(Number);
      if (major === MINIMUM_PYTHON[0] && minor >= MINIMUM_PYTHON[1]) return path;
    } catch {
      // not this one
    }
  }
  throw new Error(
    `the sandbox needs Python ${MINIMUM_PYTHON.join(".")} or later as python3 on PATH: it holds the environments' namespaces`,
  );
}

/** Creates an empty environment with two layers, and runs a program in it. */
async function tryOut(python: string, mode: IsolationMode): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "lambda-probe-"));
  try {
    const [task, first, second] = ["task", "first", "second"].map((name) => {
      const path = join(directory, name);
      mkdirSync(path);
      return path;
    });
    const layers = needsMerged(mode) ? [first] : [first, second];
    const supervisor = await Supervisor.start(python, {
      mode,
      task,
      runtime: null,
      layers,
      binaries: {},
      ports: [],
      temporaryBytes: 1 << 20,
    });
    try {
      const conditions = new ConditionSignal();
      const started = await new Processes(supervisor, conditions).start({
        arguments: [python, "-S", "-c", ""],
        environment: {},
        directory: LAMBDA_PATHS.task,
        outputs: [],
      });
      await conditions.until(() => started.exit !== undefined, Date.now() + 10_000);
      if (started.exit?.code !== 0) throw new Error("a program that should do nothing failed");
    } finally {
      await supervisor.close();
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Replaces Lambda's paths where they occur in an argument or in the value of an environment variable. */
export function mapPaths(value: string, to: EnvironmentPaths): string {
  const targets: Record<string, string> = {
    "/opt": to.opt,
    "/var/task": to.task,
    "/var/runtime": to.runtime,
    "/var/lang": to.lang,
  };
  return value.replace(
    /(^|[:=,\s])(\/opt|\/var\/task|\/var\/runtime|\/var\/lang)(?=$|[/:,\s])/g,
    (_, before: string, path: string) => before + targets[path],
  );
}
