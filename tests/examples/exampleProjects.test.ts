import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { useBuiltLayers } from "../deploy/provider/builtLayers";
import { useSurroundings } from "../deploy/surroundings";
import { copyCheckout, hasLanguageHost, typeCommands } from "./checkoutCopy";

const root = join(__dirname, "..", "..");
const inTypeScript = ["typescript", "move-function", "container-image"];

/** The commands of the README's block that runs an example, without those that install and build what is here already. */
function exampleCommands(): string[] {
  const blocks = readFileSync(join(root, "README.md"), "utf8").split(/\n(?! {4}|\n)/);
  const block = blocks.find((lines) => /^ {4}cd examples\/typescript$/m.test(lines));
  assert.ok(block, "the README has a block of commands for examples/typescript");
  const commands = block.split("\n").map((line) => line.trim());
  return commands
    .filter((command) => command.startsWith("pulumi ") && command !== "pulumi install")
    .map((command) => (command.endsWith("--secret ingestionKey") ? `${command} hush` : command));
}

describe("the examples as projects of their own", function () {
  this.timeout(300_000);
  const surroundings = useSurroundings();
  useBuiltLayers();

  it("take the package from the checkout that they are in, whose version nobody has published before its release", () => {
    for (const example of inTypeScript) {
      const { dependencies } = JSON.parse(
        readFileSync(join(root, "examples", example, "package.json"), "utf8"),
      );
      assert.equal(dependencies["clickstack-lambda"], "file:../..", example);
    }
  });

  for (const [example, configured] of [
    ["typescript", []],
    ["move-function", ["pulumi config set step plain"]],
  ] as const) {
    it(`${example}: deploys, has nothing to do twice, takes a change, and is destroyed`, async function () {
      if (!hasLanguageHost(surroundings.engine, "nodejs")) this.skip();
      const copy = copyCheckout();
      try {
        const commands = exampleCommands();
        assert.equal(commands.at(-1), "pulumi up");
        await typeCommands(surroundings.engine, join(copy.directory, "examples", example), [
          ...commands.slice(0, -1),
          ...configured,
          "pulumi up",
          "pulumi up --expect-no-changes",
          example === "move-function"
            ? "pulumi config set step observed"
            : "pulumi config set endpoint https://elsewhere.example.com:4318",
          "pulumi up",
          "pulumi refresh",
          "pulumi up --expect-no-changes",
          "pulumi destroy",
        ]);
      } finally {
        copy.remove();
      }
    });
  }
});
