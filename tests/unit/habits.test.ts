import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const python = join(root, ".cache/python/bin/python");
const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };

describe("what helps contributors", () => {
  it("is a hook that git can run, in a shell's grammar", () => {
    const hook = join(root, ".githooks/pre-commit");
    accessSync(hook, constants.X_OK);
    execFileSync("bash", ["-n", hook]);
    assert.match(scripts.hooks ?? "", /core\.hooksPath \.githooks$/);
  });

  it("is a container whose set-up exists", () => {
    const { postCreateCommand } = JSON.parse(read(".devcontainer/devcontainer.json"));
    const [, script = "", purpose = ""] = /^node (\S+) (\w+)$/.exec(postCreateCommand) ?? [];
    assert.ok(existsSync(join(root, script)));
    assert.ok(read(script).includes(`  ${purpose}: [`));
  });

  it("are forms for issues as GitHub reads them", function () {
    if (!existsSync(python)) this.skip();
    const folder = join(root, ".github/ISSUE_TEMPLATE");
    const script =
      "import json, sys, yaml; print(json.dumps([yaml.safe_load(open(f)) for f in sys.argv[1:]]))";
    const files = readdirSync(folder).filter((file) => file !== "config.yml");
    const paths = files.map((file) => join(folder, file));
    const forms = JSON.parse(execFileSync(python, ["-c", script, ...paths], { encoding: "utf8" }));
    for (const [index, { name, description, body }] of forms.entries()) {
      assert.ok(name && description, files[index]);
      const ids = body.map(({ id }: { id: string }) => id);
      assert.equal(new Set(ids).size, ids.length, files[index]);
      for (const { type, attributes } of body) {
        assert.ok(["input", "textarea", "markdown", "dropdown", "checkboxes"].includes(type), files[index]);
        assert.ok(attributes.label, files[index]);
      }
    }
  });

  it("are scripts that the pages name and package.json has", () => {
    const pages = ["README.md", "CONTRIBUTING.md", ".github/PULL_REQUEST_TEMPLATE.md"];
    const contributing = readdirSync(join(root, "docs/contributing")).map(
      (file) => `docs/contributing/${file}`,
    );
    for (const page of [...pages, ...contributing]) {
      for (const [, name = ""] of read(page).matchAll(/npm run (?:--silent )?(\w+(?::\w+)*)/g))
        assert.ok(scripts[name], `${page}: package.json has no script ${name}`);
    }
  });

  it("are examples whose types are checked", () => {
    const { include } = JSON.parse(readFileSync(join(root, "tsconfig.dev.json"), "utf8"));
    for (const example of readdirSync(join(root, "examples")))
      if (existsSync(join(root, "examples", example, "index.ts")))
        assert.ok(include.includes(`examples/${example}`), example);
  });
});
