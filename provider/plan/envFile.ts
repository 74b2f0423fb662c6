/** Folder that a function finds its code in. */
const taskRoot = "/var/task/";

/** Path of an env file within the function's code, or undefined when it lies elsewhere, such as in a layer. */
export function pathInCode(envFile: string): string | undefined {
  if (envFile.startsWith(taskRoot)) return envFile.slice(taskRoot.length);
  return envFile.startsWith("/") ? undefined : envFile.replace(/^\.\//, "");
}

/** The values that an env file sets: one `NAME=value` a line, `export` and quotes allowed, `#` lines are comments. */
export function envFileValues(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [, value] = /^\s*(?:export\s+)?[A-Za-z_]\w*\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return value === undefined ? [] : [/^(["']).*\1$/.test(value) ? value.slice(1, -1) : value];
  });
}
