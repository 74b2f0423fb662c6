import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { layersPackage } from "../../layers/location";
import { schemaPath } from "../../scripts/schema";

const root = join(__dirname, "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const pages = ["docs/_index.md", "docs/installation-configuration.md"];

/** Files that other tests run, compile or check, by the language of the blocks that quote them. */
const sources: Record<string, readonly string[]> = {
  typescript: [
    "examples/typescript/index.ts",
    "examples/container-image/index.ts",
    "examples/move-function/index.ts",
    "tests/deploy/provider/setup/aliasComponent.ts",
  ],
  python: ["examples/python/__main__.py", "tests/deploy/provider/setup/aliasComponent.py"],
  go: ["examples/go/main.go"],
  yaml: ["examples/yaml/Pulumi.yaml"],
  dockerfile: ["examples/container-image/function/Dockerfile"],
};

/** The code blocks of a page: their languages and contents. */
function blocks(page: string): { language: string; code: string }[] {
  return [...read(page).matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", code = ""]) => ({
    language,
    code,
  }));
}

describe("the Pulumi registry's pages", () => {
  it("begin with the front matter that the registry requires", () => {
    for (const page of pages) {
      const [, matter = ""] = /^---\n(.*?)\n---\n/s.exec(read(page)) ?? [];
      const keys = matter.split("\n").map((line) => line.slice(0, line.indexOf(":")));
      assert.deepEqual(keys, ["title", "meta_desc", "layout"], page);
      assert.ok(matter.endsWith("layout: package"), page);
    }
  });

  it("quote programs from files that tests run, each language of the chooser among them", () => {
    const quoted = new Set<string>();
    for (const page of pages) {
      for (const { language, code } of blocks(page)) {
        if (language === "bash") continue;
        const files = sources[language];
        assert.ok(files, `${page}: nothing is known about blocks in "${language}"`);
        assert.ok(
          files.some((file) => read(file).includes(code)),
          `${page}: this is in none of ${files.join(", ")}; quote it again:\n${code}`,
        );
        quoted.add(language);
      }
    }
    const [, languages = ""] = /chooser language "([\w,]+)"/.exec(read("docs/_index.md")) ?? [];
    const choosable = [...read("docs/_index.md").matchAll(/% choosable language (\w+) %/g)].map(
      ([, of]) => of,
    );
    assert.deepEqual(choosable, languages.split(","));
    for (const language of choosable) assert.ok(quoted.has(language ?? ""), language);
  });

  it("name only commands and configuration that there are", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const projects = ["typescript", "python", "go", "yaml"].map((name) =>
      read(`examples/${name}/Pulumi.yaml`),
    );
    const commands = pages.flatMap((page) =>
      blocks(page).flatMap(({ language, code }) => (language === "bash" ? code.trim().split("\n") : [])),
    );
    for (const command of commands) {
      const [, script] = /^npm run (\S+)/.exec(command) ?? [];
      if (script) assert.ok(script in scripts, command);
      const [, key = ""] = /^pulumi config set (?:--secret )?(\S+)/.exec(command) ?? [];
      if (key && !key.startsWith("aws:"))
        for (const project of projects) assert.match(project, new RegExp(`^ {2}${key}:$`, "m"), command);
      if (!script && !key)
        assert.match(command, /^(npm ci|pulumi (up|package add|stack init|stack output))( |$)/);
    }
    assert.ok(commands.some((command) => command.startsWith("pulumi package add")));
  });

  it("name the npm package that contains the layers' zips", () => {
    assert.ok(read("docs/installation-configuration.md").includes(`\`${layersPackage}\``));
  });

  it("name the sources of the extension and the packages of the languages as the schema does", () => {
    const { types, language } = JSON.parse(readFileSync(schemaPath, "utf8"));
    const page = read("docs/_index.md");
    for (const source of Object.keys(types["clickstack-lambda:index:Extension"].properties)) {
      assert.ok(page.includes(`| \`${source}\` |`), source);
    }
    const installation = read("docs/installation-configuration.md");
    assert.ok(installation.includes(`from "${language.nodejs.packageName}"`));
    assert.ok(installation.includes(`import ${language.python.packageName} as`));
    assert.ok(installation.includes(`"${language.go.importBasePath}"`));
    // What `pulumi package add` prints for a package without a repository, whatever the schema says (ExtractImportBasePath).
    assert.equal(language.go.importBasePath, "example.com/pulumi-clickstack-lambda/sdk/go/clickstacklambda");
    const { rootNamespace, namespaces } = language.csharp;
    assert.ok(installation.includes(`using ${rootNamespace}.${namespaces["clickstack-lambda"]}`));
  });
});
