import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { conventionsPath, withImports } from "../../../scripts/importsTable";
import { arrows } from "../arrows";

const root = join(__dirname, "..", "..", "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(root, path)));
const pages = tracked.filter((path) => /^((README|CONTRIBUTING|SECURITY)\.md|docs\/.*\.md)$/.test(path));

const folders = new Set(tracked.filter((path) => path.includes("/")).map((path) => path.split("/")[0] ?? ""));
const names = new Set(tracked.map((path) => basename(path)));
/** Files that are generated and not tracked, or belong to Pulumi's own repository. */
const elsewhere = /^(sdk\/(nodejs|go)\/|sdks\/|dist\/|runtime\/target)/;
/** Names of users' files, or of files that a build creates. */
const ofUsers =
  /^(layers\.json|main\.py|app\.py|input\.json|index\.(js|ts)|manifest\.json|package\.json|Pulumi\.yaml|\w+\.csproj)$/;

interface Code {
  language: string;
  text: string;
}

/** The code on a page: inline, in indented blocks and in fenced ones. */
function codeOf(text: string): Code[] {
  const fenced = [...text.matchAll(/^ *```(\w*)\n(.*?)^ *```$/gms)];
  const rest = fenced.reduce((left, [block]) => left.replace(block, ""), text);
  return [
    ...fenced.map(([, language = "", code = ""]) => ({ language, text: code })),
    ...[...rest.matchAll(/^ {4}(\S.*)$/gm)].map(([, code = ""]) => ({ language: "", text: code })),
    ...[...rest.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => ({ language: "", text: code })),
  ];
}

/** Whether code is commands or a name, in which paths refer to this repository. */
const isCommand = ({ language }: Code): boolean => ["", "bash", "sh"].includes(language);

function exists(path: string): boolean {
  const plain = path.replace(/[/,;:.]+$/, "").replace(/:\d+$/, "");
  if (!/[*{]/.test(plain)) return ["", ".ts", ".rs"].some((end) => existsSync(join(root, plain + end)));
  const pattern = plain
    .replace(/[.+^$()|[\]\\]/g, "\\$&")
    .replace(/\{([^}]*)\}/g, (_, list: string) => `(${list.replaceAll(",", "|")})`);
  return tracked.some((one) => new RegExp(`^${pattern.replaceAll("*", ".*")}(/|$)`).test(one));
}

/** Paths of the repository that a page names but that do not exist. */
function missingPaths(text: string): string[] {
  return codeOf(text)
    .filter(isCommand)
    .flatMap(({ text: code }) => code.split(/[\s"'()=]+/))
    .map((word) => word.replace(/^\.\//, "").replace(/[,;:.]+$/, ""))
    .filter((word) => {
      if (elsewhere.test(word) || ofUsers.test(word) || /[<>$@…]/.test(word)) return false;
      if (word.includes("/")) return folders.has(word.split("/")[0] ?? "") && !exists(word);
      return /^[\w-]+(\.test)?\.(ts|mjs|rs|py|md|json)$/.test(word) && !names.has(word);
    });
}

/** GitHub's anchor of a heading. */
function slug(heading: string): string {
  return heading
    .replace(/[`*]/g, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");
}

function anchorsOf(path: string): Set<string> {
  const headings = read(path)
    .replace(/^```.*?^```$/gms, "")
    .matchAll(/^#{1,6} (.+)$/gm);
  return new Set([...headings].map(([, heading = ""]) => slug(heading)));
}

function brokenLinks(page: string, text = read(page)): string[] {
  const links = [...text.replace(/^```.*?^```$/gms, "").matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, to = ""]) => to,
  );
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? page : normalize(join(dirname(page), path));
    if (!existsSync(join(root, target))) return true;
    return anchor !== undefined && !anchorsOf(target).has(anchor);
  });
}

describe("the pages of the documentation", () => {
  it("name only paths that exist", () => {
    assert.ok(pages.length > 15);
    const missing = pages.flatMap((page) => missingPaths(read(page)).map((path) => `${page}: ${path}`));
    assert.deepEqual(missing, []);
    const sample =
      "`docs/nothing.md`, `provider/`, `tests/unit/*/pages.test.ts`, `nothing.rs`\n\n    cd examples/nowhere\n";
    assert.deepEqual(missingPaths(sample), ["examples/nowhere", "docs/nothing.md", "nothing.rs"]);
  });

  it("have links that lead somewhere, to headings, too", () => {
    const broken = pages.flatMap((page) => brokenLinks(page).map((link) => `${page}: ${link}`));
    assert.deepEqual(broken, []);
    const sample = "[a](docs/logs.md) [b](docs/logs.md#nowhere) [c](docs/no.md) [d](https://x.example/y)";
    assert.deepEqual(brokenLinks("README.md", sample), ["docs/logs.md#nowhere", "docs/no.md"]);
  });

  it("name only npm scripts that there are", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const page of pages) {
      for (const { text } of codeOf(read(page)).filter(isCommand)) {
        for (const [, script = ""] of text.matchAll(/\bnpm run ([\w:-]*\w)/g)) {
          assert.ok(script in scripts, `${page}: npm run ${script}`);
        }
      }
    }
  });

  it("name only suites and files of tests that there are", async () => {
    // Plain JavaScript, without types, since it runs before anything is installed.
    const path = "../../../scripts/testing/suites.mjs";
    const { suites } = (await import(path)) as { suites: object };
    for (const page of pages) {
      for (const { text } of codeOf(read(page)).filter(isCommand)) {
        const [, words = ""] = /\bnpm test -- ([^#`]+)/.exec(text) ?? [];
        for (const word of words
          .trim()
          .split(/\s+/)
          .filter((word) => word !== "" && !/^[A-Z…]+$/.test(word)))
          assert.ok(Object.hasOwn(suites, word) || (word.includes("/") && exists(word)), `${page}: ${word}`);
      }
    }
  });

  it("are all linked from the README, or from a page that is", () => {
    const reached = new Set(["README.md"]);
    for (const page of reached) {
      for (const [, link = ""] of read(page).matchAll(/\]\(([^)\s#]+)(?:#[^)]*)?\)/g)) {
        const target = normalize(join(dirname(page), link));
        if (pages.includes(target)) reached.add(target);
      }
    }
    assert.deepEqual(
      pages.filter((page) => !reached.has(page) && !page.startsWith("docs/decisions/")),
      [],
    );
  });
});

describe("docs/getting-started.md", () => {
  it("quotes programs that tests run", () => {
    const sources: Record<string, string> = {
      typescript: "examples/typescript/index.ts",
      python: "examples/python/__main__.py",
      yaml: "examples/yaml/Pulumi.yaml",
    };
    const quoted = codeOf(read("docs/getting-started.md")).filter(({ language }) => language in sources);
    for (const { language, text } of quoted) {
      const source = sources[language] ?? "";
      assert.ok(read(source).includes(text), `not in ${source}:\n${text}`);
    }
    assert.deepEqual(
      quoted.map(({ language }) => language),
      Object.keys(sources),
    );
  });
});

describe("docs/contributing/conventions.md", () => {
  it("has the imports that the test of the layout allows", () => {
    assert.equal(readFileSync(conventionsPath, "utf8"), withImports(), "run npm run docs");
    assert.equal(
      withImports()
        .split("\n")
        .filter((line) => line.startsWith("| `")).length,
      Object.keys(arrows).length,
    );
  });
});
