import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientOptions } from "../../sandbox/aws/embeddedAws";
import { writeOwnLauncher } from "../../sandbox/engine/plugins";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { lateResolver } from "../deploy/provider/setup/programStart";
import { useSurroundings } from "../deploy/surroundings";
import { copyCheckout, hasLanguageHost, typeCommands } from "./checkoutCopy";

interface Example {
  name: string;
  /** The language of the Pulumi host that runs it. */
  language: "nodejs" | "yaml";
  /** Commands before the first update, in addition to the page's. */
  configured?: string;
  /** The change for an update. Default: another endpoint. */
  change?: string;
  /** Observed and unobserved functions, by the stack's output with the name or ARN. Default: not checked. */
  functions?: { observed: string; plain?: string };
}

const root = join(__dirname, "..", "..");
const inTypeScript = ["typescript", "move-function", "container-image", "distributed", "java", "node-manual"];

/** The commands of an example's page, without those that install and build what already exists here. */
function exampleCommands(): string[] {
  const page = readFileSync(join(root, "docs/getting-started.md"), "utf8");
  const blocks = [...page.matchAll(/^```bash\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  const block = blocks.find((lines) => /^cd examples\/typescript\b/m.test(lines));
  assert.ok(block, "docs/getting-started.md has a block of commands for examples/typescript");
  return block
    .split("\n")
    .filter((command) => command.startsWith("pulumi ") && command !== "pulumi install")
    .map((command) => (command.endsWith("--secret ingestionKey") ? `${command} hush` : command));
}

/**
 * Types are checked where a new user's first update checks them, and of all examples by `tsc`. Each start of a program would
 * check them again, in four of its five seconds.
 */
const unchecked = { PULUMI_NODEJS_TRANSPILE_ONLY: "true", ...lateResolver };

/** An update that must not change anything. A preview before it would run the program for the same answer once more. */
const unchanged = "pulumi up --skip-preview --expect-no-changes";

describe("the examples as projects of their own", function () {
  this.timeout(300_000);
  const surroundings = useSurroundings();
  useBuiltLayers();

  it("use the package from their own checkout, whose version is not published before its release", () => {
    for (const example of inTypeScript) {
      const { dependencies } = JSON.parse(
        readFileSync(join(root, "examples", example, "package.json"), "utf8"),
      );
      assert.equal(dependencies["clickstack-lambda"], "file:../..", example);
    }
  });

  const examples: Example[] = [
    { name: "typescript", language: "nodejs" },
    {
      name: "move-function",
      language: "nodejs",
      configured: "pulumi config set step plain",
      change: "pulumi config set step observed",
    },
    { name: "yaml", language: "yaml", functions: { observed: "functionNames[0]" } },
    { name: "observe-stack-yaml", language: "yaml", functions: { observed: "orders", plain: "health" } },
  ];

  for (const name of ["distributed", "node-manual"]) {
    it(`${name}: deploys, has no changes on a second run, and is destroyed`, async function () {
      if (!hasLanguageHost(surroundings.engine, "nodejs")) this.skip();
      const copy = copyCheckout();
      const directory = join(copy.directory, "examples", name);
      try {
        await writeOwnLauncher(copy.directory);
        const again = [unchanged, "pulumi destroy --skip-preview"];
        await typeCommands(surroundings.engine, directory, [...exampleCommands(), ...again], unchecked);
      } finally {
        copy.remove();
      }
    });
  }

  for (const { name, language, configured, change, functions } of examples) {
    it(`${name}: deploys, has no changes on a second run, applies a change, and is destroyed`, async function () {
      if (!hasLanguageHost(surroundings.engine, language)) {
        console.log(
          `      no pulumi-language-${language} on PATH or in .cache/pulumi/bin (docs/contributing/set-up.md)`,
        );
        this.skip();
      }
      const copy = copyCheckout();
      const directory = join(copy.directory, "examples", name);
      const type = (...typed: string[]) => typeCommands(surroundings.engine, directory, typed, unchecked);
      try {
        await writeOwnLauncher(copy.directory);
        const commands = exampleCommands();
        assert.equal(commands.at(-1), "pulumi up");
        const first = [...commands.slice(0, -1), ...(configured ? [configured] : []), "pulumi up"];
        await typeCommands(surroundings.engine, directory, first, name === "typescript" ? {} : unchecked);
        await type(unchanged);
        if (functions) {
          assert.equal(await layerCount(type, functions.observed), 1);
          if (functions.plain) assert.equal(await layerCount(type, functions.plain), 0);
        }
        await type(change ?? "pulumi config set endpoint https://elsewhere.example.com:4318", "pulumi up");
        await type("pulumi refresh --skip-preview", unchanged, `${unchanged} --refresh`);
        await type("pulumi destroy --skip-preview");
      } finally {
        copy.remove();
      }
    });
  }

  /** Number of layers of the function whose name or ARN is a stack's output. */
  async function layerCount(type: (command: string) => Promise<string>, output: string): Promise<number> {
    const [name = "", index] = output.split(/[[\]]/);
    const value = JSON.parse(await type(`pulumi stack output --json ${name}`));
    const region = (await type("pulumi config get aws:region")).trim();
    const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
    const FunctionName: string = index === undefined ? value : value[index];
    const { Layers = [] } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    return Layers.length;
  }
});
