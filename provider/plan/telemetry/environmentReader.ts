import { holdsReference, mayRefer } from "./references";
import { findSetting } from "./settings";

/** An environment variable that is set, with its value. */
export interface SetVariable {
  name: string;
  text: string;
}

/**
 * Environment variables, interpreted as by the extension: white space around a value is ignored, an empty value is not
 * set.
 */
export class EnvironmentReader {
  public constructor(private readonly variables: Readonly<Record<string, string>>) {}

  public get(name: string): string | undefined {
    return this.variables[name]?.trim() || undefined;
  }

  /**
   * The first of several variables that has a usable value. A value with references can only be checked once they are
   * resolved, so it is usable if references are allowed.
   */
  public first(
    names: readonly string[],
    usable: (text: string, name: string) => boolean = () => true,
  ): SetVariable | undefined {
    for (const name of names) {
      const text = this.get(name);
      if (text === undefined) continue;
      if (holdsReference(text) ? mayRefer(name) : usable(text, name)) return { name, text };
    }
    return undefined;
  }

  /** The value of a setting that must be one of several words, in lower case; undefined if it is something else. */
  public choice(name: string): string | undefined {
    const text = this.get(name)?.toLowerCase();
    return text !== undefined && choices(name).includes(text) ? text : undefined;
  }

  public isTrue(name: string): boolean {
    return /^(true|1)$/i.test(this.get(name) ?? "");
  }
}

/** The values that settings.json allows for a setting. */
export function choices(variable: string): readonly string[] {
  return findSetting(variable)?.setting.values ?? [];
}
