/** ClickHouse's settings, by name. */
export type Settings = Readonly<Record<string, string>>;

/**
 * The statement that replaces the settings of a session; settings that are not given get their defaults.
 * @returns undefined if they are already the same.
 */
export function settingsChange(before: Settings, after: Settings): string | undefined {
  const set = Object.entries(after).flatMap(([name, value]) =>
    before[name] === value ? [] : [`${identifier(name)} = ${quote(value)}`],
  );
  const unset = Object.keys(before)
    .filter((name) => after[name] === undefined)
    .map((name) => `${identifier(name)} = DEFAULT`);
  const changes = [...unset, ...set];
  return changes.length === 0 ? undefined : `SET ${changes.join(", ")}`;
}

/** A string literal of ClickHouse's SQL. */
export function quote(value: string): string {
  return `'${value.replace(/[\\']/g, (character) => `\\${character}`)}'`;
}

/** A quoted identifier of ClickHouse's SQL. */
export function identifier(name: string): string {
  return `\`${name.replace(/[\\`]/g, (character) => `\\${character}`)}\``;
}
