import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { useBuiltLayers } from "../deploy/provider/setup/builtLayers";
import { changes, trustPolicy, useSurroundings } from "../deploy/surroundings";
import { withInstalledSdk } from "./installedSdk";
import { findMistakes, type YamlProgram } from "./yamlProgram";

const root = join(__dirname, "..", "..");

/** A block of a language in the README, the first by default. */
function snippet(language: string, place = 0): string {
  const blocks = readFileSync(join(root, "README.md"), "utf8").matchAll(
    new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, "gs"),
  );
  const code = [...blocks][place]?.[1];
  assert.ok(code, `the README has ${place + 1} blocks in ${language}`);
  return code;
}

describe("the README's program in YAML", () => {
  it("has only properties of the package's schema", () => {
    // Pulumi's own reader of its project files.
    const reader: { load(text: string): unknown } = require(
      require.resolve("js-yaml", { paths: [require.resolve("@pulumi/pulumi")] }),
    );
    const program = reader.load(snippet("yaml")) as YamlProgram;
    assert.deepEqual(Object.keys(program.resources), ["clickstack", "orders"]);
    assert.deepEqual(findMistakes(program), []);
  });
});

describe("the README's programs", () => {
  const surroundings = useSurroundings();
  useBuiltLayers();
  let project: string;
  beforeEach(() => {
    // Inside the checkout, so that `clickstack-lambda` is this one.
    mkdirSync(join(root, ".cache"), { recursive: true });
    project = mkdtempSync(join(root, ".cache", "readme-"));
    mkdirSync(join(project, "orders"));
    writeFileSync(join(project, "orders", "index.js"), "exports.handler = async () => 1;\n");
  });
  afterEach(() => rmSync(project, { recursive: true, force: true }));

  /** A stack whose program is this file, loaded again each time. */
  const stackOf = (projectName: string, file: string) =>
    surroundings.stack({
      projectName,
      programDirectory: project,
      config: { "aws:region": { value: "eu-central-1" } },
      program: async () => {
        delete require.cache[file];
        return { ...require(file) };
      },
    });

  it("TypeScript: deploys, and has no changes on a second run", async () => {
    const file = join(project, "index.ts");
    writeFileSync(file, snippet("ts"));
    const stack = await stackOf("readme-typescript", file);
    const { outputs } = await stack.up();
    assert.match(outputs.ordersArn?.value, /^arn:aws:lambda:eu-central-1:123456789012:function:orders-/);
    assert.deepEqual(changes(await stack.up()), {});
    await stack.destroy();
  });

  it("TypeScript: observes a function that the program creates after observeStack()", async () => {
    const [first = ""] = snippet("ts").split("const orders");
    const file = join(project, "index.ts");
    writeFileSync(
      file,
      `${first}
const endpoint = "https://clickstack.example.com:4318";
const authorization = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ingestion-key-AbCdEf";
${snippet("ts", 1)}
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
const role = new Role("hello", { assumeRolePolicy: ${JSON.stringify(trustPolicy)} });
const observed = new LambdaFunction("hello", {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: new pulumi.asset.FileArchive("./orders"),
  role: role.arn,
});
export const layerArns = observed.layers;
`,
    );
    const stack = await stackOf("readme-observe", file);
    const { outputs } = await stack.up();
    assert.match(outputs.layerArns?.value[0], /:layer:clickstack-extension-amd64:\d+$/);
    await stack.destroy();
  });

  it("Python: deploys, and has no changes on a second run", async () => {
    writeFileSync(join(project, "__main__.py"), snippet("python"));
    const { stdout } = await withInstalledSdk((environment) =>
      surroundings.engine.runPython({
        script: join(__dirname, "readmePython.py"),
        directory: project,
        environment,
      }),
    );
    const found = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    assert.match(found.ordersArn, /^arn:aws:lambda:eu-central-1:123456789012:function:orders-/);
    assert.deepEqual(found.second, {});
  });
});
