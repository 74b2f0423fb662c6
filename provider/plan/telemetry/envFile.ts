/** Folder of a function's code. */
const taskRoot = "/var/task/";

/** A longer value is ignored, as by the extension: variables can contain earlier ones several times. */
const longestValue = 64 * 1024;

/** Path of an env file within the function's code, or undefined if it is elsewhere, such as in a layer. */
export function pathInCode(envFile: string): string | undefined {
  if (envFile.startsWith(taskRoot)) return envFile.slice(taskRoot.length);
  return envFile.startsWith("/") ? undefined : envFile.replace(/^\.\//, "");
}

/**
 * The variables that an env file sets, parsed as by the extension: one `NAME=value` per line, `export`, comments and
 * quotes (also over several lines) as in a shell. `${NAME}` is the environment's variable or one of an earlier line,
 * otherwise nothing; `${arn:…}` is kept. Other lines are ignored.
 */
export function envFileVariables(
  text: string,
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  const variables = new Map<string, string>();
  const lookup = (name: string) => environment[name] ?? variables.get(name) ?? "";
  let rest = text.replace(/^\ufeff/, "");
  while (rest !== "") {
    const line = rest.slice(0, rest.indexOf("\n") + 1 || rest.length);
    const [head, name = ""] = /^\s*(?:export[ \t]+)?([A-Za-z_.][\w.]*)\s*=/.exec(line) ?? [];
    const read = head === undefined ? undefined : readValue(rest.slice(head.length), lookup);
    if (read !== undefined && read.value.length <= longestValue) variables.set(name, read.value);
    rest = rest.slice(read === undefined ? line.length : (head?.length ?? 0) + read.length);
  }
  return Object.fromEntries(variables);
}

/** The parts of a value; a single quote character is one that is not closed. */
const parts =
  /'(?<single>[^']*)'|"(?<double>(?:\\[\s\S]|[^"\\])*)"|(?<bare>\\[n\\'"$# ]|\$\{[^}\n]*\})|(?<blank>[ \t\r]+)|(?<end>\n)|(?<other>[\s\S])/y;

/** The value at the beginning of a text and its length to the line's end; undefined if a quote is not closed. */
function readValue(
  text: string,
  lookup: (name: string) => string,
): { value: string; length: number } | undefined {
  let value = "";
  let blanks = "";
  let begun = false;
  parts.lastIndex = 0;
  for (let part = parts.exec(text); part !== null; part = parts.exec(text)) {
    const { single, double, bare, blank, end, other } = part.groups ?? {};
    if (end !== undefined) break;
    if (other === "'" || other === '"') return undefined;
    if (blank !== undefined) {
      blanks += blank;
      continue;
    }
    if (other === "#" && blanks !== "") {
      const newline = text.indexOf("\n", part.index);
      return { value, length: newline < 0 ? text.length : newline + 1 };
    }
    const written = single ?? (other !== undefined ? other : substituted(double ?? bare ?? "", lookup));
    // White space is only kept between two parts.
    value += (begun ? blanks : "") + written;
    blanks = "";
    begun = true;
  }
  return { value, length: parts.lastIndex === 0 ? text.length : parts.lastIndex };
}

/** Escapes and variables replaced; a backslash before anything without a special meaning is itself. */
function substituted(text: string, lookup: (name: string) => string): string {
  return text.replace(/\\([n\\'"$# ])|\$\{([^}\n]*)\}/g, (whole, escaped?: string, name?: string) => {
    if (escaped !== undefined) return escaped === "n" ? "\n" : escaped;
    return name?.startsWith("arn:") ? whole : lookup(name ?? "");
  });
}
