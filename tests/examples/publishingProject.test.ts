import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { useSurroundings } from "../deploy/surroundings";
import { copyCheckout, hasLanguageHost, typeCommands } from "./checkoutCopy";

const root = join(__dirname, "..", "..");
const page = "docs/installation-configuration.md";

/** The commands of the page's block that publishes the layers. */
function publishingCommands(): string[] {
  const text = readFileSync(join(root, page), "utf8");
  const blocks = [...text.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  const block = blocks.find((lines) => /^npm run layers:build/m.test(lines) && /^pulumi up/m.test(lines));
  assert.ok(block, `${page} has a block of commands that builds the layers and runs \`pulumi up\``);
  return block.split("\n").filter((line) => /^(npm|pulumi) /.test(line));
}

describe("the publishing stack as its page shows it", function () {
  this.timeout(300_000);
  const surroundings = useSurroundings();
  useBuiltLayers();

  it("is compiled by Pulumi's own ts-node, with the tsconfig.json that Pulumi looks for beside the program", () => {
    const [, main = ""] = /^main: (.*)$/m.exec(readFileSync(join(root, "Pulumi.yaml"), "utf8")) ?? [];
    const folder = join(root, dirname(main));
    assert.ok(existsSync(join(folder, "tsconfig.json")), `tsconfig.json beside ${main}`);
    // As cmd/run of @pulumi/pulumi does, but with a type check; importing the program creates nothing.
    const script = `
      require(${JSON.stringify(require.resolve("@pulumi/pulumi/vendor/ts-node@7.0.1"))}).register({
        compiler: ${JSON.stringify(require.resolve("typescript"))},
        project: "tsconfig.json",
        compilerOptions: { noCheck: false },
      });
      require(${JSON.stringify(join(root, main))});`;
    execFileSync(process.execPath, ["-e", script], { cwd: folder, stdio: "pipe" });
  });

  it("publishes, has no changes on a second run, and is destroyed", async function () {
    if (!hasLanguageHost(surroundings.engine, "nodejs")) this.skip();
    const copy = copyCheckout();
    try {
      // The packages are already installed and the layers already built.
      const commands = publishingCommands().filter((command) => !/^npm (ci|run layers:build)/.test(command));
      const type = (...typed: string[]) => typeCommands(surroundings.engine, copy.directory, typed);
      await type(...commands);
      const arns = JSON.parse(await type("pulumi stack output layerVersionArns --json"));
      assert.match(
        arns["eu-central-1"].arm64,
        /^arn:aws:lambda:eu-central-1:.*:clickstack-extension-arm64:\d+$/,
      );
      const again = ["up --expect-no-changes", "destroy"].map(
        (operation) => `pulumi ${operation} --skip-preview`,
      );
      await type(...again, "pulumi stack rm --yes");
    } finally {
      copy.remove();
    }
  });
});
