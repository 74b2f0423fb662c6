import settingsFile from "../../../settings.json";
import { didYouMean } from "../nearestName";

/** Form of a setting's value. */
export type SettingType =
  | "string"
  | "enum"
  | "boolean"
  | "integer"
  | "duration"
  | "url"
  | "address"
  | "path"
  | "keyValueList";

/** One setting of the extension, as settings.json describes it for TypeScript, Rust and the documentation alike. */
export interface Setting {
  /** Name in camel case, by which `ObservedFunction.settings` takes it. */
  name: string;
  /** Environment variable that carries it. Absent when a pattern stands for several. */
  variable?: string;
  /** Form of the variables' names: `{A|B}` stands for one of the words, `{NAME}` for any word. */
  pattern?: string;
  /** Further variables that mean the same. */
  aliases?: string[];
  type: SettingType;
  /** Values that an enum takes. */
  values?: string[];
  default?: string | number | boolean;
  /** What it does. */
  doc: string;
  /** Whether its value is confidential as a rule. */
  secret?: boolean;
  /** What reads it instead of the extension. */
  readBy?: "tracing-layer";
  /** Whether the extension acts on it; otherwise it says so once and carries on. */
  supported: boolean;
  /** First version of the extension that has it. */
  since: string;
}

/** Every setting there is. */
export const settings = settingsFile as readonly Setting[];

/** A setting together with the environment variable that a name or pattern means. */
export interface ResolvedSetting {
  setting: Setting;
  variable: string;
}

/** What names were found to mean: a fleet of functions asks for the same ones again and again. */
const found = new Map<string, ResolvedSetting | undefined>();

/** The setting of this name (`batchMaxSize`) or of this environment variable (`ROTEL_BATCH_MAX_SIZE`). */
export function findSetting(name: string): ResolvedSetting | undefined {
  if (!found.has(name)) found.set(name, searchSetting(name));
  return found.get(name);
}

function searchSetting(name: string): ResolvedSetting | undefined {
  for (const setting of settings) {
    if (setting.variable !== undefined && (setting.name === name || setting.variable === name)) {
      return { setting, variable: setting.variable };
    }
    if (setting.aliases?.includes(name)) return { setting, variable: name };
    if (setting.pattern !== undefined && patternExpression(setting.pattern).test(name)) {
      return { setting, variable: name };
    }
  }
  return undefined;
}

/** The environment variable of the setting with this name. Throws on an unknown name, which is our own mistake. */
export function variableOf(name: string): string {
  const setting = findSetting(name);
  if (setting === undefined) throw new Error(`settings.json has no setting ${name}`);
  return setting.variable;
}

/**
 * The value that an extension's setting has by arguments that may name any: the last of those that are there.
 * @param settings further settings, by name or variable.
 * @param variables the function's own variables.
 */
export function settingAmong<T>(
  setting: string,
  settings: Readonly<Record<string, T>>,
  variables: Readonly<Record<string, T>>,
): T | undefined {
  const variable = variableOf(setting);
  const entry = Object.entries(settings).find(([name]) => findSetting(name)?.variable === variable);
  return entry?.[1] ?? variables[variable];
}

/** Why there is no setting of this name, with the one that was probably meant. */
export function unknownSetting(name: string): string {
  const bySetting = settings.find((setting) => setting.name === name && setting.pattern !== undefined);
  if (bySetting?.pattern !== undefined) {
    return `${name} stands for several settings; name the environment variable, of the form ${bySetting.pattern}`;
  }
  const candidates = settings.flatMap((setting) =>
    setting.variable === undefined ? [] : [/^[A-Z]/.test(name) ? setting.variable : setting.name],
  );
  const hint = didYouMean(name, candidates) || " docs/configuration.md of the package lists them.";
  return `there is no setting of this name.${hint}`;
}

/** Why the setting cannot have this value, or undefined when it can. Values with references are not looked into. */
export function checkSettingValue(setting: Setting, value: string): string | undefined {
  if (value.includes("${") || value.startsWith("secret://")) return undefined;
  switch (setting.type) {
    case "enum":
      return setting.values?.includes(value.toLowerCase())
        ? undefined
        : `must be one of: ${setting.values?.join(", ")}`;
    case "boolean":
      return /^(true|false|1|0)$/i.test(value) ? undefined : "must be true or false";
    case "integer":
      return /^\d+$/.test(value) ? undefined : "must be a whole number";
    case "duration":
      return durationForm.test(value) ? undefined : "must be a duration such as 500ms, 5s or 1m30s";
    case "url":
      return checkUrl(value);
    case "address":
      return /^\S+:\d{1,5}$/.test(value) ? undefined : "must be an address and port, such as 127.0.0.1:4318";
    default:
      return grammars[setting.name]?.(value);
  }
}

/** Checks of settings with a grammar of their own. */
const grammars: Partial<Record<string, (value: string) => string | undefined>> = {
  flushMode: checkFlushMode,
  traceRatio: checkTraceRatio,
  traceKeep: checkTraceKeep,
};

/** Why this is not a flush mode, in the extension's words (`runtime/src/config/sending.rs`). */
function checkFlushMode(value: string): string | undefined {
  const [, mode = "", rhythm] = /^([^,]*)(?:,(.*))?$/s.exec(value.trim().toLowerCase()) ?? [];
  if (rhythm !== undefined) {
    const milliseconds = /^\s*\d+\s*$/.test(rhythm) ? Number(rhythm) : 0;
    if (milliseconds < 10 || milliseconds > 900_000)
      return "must have 10 to 900000 milliseconds after its comma";
  }
  const modes = ["periodic", "continuous", ...(rhythm === undefined ? ["auto", "end"] : [])];
  return modes.includes(mode.trim())
    ? undefined
    : "must be one of: auto, end, periodic, continuous; the last two may be followed by a comma and milliseconds";
}

/** Why this is not a share, in the extension's words (`runtime/src/config/sampling.rs`). */
function checkTraceRatio(value: string): string | undefined {
  const isShare = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number(value) <= 1;
  return isShare ? undefined : "is not a share from 0 to 1, such as 0.1";
}

/** Why these are not rules for traces to keep, in the extension's words (`runtime/src/config/sampling.rs`). */
function checkTraceKeep(value: string): string | undefined {
  const text = value.trim().toLowerCase();
  if (text === "none") return undefined;
  for (const rule of text.split(",").map((part) => part.trim())) {
    const [, duration] = /^slow:(.*)$/s.exec(rule) ?? [];
    if (duration !== undefined && !durationForm.test(duration.trim()))
      return "is not a duration with unit, such as 5s or 200ms";
    if (duration === undefined && rule !== "error" && rule !== "cold")
      return "must be none, or of error, cold and slow:DURATION, such as error,slow:1s";
  }
  return undefined;
}

/** Why this is not the URL of a backend, or undefined when it is one. */
export function checkUrl(value: string): string | undefined {
  if (!/^https?:\/\//.test(value)) return "needs a scheme: write https://host:port (or http://host:port)";
  return URL.canParse(value) ? undefined : "is not a valid URL";
}

const durationForm = /^(\d+\s*(ns|us|ms|s|sec|secs|m|min|mins|h|hr|hrs|d|day|days)\s*)+$/;

const expressions = new Map<string, RegExp>();

/** Each is compiled once: whoever plans many functions looks up every variable of each. */
function patternExpression(pattern: string): RegExp {
  const made = expressions.get(pattern) ?? makeExpression(pattern);
  expressions.set(pattern, made);
  return made;
}

function makeExpression(pattern: string): RegExp {
  const body = pattern.replace(/\{([^}]*)\}/g, (_, words: string) =>
    words.includes("|") ? `(${words})` : "[A-Z0-9_]+",
  );
  return new RegExp(`^${body}$`);
}
