import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DevOptions, runDev } from "../../../dev/main";

const root = join(__dirname, "..", "..", "..");

/** Sets variables of this process. @returns restores them. */
export function setEnvironment(variables: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(variables).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, variables);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
}

/** A wait that is not over then fails with what was written: a test without it would neither end nor say why. */
const LIMIT_MS = 300_000;

/** The output so far, and pending waits for matches in it. */
export class Written {
  text = "";
  private waiting: (() => void)[] = [];

  write(text: string): void {
    this.text += text;
    for (const wake of this.waiting.splice(0)) wake();
  }

  /** Why no more output will follow. */
  private failure: Error | undefined;

  end(error: Error): void {
    this.failure = error;
    this.write("");
  }

  /** The first match after `from`. */
  async until(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.write("");
    }, LIMIT_MS);
    try {
      for (;;) {
        const found = pattern.exec(this.text.slice(from));
        if (found) return found;
        if (this.failure) throw this.failure;
        if (late) throw new Error(`${pattern} is not in what was written:\n${this.text.slice(from)}`);
        await new Promise<void>((resolve) => this.waiting.push(resolve));
      }
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Runs `dev` in this process. */
export function startDev(options: DevOptions) {
  const written = new Written();
  const stop = new AbortController();
  const environment = { HYPERDX_URL: "http://localhost:8000" };
  const ended = runDev(options, { out: written, err: written, environment }, stop.signal);
  ended.then(
    () => written.end(new Error(`dev has ended after:\n${written.text}`)),
    (error: Error) => written.end(error),
  );
  return { written, stop, ended };
}

/** Rows of a query to the ClickHouse whose address and password `dev` has printed. */
export async function queryRows<Row>(written: Written, sql: string): Promise<Row[]> {
  const [, url = "", password = ""] = await written.until(
    /ClickHouse: (\S+) \(user default, password (\S+)\)/,
  );
  const headers = { "x-clickhouse-user": "default", "x-clickhouse-key": password };
  const answer = await fetch(url, { method: "POST", headers, body: `${sql} FORMAT JSONEachRow` });
  const body = await answer.text();
  if (!answer.ok) throw new Error(body);
  return body
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);
}

/** A process of this machine; `id` is unique, unlike pids, which are reused. */
export interface Process {
  pid: number;
  parent: number;
  /** Of the machine's clock, in its ticks. */
  startedAt: number;
  id: string;
  command: string;
}

/** All processes except zombies. */
export function processes(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid): Process[] => {
      try {
        const [state, parent, ...others] = readFileSync(`/proc/${pid}/stat`, "utf8")
          .replace(/^.*\) /, "")
          .split(" ");
        if (state === "Z") return [];
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
        const startedAt = Number(others[17]);
        return [
          { pid: Number(pid), parent: Number(parent), startedAt, id: `${pid} since ${startedAt}`, command },
        ];
      } catch {
        return []; // it has ended in the meantime
      }
    });
}

/** A process and all its descendants. */
export function treeOf(pid: number): Process[] {
  const all = processes();
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return [...all.filter((one) => one.pid === pid), ...below(pid)];
}

/** The last ClickHouse process that this one started; earlier ones wait for other tests. */
export function clickHousePid(): number {
  const started = treeOf(process.pid).filter(({ command }) => command.includes("sandbox/clickhouse/main"));
  return started.sort((a, b) => b.startedAt - a.startedAt)[0]?.pid ?? Number.NaN;
}

/** Starts `dev` as a shell does, in a separate process group, which Ctrl-C reaches as a whole. */
export function startProcess(args: readonly string[]) {
  const program = [join(root, "cli", "main.ts"), "dev", ...args];
  const child = spawn(process.execPath, ["--import", "tsx", ...program], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const written = new Written();
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => written.write(String(data)));
  const pid = child.pid ?? Number.NaN;
  const ended = once(child, "close").then(([code]) => {
    written.end(new Error(`dev has ended after:\n${written.text}`));
    return code as number | null;
  });
  return { pid, written, ended, interrupt: () => process.kill(-pid, "SIGINT") };
}
