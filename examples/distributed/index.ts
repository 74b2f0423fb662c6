import { join } from "node:path";
import * as iam from "@pulumi/aws/iam";
import * as lambda from "@pulumi/aws/lambda";
import * as sqs from "@pulumi/aws/sqs";
import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "clickstack-lambda";

const config = new pulumi.Config();
const region = new pulumi.Config("aws").require("region");

const layers = new clickstack.ExtensionLayers("layers", {
  regions: [region],
  namePrefix: "clickstack-distributed",
});

// What all three functions have in common. Light tracing needs nothing in their code.
const observed = {
  extension: { layerVersionArns: layers.layerVersionArns },
  endpoint: config.require("endpoint"),
  ingestionKey: config.requireSecret("ingestionKey"),
  autoInstrumentation: {},
  cloudWatchLogs: clickstack.CloudWatchLogs.Disable,
  architectures: [config.get("architecture") ?? "x86_64"],
  timeout: 10,
};
const code = (name: string) => new pulumi.asset.FileArchive(join(__dirname, "functions", name));

const payment = new clickstack.ObservedFunction("payment", {
  ...observed,
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: code("payment"),
  serviceName: "payment",
});

const orders = new sqs.Queue("orders", { visibilityTimeoutSeconds: 60 });

const fulfilment = new clickstack.ObservedFunction("fulfilment", {
  ...observed,
  runtime: "python3.12",
  handler: "main.handler",
  code: code("fulfilment"),
  serviceName: "fulfilment",
  environment: { variables: { PAYMENT_FUNCTION: payment.functionName } },
});
const receives = new iam.RolePolicy("fulfilment-receives-orders", {
  role: fulfilment.roleName,
  policy: allow(orders.arn, ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]),
});
new iam.RolePolicy("fulfilment-charges", {
  role: fulfilment.roleName,
  policy: allow(payment.functionArn, ["lambda:InvokeFunction"]),
});
new lambda.EventSourceMapping(
  "orders",
  { eventSourceArn: orders.arn, functionName: fulfilment.functionArn, batchSize: 1 },
  { dependsOn: receives },
);

const shop = new clickstack.ObservedFunction("shop", {
  ...observed,
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: code("shop"),
  serviceName: "shop",
  environment: { variables: { QUEUE_URL: orders.url } },
});
new iam.RolePolicy("shop-sends-orders", {
  role: shop.roleName,
  policy: allow(orders.arn, ["sqs:SendMessage"]),
});
const url = new lambda.FunctionUrl("shop", { functionName: shop.functionName, authorizationType: "NONE" });

function allow(resource: pulumi.Output<string>, actions: string[]): pulumi.Output<string> {
  return resource.apply((arn) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Action: actions, Resource: arn }],
    }),
  );
}

export const shopUrl = url.functionUrl;
export const queueUrl = orders.url;
export const functionNames = [shop.functionName, fulfilment.functionName, payment.functionName];
