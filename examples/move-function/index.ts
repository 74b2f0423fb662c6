import { join } from "node:path";
import * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "clickstack-lambda";

const config = new pulumi.Config();

// The role and the inputs that the function has had all along.
const role = new iam.Role("orders", {
  assumeRolePolicy: iam.assumeRolePolicyForPrincipal({ Service: "lambda.amazonaws.com" }),
  managedPolicyArns: ["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
});
const inputs = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: new pulumi.asset.FileArchive(join(__dirname, "function")),
  role: role.arn,
  timeout: 10,
};

const layers = new clickstack.ExtensionLayers("clickstack-extension", { regions: ["us-east-2"] });
const telemetry = {
  extension: { layerVersionArns: layers.layerVersionArns },
  endpoint: config.require("endpoint"),
  ingestionKey: config.requireSecret("ingestionKey"),
};

// What the program has been making.
const plain = () => new lambda.Function("orders", inputs).arn;

// The component takes the function over by the name that it has had in the program.
const observed = () =>
  new clickstack.ObservedFunction("orders", {
    ...inputs,
    ...telemetry,
    functionAlias: "orders",
  }).functionArn;

// After that update `functionAlias` can go. The component is renamed like any other resource.
const renamed = () =>
  new clickstack.ObservedFunction(
    "shop-orders",
    { ...inputs, ...telemetry },
    { aliases: [{ name: "orders" }] },
  ).functionArn;

const steps: Record<string, () => pulumi.Output<string>> = { plain, observed, renamed };
const step = steps[config.require("step")];
if (step === undefined) throw new Error(`step must be one of: ${Object.keys(steps).join(", ")}`);

export const functionArn = step();
