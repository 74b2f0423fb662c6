/** Exit codes of the process. They are documented in docs/cli.md, and never change their meaning. */
export const exitCodes = {
  done: { code: 0, meaning: "everything is as requested, even if nothing had to be changed" },
  failed: {
    code: 1,
    meaning: "an error that does not concern a single function, such as missing credentials",
  },
  usage: { code: 2, meaning: "the command was used incorrectly; nothing was read or changed" },
  skipped: { code: 3, meaning: "some functions were skipped, with the reason; the others are done" },
  incomplete: { code: 4, meaning: "some functions failed and were left as they were; the others are done" },
  nothing: { code: 5, meaning: "no function was selected" },
  declined: { code: 6, meaning: "the change was not confirmed; nothing was changed" },
  different: { code: 7, meaning: "with `--dry-run`: there is something to change" },
  function: { code: 10, meaning: "`verify`: there is no such function, or it does not support layers" },
  layer: {
    code: 11,
    meaning: "`verify`: the extension's layer is missing, cannot be read or is for another architecture",
  },
  wrapper: { code: 12, meaning: "`verify`: tracing is only partly configured" },
  settings: {
    code: 13,
    meaning: "`verify`: a setting of the extension is not valid, or there is no endpoint",
  },
  secrets: { code: 14, meaning: "`verify`: a secret does not exist, or does not have the field" },
  permissions: { code: 15, meaning: "`verify`: the role may not read a secret" },
  network: { code: 16, meaning: "`verify`: the endpoint cannot be reached" },
  delivery: { code: 17, meaning: "`verify`: the endpoint refuses the key or the record" },
  invocation: { code: 18, meaning: "`verify`: the function could not be invoked, or its extensions failed" },
  rows: { code: 19, meaning: "`verify`: ClickHouse has no rows of the function" },
  attributes: { code: 20, meaning: "`verify`: rows lack attributes that the extension sets" },
  trace: { code: 21, meaning: "`verify`: there are log lines, but no trace" },
  cloudWatch: { code: 22, meaning: "`verify`: CloudWatch Logs are disabled but received lines" },
} as const;

export type ExitCode = keyof typeof exitCodes;
