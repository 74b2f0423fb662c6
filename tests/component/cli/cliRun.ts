import { PassThrough } from "node:stream";
import { runCommandLine } from "../../../cli/commandLine";

/** The output and exit code of a run of the command line. */
export interface CliRun {
  code: number;
  out: string;
  err: string;
}

/** Options of {@link runCli}. */
export interface CliRunOptions {
  /** Typed input; without it, the input is not a terminal. */
  input?: string;
  isTTY?: boolean;
  environment?: Record<string, string>;
}

/** Runs the command line in this process. */
export async function runCli(
  args: readonly string[],
  { input, isTTY = false, environment = {} }: CliRunOptions = {},
): Promise<CliRun> {
  const written = { out: "", err: "" };
  const writer = (to: "out" | "err") => {
    const stream = new PassThrough();
    stream.on("data", (data) => {
      written[to] += data;
    });
    return Object.assign(stream, { isTTY });
  };
  const typed = Object.assign(new PassThrough(), { isTTY: input !== undefined });
  if (input !== undefined) typed.end(input);
  const terminal = { out: writer("out"), err: writer("err"), input: typed, environment };
  const code = await runCommandLine(args, terminal);
  return { code, ...written };
}

/** Makes the AWS SDK use only these credentials until the returned function is called. */
export function playedCredentials(): () => void {
  const played: Record<string, string | undefined> = {
    AWS_ACCESS_KEY_ID: "played",
    AWS_SECRET_ACCESS_KEY: "played",
    AWS_SESSION_TOKEN: undefined,
    AWS_REGION: undefined,
    AWS_DEFAULT_REGION: undefined,
    AWS_PROFILE: undefined,
    AWS_MAX_ATTEMPTS: "2",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
  };
  const before = Object.fromEntries(Object.keys(played).map((name) => [name, process.env[name]]));
  const set = (values: Record<string, string | undefined>) => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  };
  set(played);
  return () => set(before);
}
