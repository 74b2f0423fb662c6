/** The process that the engine started as the plugin; the plugin's paths and settings come from it. */
export interface PluginContext {
  environment: NodeJS.ProcessEnv;
  /** Working directory: the program's, to which relative paths of assets refer. */
  directory: string;
}

/** What a launcher sends first: its working directory and its variables, each ended by a NUL, and one NUL more. */
const end = "\0\0";

/** Reads a launcher's message; undefined while its end has not arrived. */
export function readContext(message: string): PluginContext | undefined {
  if (!message.endsWith(end)) return undefined;
  const [directory = "", ...variables] = message.slice(0, -end.length).split("\0");
  const entries = variables.map((variable) => {
    const equals = variable.indexOf("=");
    return [variable.slice(0, equals), variable.slice(equals + 1)] as const;
  });
  return { directory, environment: Object.fromEntries(entries) };
}

/**
 * The program that the engine starts instead of a plugin: it makes the process behind `port` serve a provider, prints
 * that provider's port, and runs until the engine stops it or exits.
 */
export function launcherScript(port: number): string {
  return `#!/usr/bin/env bash
exec 3<>/dev/tcp/127.0.0.1/${port} || exit 1
{ printf '%s\\0' "$PWD"; env -0; printf '\\0'; } >&3
IFS= read -r -u 3 served || exit 1
echo "$served"
while read -r -t 1 -u 3 _ || [ $? -gt 128 ]; do kill -0 "$PPID" 2>/dev/null || exit 0; done
`;
}
