import assert from "node:assert/strict";
import { documented } from "./documented";
import { addition, ownLayer, snippetFor } from "./snippet";
import { expected, region, telemetry } from "./telemetry";
import { canonical, statementsIn, type Template } from "./templates";
import { useFrameworks } from "./tools";

const imports = `
const { App, Stack } = require("aws-cdk-lib");
const dynamodb = require("aws-cdk-lib/aws-dynamodb");
const ecr = require("aws-cdk-lib/aws-ecr");
const iam = require("aws-cdk-lib/aws-iam");
const lambda = require("aws-cdk-lib/aws-lambda");
const code = lambda.Code.fromInline("handler");
const app = new App({ outdir: "out", analyticsReporting: false });
const stack = new Stack(app, "Shop", { env: { region: "${region}" } });
`;

const heading = "AWS CDK: an Aspect for every function of a stack";

describe("the Aspect of docs/programs.md, by the CDK", () => {
  const workshop = useFrameworks();

  /** The template of a stack with these functions, observed by the documented program. */
  async function synthesized(functions: string): Promise<Template> {
    workshop.write({
      "aspect.js": `module.exports = (stack, telemetry) => {\n${documented(heading)}\n};`,
      "app.js": `${imports}${functions}
require("./aspect.js")(stack, ${JSON.stringify(telemetry)});
app.synth();
process.stdout.write(JSON.stringify(require(require("node:path").resolve("out/Shop.template.json"))));`,
    });
    return JSON.parse(await workshop.run(process.execPath, ["app.js"]));
  }

  const functionsOf = ({ Resources }: Template) =>
    Object.fromEntries(
      Object.entries(Resources)
        .filter(([, { Type }]) => Type === "AWS::Lambda::Function")
        .map(([id, { Properties }]) => [id.replace(/[0-9A-F]{8}$/, ""), Properties]),
    );
  const policyOf = ({ Resources }: Template, id: string) => {
    const found = Object.entries(Resources).find(
      ([name, { Type }]) =>
        Type === "AWS::IAM::Policy" && new RegExp(`^${id}(ServiceRole)?DefaultPolicy`).test(name),
    );
    return statementsIn(found?.[1]);
  };

  it("adds the results of observed() to each function, and keeps its own layers and variables", async () => {
    const template = await synthesized(`
new lambda.Function(stack, "Orders", { code, handler: "index.handler", runtime: lambda.Runtime.NODEJS_22_X });
const table = new dynamodb.Table(stack, "Table", { partitionKey: { name: "id", type: "S" } });
const shared = new lambda.CfnLayerVersion(stack, "Shared", { content: { s3Bucket: "layers", s3Key: "shared.zip" } });
new lambda.Function(stack, "Stock", {
  ...{ code, handler: "index.handler", runtime: lambda.Runtime.PYTHON_3_13 },
  architecture: lambda.Architecture.ARM_64,
  layers: [lambda.LayerVersion.fromLayerVersionArn(stack, "Own", shared.ref)],
  environment: { TABLE: table.tableName, STAGE: "live" },
});
const role = new iam.Role(stack, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
for (const id of ["Cart", "Mail"])
  new lambda.Function(stack, id, { code, role, handler: "index.handler", runtime: lambda.Runtime.NODEJS_22_X });
new lambda.DockerImageFunction(stack, "Image", {
  code: lambda.DockerImageCode.fromEcr(ecr.Repository.fromRepositoryName(stack, "Images", "images")),
});`);
    const { Orders, Stock, Image } = functionsOf(template);
    assert.ok(Orders && Stock && Image);
    const orders = expected({ runtime: "nodejs22.x" });
    assert.deepEqual(Orders.Layers, orders.layers);
    assert.deepEqual(Orders.Environment, { Variables: orders.environment });
    assert.deepEqual(canonical(policyOf(template, "Orders")), canonical(orders.statements));
    const table = Object.keys(template.Resources).find((id) => id.startsWith("Table")) ?? "";
    const stock = expected({
      ...{ runtime: "python3.13", architecture: "arm64", layers: [{ Ref: "Shared" }] },
      environment: { TABLE: { Ref: table }, STAGE: "live" },
    });
    assert.deepEqual(Stock.Layers, stock.layers);
    assert.deepEqual(Stock.Environment, { Variables: stock.environment });
    assert.deepEqual(canonical(policyOf(template, "Stock")), canonical(stock.statements));
    assert.deepEqual([Image.Layers, Image.Environment], [undefined, undefined]);
    // A role shared by two functions has each statement once.
    assert.deepEqual(canonical(policyOf(template, "Role")), canonical(orders.statements));
  });

  it("overwrites no variable of a function", async () => {
    await assert.rejects(
      synthesized(`
new lambda.Function(stack, "Orders", {
  ...{ code, handler: "index.handler", runtime: lambda.Runtime.NODEJS_22_X },
  environment: { ROTEL_OTLP_EXPORTER_ENDPOINT: "https://own.example.com:4318" },
});`),
      /ROTEL_OTLP_EXPORTER_ENDPOINT is set by endpoint and by environment\.variables\.ROTEL_OTLP_EXPORTER_ENDPOINT/,
    );
  });
});

describe("the snippet for the CDK", () => {
  const workshop = useFrameworks();

  it("makes the change of a function with its own layers and variables", async () => {
    workshop.write({
      "app.js": `${imports}
const fn = new lambda.Function(stack, "Orders", {
  ...{ code, handler: "index.handler", runtime: lambda.Runtime.NODEJS_22_X, environment: { STAGE: "live" } },
  layers: [lambda.LayerVersion.fromLayerVersionArn(stack, "Own", "${ownLayer}")],
});
${snippetFor("cdk")}
app.synth();
process.stdout.write(JSON.stringify(require(require("node:path").resolve("out/Shop.template.json"))));`,
    });
    const { Resources }: Template = JSON.parse(await workshop.run(process.execPath, ["app.js"]));
    const of = (type: string) => Object.values(Resources).find(({ Type }) => Type === type);
    const { layers, variables, statements } = addition();
    assert.deepEqual(of("AWS::Lambda::Function")?.Properties.Layers, layers);
    assert.deepEqual(of("AWS::Lambda::Function")?.Properties.Environment, {
      Variables: { STAGE: "live", ...variables },
    });
    assert.deepEqual(canonical(statementsIn(of("AWS::IAM::Policy"))), canonical(statements));
  });
});
