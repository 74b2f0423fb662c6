/** What the process ends with. Documented in docs/cli.md, and never given another meaning. */
export const exitCodes = {
  done: { code: 0, meaning: "everything is as it was requested, also where nothing had to be changed" },
  failed: { code: 1, meaning: "an error outside of single functions, such as missing credentials" },
  usage: { code: 2, meaning: "the command was called wrongly; nothing was read or changed" },
  skipped: { code: 3, meaning: "some functions were skipped, with the reason; the others are done" },
  incomplete: { code: 4, meaning: "some functions failed and were left as they were; the others are done" },
  nothing: { code: 5, meaning: "no function was selected" },
  declined: { code: 6, meaning: "the change was not confirmed; nothing was changed" },
  different: { code: 7, meaning: "with `--dry-run`: there is something to change" },
} as const;

export type ExitCode = keyof typeof exitCodes;
