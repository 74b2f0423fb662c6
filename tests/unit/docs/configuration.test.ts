import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { findSetting, type Setting, settings } from "../../../provider/plan/telemetry/settings";
import { configurationPath, makeConfiguration } from "../../../scripts/docs";

const root = join(__dirname, "..", "..", "..");
const file = JSON.parse(readFileSync(join(root, "settings.json"), "utf8")) as Setting[];

/** Expands `A_{B|C}` to `A_B` and `A_C`; a placeholder becomes a word. */
function namesOf({ variable, pattern = "", aliases = [] }: Setting): string[] {
  if (variable !== undefined) return [variable, ...aliases];
  const place = /\{([^}]*)\}/.exec(pattern);
  if (place === null) return [pattern];
  return (place[1] ?? "")
    .split("|")
    .flatMap((word) => namesOf({ pattern: pattern.replace(place[0], word) } as Setting));
}

/** The extension's code about settings, without its tests. */
function rustSources(): string {
  const directory = join(root, "runtime", "src", "config");
  const files = readdirSync(directory).filter((name) => name.endsWith(".rs") && !/tests\.rs$/.test(name));
  return files
    .map((name) => readFileSync(join(directory, name), "utf8").split("#[cfg(test)]\nmod tests {")[0])
    .join("\n");
}

describe("docs/configuration.md", () => {
  it("is what npm run docs generates from settings.json", () => {
    assert.equal(readFileSync(configurationPath, "utf8"), makeConfiguration(), "run npm run docs");
  });

  it("has every setting once", () => {
    const text = readFileSync(configurationPath, "utf8").replaceAll("\\|", "|");
    for (const setting of file) {
      const shown = `\`${setting.variable ?? setting.pattern}\``;
      const entries = text
        .split("\n")
        .filter((line) => line.startsWith(`| ${shown} `) || line.startsWith(`- ${shown}:`));
      assert.equal(entries.length, 1, shown);
    }
  });

  it("shows a new setting's version", () => {
    const added: Setting = { ...(file[0] as Setting), name: "newOne", variable: "CLICKSTACK_NEW_ONE" };
    assert.match(makeConfiguration([...file, added]), /^\| `CLICKSTACK_NEW_ONE` \| `newOne` /m);
  });
});

describe("settings.json", () => {
  it("is TypeScript's table", () => {
    assert.deepEqual(settings, file);
    for (const setting of file) {
      for (const name of namesOf(setting)) {
        const found = findSetting(name);
        assert.ok(found !== undefined, name);
        assert.equal(found.variable, name);
      }
    }
  });

  it("has each name once", () => {
    const names = file.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)]);
    const variables = file.flatMap(namesOf);
    assert.deepEqual(variables, [...new Set(variables)]);
  });

  it("has every variable that the extension's code names", () => {
    const known = file.flatMap(namesOf);
    const named = rustSources().match(/"(?:ROTEL|CLICKSTACK|OTEL)_[A-Z_]+/g) ?? [];
    assert.ok(named.length > 5, "names were found");
    const lost = named
      .map((name) => name.slice(1))
      .filter((name) => !known.some((one) => one.startsWith(name)));
    assert.deepEqual(lost, []);
  });
});
