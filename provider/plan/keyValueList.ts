/**
 * The pairs of a list `key=value,key=value`, read as the extension reads it: the first `=` separates; a value, an entry
 * or the whole list may stand in double quotes, in which `\"` and `\\` are a quote and a backslash; commas inside of
 * quotes and of `${…}` separate nothing.
 * @returns the pairs in order; an entry that is a reference as a whole has no key.
 */
export function keyValuePairs(list: string): { key?: string; value: string }[] {
  return split(unquoted(list.trim()) ?? list)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "")
    .map((entry) => {
      const text = unquoted(entry) ?? entry;
      const equals = hidden(text).indexOf("=");
      if (equals < 0) return { value: text };
      const value = text.slice(equals + 1).trim();
      return { key: text.slice(0, equals).trim(), value: unquoted(value) ?? value };
    });
}

/** The entries of a list: a quote counts where an entry or a value begins. */
function split(list: string): string[] {
  const entry = /(?:[^,="$]*=)?\s*"(?:\\.|[^"\\])*"(?=\s*(?:,|$))|(?:\$\{[^}]*\}|[^,])+/g;
  return list.match(entry) ?? [];
}

/** The text with what stands in `${…}` made unreadable, so that nothing in there separates. */
function hidden(text: string): string {
  return text.replace(/\$\{[^}]*\}/g, (reference) => "$".repeat(reference.length));
}

/** What stands in the quotes when one quoted text is everything there is. */
function unquoted(text: string): string | undefined {
  const [, inner] = /^"((?:\\.|[^"\\])*)"$/s.exec(text) ?? [];
  return inner?.replace(/\\(["\\])/g, "$1");
}
