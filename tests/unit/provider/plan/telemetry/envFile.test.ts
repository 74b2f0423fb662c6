import assert from "node:assert/strict";
import fc from "fast-check";
import { envFileVariables, pathInCode } from "../../../../../provider/plan/telemetry/envFile";
import { anyString } from "../../../../anyString";

const environment = { HOME: "/home" };

/** The value of a variable with this notation; the next line is read, too. */
function value(text: string): string | undefined {
  const { A, B } = envFileVariables(`A=${text}\nB=next\n`, environment);
  assert.equal(B, "next", text);
  return A;
}

describe("env files", () => {
  it("are found in the code", () => {
    assert.equal(pathInCode("/var/task/config/x.env"), "config/x.env");
    assert.equal(pathInCode("./x.env"), "x.env");
    assert.equal(pathInCode("/opt/x.env"), undefined);
  });

  it("set variables, one a line, as the extension reads them", () => {
    const text =
      "\ufeff# A=no\n\n A = 1 \r\nexport B=2 # comment\n  # C=3\nexporter=4\nnot a line\n=x\n1X=2\nE='open\nD=";
    assert.deepEqual(envFileVariables(text, {}), { A: "1", B: "2", exporter: "4", D: "" });
    for (const [written, read] of [
      ['"a # b"', "a # b"],
      [`'a "b" \${HOME} \\n' # c`, `a "b" \${HOME} \\n`],
      ['"a\\n\\"b\\" \\\\ \\x"', 'a\n"b" \\ \\x'],
      ['"two\nlines"', "two\nlines"],
      [`a" b "'c'`, "a b c"],
      ["Bearer abc", "Bearer abc"],
      ["a#b", "a#b"],
      ["''", ""],
      ["'' b", " b"],
      ["a\\ b  \\#c", "a b  #c"],
    ] as const) {
      assert.equal(value(written), read, written);
    }
  });

  it("take variables from the environment and from earlier lines, and leave references", () => {
    assert.equal(value(`"\${HOME}/\${NOT_SET}x"`), "/home/x");
    assert.equal(value("\\${HOME}"), `\${HOME}`);
    assert.equal(value(`$HOME costs 5$ \${open`), `$HOME costs 5$ \${open`);
    assert.deepEqual(envFileVariables(`X=1\nX=2\nY=\${X}\nHOME=mine\nZ=\${HOME}`, environment), {
      X: "2",
      Y: "2",
      HOME: "mine",
      Z: "/home",
    });
    const reference = `\${arn:aws:ssm:eu-central-1:1:parameter/key#a}`;
    assert.equal(value(`Authorization="${reference}"`), `Authorization=${reference}`);
  });

  it("can't grow without bound", () => {
    const doubled = Array.from({ length: 60 }, (_, n) => `A${n + 1}=\${A${n}}\${A${n}}`).join("\n");
    const read = envFileVariables(`A0=0123456789abcdef\n${doubled}\nZ=1`, {});
    assert.ok(Object.values(read).every((text) => text.length <= 64 * 1024));
    assert.equal(read.Z, "1");
  });

  it("return the content of quotes, and are read to their end whatever they contain", () => {
    fc.assert(fc.property(anyString, (text) => value(`'${text.replaceAll("'", "")}'`) !== undefined));
    const escaped = (text: string) => text.replace(/[\\"$]/g, "\\$&");
    fc.assert(fc.property(anyString, (text) => assert.equal(value(`"${escaped(text)}"`), text)));
    const piece = fc.constantFrom("'", '"', "\\", "${", "}", "=", "\n", "#", " ", "A", "\r");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        envFileVariables(pieces.join(""), {});
      }),
    );
  });
});
