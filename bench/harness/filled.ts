/** Variables with the values of `${NAME}` in them filled in. */
export function filled(
  env: Readonly<Record<string, string>>,
  variables: Readonly<Record<string, string>>,
): Record<string, string> {
  const fill = (value: string) => value.replace(/\$\{(\w+)\}/g, (whole, name) => variables[name] ?? whole);
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
}
