import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { documented } from "./documented";
import { bundleProgram, installPlatform } from "./sstPlatform";
import { expected, telemetry } from "./telemetry";
import { canonical } from "./templates";
import { root, useFrameworks } from "./tools";

const { manifest } = telemetry.extension;

interface Made {
  type: string;
  name: string;
  inputs: Record<string, unknown>;
}

describe("the $transform of docs/programs.md, by SST", () => {
  const workshop = useFrameworks();

  /** The program of the page; with `aws` as its home, `sst install` would ask npm for the newest provider. */
  const program = documented("SST").replace('home: "aws"', 'home: "local"');

  async function installed(text: string): Promise<void> {
    workshop.write({
      "sst.config.ts": text,
      "layers.json": JSON.stringify(manifest),
      "built/index.js": "exports.handler = async () => 1;\n",
    });
    await installPlatform(workshop);
  }

  async function run(text: string): Promise<Made[]> {
    await installed(text);
    await bundleProgram(workshop);
    const node = [
      "--import",
      join(root, "node_modules/tsx/dist/loader.mjs"),
      join(__dirname, "sstRun.ts"),
      workshop.directory,
    ];
    return JSON.parse(await workshop.run(process.execPath, node));
  }

  const inputsOf = (made: readonly Made[], name: string) => {
    const found = made.find((one) => one.name === name);
    assert.ok(found, `${name} is made`);
    return found.inputs;
  };

  it("gives each function what observed() gives, and keeps its own", async () => {
    const more = `
new sst.aws.Function("Stock", {
  handler: "stock.handler",
  runtime: $util.output("python3.13" as const),
  architecture: "arm64",
  layers: ["arn:aws:lambda:eu-west-1:123456789012:layer:own:1"],
  environment: { TABLE: $util.output("orders-table") },
  permissions: [{ actions: ["s3:GetObject"], resources: ["*"] }],
});
new sst.aws.Function("Go", { handler: "./go", runtime: "go" });
`;
    const [kmsKey] = telemetry.secretKmsKeyArns;
    const made = await run(
      program
        .replace(/(?=\n {2}\},\n\}\);\n$)/, () => more)
        .replace(/(?=\n +authorization: )/, `\n secretKmsKeyArns: ["${kmsKey}"],`),
    );
    const variablesOf = (name: string) => {
      const { variables } = inputsOf(made, name).environment as { variables: Record<string, string> };
      return Object.fromEntries(Object.entries(variables).filter(([key]) => !key.startsWith("SST_")));
    };
    const statementsOf = (name: string) => {
      const [policy] = inputsOf(made, name).inlinePolicies as { policy: string }[];
      const { statements } = JSON.parse(policy?.policy ?? "{}") as { statements: PolicyDocumentStatement[] };
      return statements.map(asStatement);
    };
    const orders = expected({ ...page, runtime: "nodejs24.x" });
    assert.deepEqual(inputsOf(made, "OrdersFunction").layers, orders.layers);
    assert.deepEqual(variablesOf("OrdersFunction"), orders.environment);
    assert.deepEqual(canonical(statementsOf("OrdersRole")), canonical(orders.statements));
    const stock = expected({
      ...{ ...page, runtime: "python3.13", architecture: "arm64", environment: { TABLE: "orders-table" } },
      layers: ["arn:aws:lambda:eu-west-1:123456789012:layer:own:1"],
    });
    assert.deepEqual(inputsOf(made, "StockFunction").layers, stock.layers);
    assert.deepEqual(variablesOf("StockFunction"), stock.environment);
    const own = { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] };
    assert.deepEqual(canonical(statementsOf("StockRole")), canonical([own, ...stock.statements]));
    assert.deepEqual(
      inputsOf(made, "GoFunction").layers,
      expected({ ...page, runtime: "provided.al2023" }).layers,
    );
  });

  it("is right by SST's types", async () => {
    await installed(program);
    const file = join(workshop.directory, "sst.config.ts");
    const options: ts.CompilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, resolveJsonModule: true },
      ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
      ...{ target: ts.ScriptTarget.ES2022, types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
    };
    const checked = ts.createProgram([file], options);
    const source = checked.getSourceFile(file);
    assert.ok(source);
    assert.equal(readFileSync(file, "utf8"), source.text);
    const found = [...checked.getSyntacticDiagnostics(source), ...checked.getSemanticDiagnostics(source)];
    assert.deepEqual(
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
      [],
    );
  });
});

/** What the page's telemetry does not have of the tests'. */
const page = { resourceAttributes: undefined };

interface PolicyDocumentStatement {
  effect: string;
  actions: string[];
  resources: string[];
  conditions?: { test: string; variable: string; values: string[] }[];
}

/** As IAM has a statement of Pulumi's getPolicyDocument. */
function asStatement({ effect, actions, resources, conditions = [] }: PolicyDocumentStatement) {
  const Condition = Object.fromEntries(
    conditions.map(({ test, variable, values }) => [test, { [variable]: values }]),
  );
  return {
    ...{ Effect: effect, Action: actions, Resource: resources },
    ...(conditions.length > 0 && { Condition }),
  };
}
