import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { cliPagePath, makeCliPage } from "../../../scripts/cliPage";

describe("docs/cli.md", () => {
  it("is what the commands say", () => {
    assert.equal(readFileSync(cliPagePath, "utf8"), makeCliPage(), "run `npm run docs`");
  });
});
