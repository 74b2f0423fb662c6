import assert from "node:assert/strict";
import { printable } from "../../../traces/printable";

describe("text of others on a terminal", () => {
  const rows: [what: string, text: string, shown: string][] = [
    ["colours", "\u001b[31mred\u001b[0m", "red"],
    ["moves of the cursor", "a\u001b[2J\u001b[1;1Hb", "ab"],
    ["a title", "a\u001b]0;title\u0007b", "ab"],
    ["a link", "\u001b]8;;https://example.com\u0007here\u001b]8;;\u0007", "here"],
    ["C1 controls", "a\u009b2Jb\u0085c", "abc"],
    ["an escape sequence that is cut off", "a\u001b[", "a["],
    ["carriage returns, bells and backspaces", "real\rfake\b\u0007\u0000", "realfake"],
    ["turned directions", "a\u202eb\u2066c\u200f", "abc"],
  ];
  for (const [what, text, shown] of rows) {
    it(`takes out ${what}`, () => assert.equal(printable(text), shown));
  }

  it("keeps tabs, newlines, other scripts and joined emoji", () => {
    const text = "a\tb\nעברית ü 👩‍💻 漢字";
    assert.equal(printable(text), text);
  });
});
