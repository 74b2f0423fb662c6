import assert from "node:assert/strict";
import { parse } from "yaml";
import { documented } from "./documented";
import { addition, functionName, ownLayer, snippetFor } from "./snippet";
import { expected, region, telemetry } from "./telemetry";
import { canonical, statementsIn, type Template } from "./templates";
import { frameworks, useFrameworks, type Workshop } from "./tools";

const { manifest } = telemetry.extension;
const service = {
  service: "shop",
  frameworkVersion: "3",
  plugins: ["./observe.js"],
  provider: {
    ...{ name: "aws", region, runtime: "nodejs22.x" },
    environment: { STAGE: "live" },
    iam: {
      deploymentRole: "arn:aws:iam::123456789012:role/deployment",
      role: { statements: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] }] },
    },
  },
  custom: {
    observe: { ...telemetry, extension: { manifest: "${file(layers.json)}" } },
  },
};

/** The compiled template of a service. */
async function packaged(workshop: Workshop, files: Readonly<Record<string, string>>): Promise<Template> {
  workshop.write({ "index.js": "exports.handler = async () => 1;\n", ...files });
  const program = `${frameworks}/node_modules/serverless/bin/serverless.js`;
  const environment = { SLS_TELEMETRY_DISABLED: "1", SLS_NOTIFICATIONS_MODE: "off", CI: "1" };
  await workshop.run(process.execPath, [program, "package", "--package", "out"], environment);
  return require(`${workshop.directory}/out/cloudformation-template-update-stack.json`);
}

describe("the plugin of docs/programs.md, by the Serverless Framework", () => {
  const workshop = useFrameworks();

  it("adds the results of observed() to each function, and keeps the service's own settings", async () => {
    const image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/images@sha256:".padEnd(123, "0");
    const functions = {
      orders: { handler: "index.handler" },
      stock: {
        ...{ handler: "index.handler", runtime: "python3.13", architecture: "arm64" },
        layers: [{ Ref: "SharedLambdaLayer" }],
        environment: { TABLE: { Ref: "Table" }, PORT: 3000 },
      },
      image: { image },
    };
    const template = await packaged(workshop, {
      "serverless.yml": JSON.stringify({ ...service, functions }),
      "layers.json": JSON.stringify(manifest),
      "observe.js": documented("Serverless Framework: a plugin"),
    });
    const propertiesOf = (name: string) =>
      template.Resources[`${name}LambdaFunction`]?.Properties as Record<string, unknown>;
    const orders = expected({ runtime: "nodejs22.x", environment: { STAGE: "live" } });
    assert.deepEqual(propertiesOf("Orders").Layers, orders.layers);
    assert.deepEqual(propertiesOf("Orders").Environment, { Variables: orders.environment });
    const stock = expected({
      ...{ runtime: "python3.13", architecture: "arm64", layers: [{ Ref: "SharedLambdaLayer" }] },
      environment: { STAGE: "live", TABLE: { Ref: "Table" }, PORT: "3000" },
    });
    assert.deepEqual(propertiesOf("Stock").Layers, stock.layers);
    assert.deepEqual(propertiesOf("Stock").Environment, { Variables: stock.environment });
    assert.equal(propertiesOf("Image").Layers, undefined);
    const statements = statementsIn(template.Resources.IamRoleLambdaExecution);
    const own = service.provider.iam.role.statements;
    // Those for CloudWatch Logs are the framework's own.
    assert.deepEqual(canonical(statements.slice(-3)), canonical([...own, ...orders.statements]));
    const sids = statements.flatMap((one) => (one as { Sid?: string }).Sid ?? []);
    assert.equal(new Set(sids).size, sids.length, `Sids of one policy: ${sids.join(", ")}`);
  });
});

describe("the snippet for the Serverless Framework", () => {
  const workshop = useFrameworks();

  it("is read as the change", async () => {
    const { functions, provider } = parse(snippetFor("serverless"));
    const { plugins: _, custom: __, ...plain } = service;
    const own = { handler: "index.handler", layers: [ownLayer], environment: { STAGE: "live" } };
    const added = functions[functionName];
    const merged = { ...own, ...added, environment: { ...own.environment, ...added.environment } };
    const template = await packaged(workshop, {
      "serverless.yml": JSON.stringify({
        ...plain,
        functions: { [functionName]: merged },
        provider: { ...service.provider, iam: provider.iam },
      }),
    });
    const { layers, variables, statements } = addition();
    const [, found] =
      Object.entries(template.Resources).find(([, { Type }]) => Type === "AWS::Lambda::Function") ?? [];
    assert.deepEqual(found?.Properties.Layers, layers);
    assert.deepEqual(found?.Properties.Environment, { Variables: { STAGE: "live", ...variables } });
    const role = statementsIn(template.Resources.IamRoleLambdaExecution);
    assert.deepEqual(canonical(role.slice(-statements.length)), canonical(statements));
  });
});
