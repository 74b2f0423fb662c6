import assert from "node:assert/strict";
import { documented } from "./documented";
import { expected, telemetry } from "./telemetry";
import { useWorkshop } from "./tools";

describe("the first program of docs/programs.md", () => {
  const workshop = useWorkshop();

  it("gets the results of observed() from the compiled package", async () => {
    workshop.write({
      "layers.json": JSON.stringify(telemetry.extension.manifest),
      "program.js": `${documented()}\nconsole.log(JSON.stringify({ layers, environment, statements }));\n`,
    });
    const printed = await workshop.run(process.execPath, ["program.js"]);
    assert.deepEqual(JSON.parse(printed), expected({ runtime: "nodejs22.x", secretKmsKeyArns: undefined }));
  });
});
