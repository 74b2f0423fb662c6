import assert from "node:assert/strict";
import { engineDiagnostics } from "../../../../sandbox/engine";

const failedUpdate = `code: 255
 stdout: Updating (dev):
 +  pulumi:pulumi:Stack project-dev creating (0s)
 +  aws:lambda:Function broken creating (0s) error: creating it: no
Diagnostics:
  aws:lambda:Function (broken):
    error: creating aws:lambda/function:Function broken: InvalidParameterValueException: no

  pulumi:pulumi:Stack (project-dev):
    error: update failed

Resources:
    + 1 created

Duration: 2s

 stderr:
 err?:
`;

describe("the engine's diagnostics", () => {
  it("are the messages about resources, without the progress and the failure of the stack", () => {
    assert.equal(
      engineDiagnostics(failedUpdate),
      "aws:lambda:Function (broken):\n  error: creating aws:lambda/function:Function broken: InvalidParameterValueException: no",
    );
  });

  it("are plain text, without frames of modules", () => {
    const log =
      "Diagnostics:\n  pulumi:pulumi:Stack (a):\n    \u001b[31merror\u001b[0m: Error: mine\n        at Object.<anonymous> (/x/program.ts:1:1)\n        at next (/x/node_modules/y.js:1:1)\n        at node:internal/z:1\n";
    assert.equal(
      engineDiagnostics(log),
      "pulumi:pulumi:Stack (a):\n  error: Error: mine\n      at Object.<anonymous> (/x/program.ts:1:1)",
    );
  });

  it("are the errors or else the end, where the engine did not come so far", () => {
    assert.equal(
      engineDiagnostics("code: 255\n stderr: error: no such backend\n"),
      "stderr: error: no such backend",
    );
    const lines = Array.from({ length: 50 }, (_, i) => `line ${i}`);
    assert.equal(engineDiagnostics(lines.join("\n")), lines.slice(-20).join("\n"));
  });
});
