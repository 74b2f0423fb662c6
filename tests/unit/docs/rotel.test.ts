import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Setting } from "../../../provider/plan/telemetry/settings";
import { makeRotelPage, rotelCount, rotelPagePath } from "../../../scripts/rotelPage";

const root = join(__dirname, "..", "..", "..");
const file = JSON.parse(readFileSync(join(root, "settings.json"), "utf8")) as Setting[];
const rotel = file.filter(({ variable, pattern }) => (variable ?? pattern ?? "").startsWith("ROTEL_"));

describe("docs/rotel.md", () => {
  const page = readFileSync(rotelPagePath, "utf8");

  it("is what npm run docs generates from settings.json", () => {
    assert.equal(page, makeRotelPage(), "run npm run docs");
  });

  it("has each of Rotel's settings once, in its section", () => {
    const [without = "", working = ""] = page.split("## Settings that mean the same");
    assert.ok(rotel.length > 50);
    for (const { variable, pattern, supported } of rotel) {
      const entry = new RegExp(`^- \`${(variable ?? pattern ?? "").replace(/[{}|]/g, "\\$&")}\``, "gm");
      assert.equal(without.match(entry)?.length ?? 0, supported ? 0 : 1, `${entry} without effect`);
      assert.equal(working.match(entry)?.length ?? 0, supported ? 1 : 0, `${entry} that works`);
    }
  });

  it("counts a setting that loses its effect", () => {
    const setting = rotel.find(({ supported }) => supported);
    assert.ok(setting);
    const changed = file.map((one) => (one.name === setting.name ? { ...one, supported: false } : one));
    assert.notEqual(rotelCount(changed), rotelCount());
  });

  it("says the same numbers as the README", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8").replaceAll("\n", " ");
    assert.ok(readme.includes(rotelCount()), rotelCount());
  });
});
