import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { otherInterpreters, python, root } from "./tracedPython";

describe("the sources of a released layer for Python", () => {
  let folder: string;
  beforeEach(function () {
    if (!existsSync(python)) this.skip();
    folder = mkdtempSync(join(tmpdir(), "strip-test-"));
  });
  afterEach(() => folder && rmSync(folder, { recursive: true, force: true }));

  const strip = (source: string, interpreter = python): { text?: string; stderr: string } => {
    const [from, to] = ["from/a/b.py", "to/a/b.py"].map((path) => join(folder, path)) as [string, string];
    mkdirSync(dirname(from), { recursive: true });
    writeFileSync(from, source);
    const args = [join(root, "layers/python/strip.py"), join(folder, "from"), join(folder, "to"), "a/b.py"];
    const { status, stderr } = spawnSync(interpreter, args, { encoding: "utf8" });
    return { ...(status === 0 ? { text: readFileSync(to, "utf8") } : {}), stderr };
  };

  it("have no comments or docstrings; what remains is where it was", () => {
    const source = `#!/usr/bin/env python3
"""A module."""
import os  # the standard library's

NOT_A_COMMENT = "# é"  # but this
TEXT = """
# not a comment
"""


class Some:
    """A docstring

    of three lines."""

    a = "a"
    # Why.
    "an expression"

    def method(self, text=f"{os.sep}#"):
        '''"One of a method."'''
        "and another string"
        return text  # the end


async def one():
    r"""Raw."""
    return {  # a comment in brackets
        1: 2,
        # and a line of them
    }


# The end.
`;
    const expected = `

import os

NOT_A_COMMENT = "# é"
TEXT = """
# not a comment
"""


class Some:




    a = "a"

    "an expression"

    def method(self, text=f"{os.sep}#"):

        "and another string"
        return text


async def one():

    return {
        1: 2,

    }
`;
    for (const interpreter of [python, ...otherInterpreters()])
      assert.equal(strip(source, interpreter).text, expected, interpreter);
  });

  for (const [what, source] of [
    ["a body of only a docstring", 'def f():\n    """Text."""\n'],
    ["code in the line of a docstring", '"""Text."""; import os\n'],
  ] as const)
    it(`are not built with ${what}, since it would be different code`, () => {
      const { text, stderr } = strip(source);
      assert.equal(text, undefined);
      assert.match(
        stderr,
        /ValueError: a\/b\.py: without comments and docstrings it would be different code/,
      );
    });
});
