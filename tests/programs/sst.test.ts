import assert from "node:assert/strict";
import { join } from "node:path";
import ts from "typescript";
import { documented } from "./documented";
import { addition, snippetFor } from "./snippet";
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

/** A function with the snippet's arguments. */
const pasted = () => `new sst.aws.Function("Pasted", { handler: "index.handler",\n${snippetFor("sst")}});\n`;

describe("the $transform of docs/programs.md and the snippet, by SST", () => {
  const workshop = useFrameworks();

  /** The program of the page; with `aws` as its home, `sst install` would query npm for the newest provider. */
  const program = documented("SST").replace('home: "aws"', 'home: "local"');

  /** The program with additional functions. */
  const programWith = (more: string) => program.replace(/(?=\n {2}\},\n\}\);\n$)/, () => `\n${more}`);

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

  it("adds the results of observed() to each function, and keeps its own", async () => {
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
      programWith(more).replace(/(?=\n +authorization: )/, `\n secretKmsKeyArns: ["${kmsKey}"],`),
    );
    const orders = expected({ runtime: "nodejs24.x" });
    assert.deepEqual(inputsOf(made, "OrdersFunction").layers, orders.layers);
    assert.deepEqual(variablesOf(made, "OrdersFunction"), orders.environment);
    assert.deepEqual(statementsOf(made, "OrdersRole"), canonical(orders.statements));
    const stock = expected({
      ...{ runtime: "python3.13", architecture: "arm64", environment: { TABLE: "orders-table" } },
      layers: ["arn:aws:lambda:eu-west-1:123456789012:layer:own:1"],
    });
    assert.deepEqual(inputsOf(made, "StockFunction").layers, stock.layers);
    assert.deepEqual(variablesOf(made, "StockFunction"), stock.environment);
    const own = { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] };
    assert.deepEqual(statementsOf(made, "StockRole"), canonical([own, ...stock.statements]));
    assert.deepEqual(inputsOf(made, "GoFunction").layers, expected({ runtime: "provided.al2023" }).layers);
  });

  it("accepts the snippet in the arguments of a function", async () => {
    const made = await run(`export default $config({
  app: () => ({ name: "shop", home: "local" }),
  async run() {\n${pasted()}},
});`);
    const { layers, variables, statements } = addition();
    assert.deepEqual(inputsOf(made, "PastedFunction").layers, layers);
    assert.deepEqual(variablesOf(made, "PastedFunction"), variables);
    assert.deepEqual(statementsOf(made, "PastedRole"), canonical(statements));
  });

  it("is right by SST's types, and so is the snippet", async () => {
    await installed(programWith(pasted()));
    const file = join(workshop.directory, "sst.config.ts");
    const options: ts.CompilerOptions = {
      ...{ strict: true, noEmit: true, skipLibCheck: true, resolveJsonModule: true },
      ...{ module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
      ...{ target: ts.ScriptTarget.ES2022, types: ["node"], typeRoots: [join(root, "node_modules/@types")] },
    };
    const checked = ts.createProgram([file], options);
    const source = checked.getSourceFile(file);
    assert.ok(source);
    const found = [...checked.getSyntacticDiagnostics(source), ...checked.getSemanticDiagnostics(source)];
    assert.deepEqual(
      found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n")),
      [],
    );
  });
});

/** The arguments of a created resource. */
function inputsOf(made: readonly Made[], name: string): Record<string, unknown> {
  const found = made.find((one) => one.name === name);
  assert.ok(found, `${name} is made`);
  return found.inputs;
}

/** The variables of a function besides SST's own. */
function variablesOf(made: readonly Made[], name: string): Record<string, string> {
  const { variables } = inputsOf(made, name).environment as { variables: Record<string, string> };
  return Object.fromEntries(Object.entries(variables).filter(([key]) => !key.startsWith("SST_")));
}

/** The statements of a role's inline policy, in IAM's format. */
function statementsOf(made: readonly Made[], name: string): unknown[] {
  const [policy] = inputsOf(made, name).inlinePolicies as { policy: string }[];
  const { statements } = JSON.parse(policy?.policy ?? "{}") as { statements: DocumentStatement[] };
  return canonical(statements.map(asStatement));
}

interface DocumentStatement {
  effect: string;
  actions: string[];
  resources: string[];
  conditions?: { test: string; variable: string; values: string[] }[];
}

/** A statement of Pulumi's getPolicyDocument in IAM's format. */
function asStatement({ effect, actions, resources, conditions = [] }: DocumentStatement) {
  const Condition = Object.fromEntries(
    conditions.map(({ test, variable, values }) => [test, { [variable]: values }]),
  );
  return {
    ...{ Effect: effect, Action: actions, Resource: resources },
    ...(conditions.length > 0 && { Condition }),
  };
}
