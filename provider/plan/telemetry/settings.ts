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

/** One setting of the extension, from settings.json, which TypeScript, Rust and the documentation share. */
export interface Setting {
  /** Name in camel case, as used in `ObservedFunction.settings`. */
  name: string;
  /** Environment variable that carries it. Absent if a pattern covers several. */
  variable?: string;
  /** Form of the variables' names: `{A|B}` stands for one of the words, `{NAME}` for any word. */
  pattern?: string;
  /** Further variables with the same meaning. */
  aliases?: string[];
  type: SettingType;
  /** Values of an enum. */
  values?: string[];
  default?: string | number | boolean;
  /** Its description. */
  doc: string;
  /** Whether its value is usually confidential. */
  secret?: boolean;
  /** The component that reads it, if not the extension. */
  readBy?: "tracing-layer";
  /** Whether the extension supports it; otherwise it logs a warning once. */
  supported: boolean;
  /** First version of the extension that has it. */
  since: string;
}

/** All settings. */
export const settings = settingsFile as readonly Setting[];

/** A setting together with the environment variable for a name or pattern. */
export interface ResolvedSetting {
  setting: Setting;
  variable: string;
}

/** A cache of resolved names: a fleet of functions uses the same ones repeatedly. */
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

/**
 * The environment variable of the setting with this name. Throws on an unknown name, which is a bug in this package.
 */
export function variableOf(name: string): string {
  const setting = findSetting(name);
  if (setting === undefined) throw new Error(`settings.json has no setting ${name}`);
  return setting.variable;
}

/**
 * The value of an extension's setting in arguments that may contain any setting: the last one that is set.
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

/** Why the setting cannot have this value, or undefined if it can. Values with references are not checked. */
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

/** Checks of settings with their own syntax. */
const grammars: Partial<Record<string, (value: string) => string | undefined>> = {
  flushMode: checkFlushMode,
  traceRatio: checkTraceRatio,
  traceKeep: checkTraceKeep,
};

/** Why this is not a flush mode, with the extension's message (`runtime/src/config/sending.rs`). */
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

/** Why this is not a share, with the extension's message (`runtime/src/config/sampling.rs`). */
function checkTraceRatio(value: string): string | undefined {
  const isShare = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value) && Number(value) <= 1;
  return isShare ? undefined : "is not a share from 0 to 1, such as 0.1";
}

/** Why these are not rules for traces to keep, with the extension's message (`runtime/src/config/sampling.rs`). */
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

/** Why this is not the URL of a backend, or undefined if it is one. */
export function checkUrl(value: string): string | undefined {
  if (!/^https?:\/\//.test(value)) return "needs a scheme: write https://host:port (or http://host:port)";
  return URL.canParse(value) ? undefined : "is not a valid URL";
}

const durationForm = /^(\d+\s*(ns|us|ms|s|sec|secs|m|min|mins|h|hr|hrs|d|day|days)\s*)+$/;

const expressions = new Map<string, RegExp>();

/** Each is compiled once, since planning many functions looks up every variable of each. */
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
