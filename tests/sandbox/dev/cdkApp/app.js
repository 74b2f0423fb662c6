// The CDK app whose output is in cdk.out; README.md beside it says how that was made.
const { join } = require("node:path");
const { App, Duration, RemovalPolicy, Stack } = require("aws-cdk-lib");
const { Rule, RuleTargetInput, Schedule: RuleSchedule } = require("aws-cdk-lib/aws-events");
const { LambdaFunction } = require("aws-cdk-lib/aws-events-targets");
const { Code, Function: Lambda, Runtime } = require("aws-cdk-lib/aws-lambda");
const { SqsDestination } = require("aws-cdk-lib/aws-lambda-destinations");
const { SqsEventSource } = require("aws-cdk-lib/aws-lambda-event-sources");
const { NodejsFunction } = require("aws-cdk-lib/aws-lambda-nodejs");
const { Bucket } = require("aws-cdk-lib/aws-s3");
const { Schedule, ScheduleExpression, ScheduleTargetInput } = require("aws-cdk-lib/aws-scheduler");
const { LambdaInvoke } = require("aws-cdk-lib/aws-scheduler-targets");
const { Queue } = require("aws-cdk-lib/aws-sqs");

const stack = new Stack(new App(), "Shop");
const [audit, failed] = [new Queue(stack, "Audit"), new Queue(stack, "Failed")];
const timeout = Duration.seconds(20);
const payment = new Lambda(stack, "Payment", {
  runtime: Runtime.PYTHON_3_11,
  handler: "payment.handler",
  code: Code.fromAsset(join(__dirname, "payment")),
  timeout,
  retryAttempts: 1,
  onFailure: new SqsDestination(failed),
});
payment.addEventSource(new SqsEventSource(audit));
const orders = new NodejsFunction(stack, "Orders", {
  runtime: Runtime.NODEJS_20_X,
  entry: join(__dirname, "orders/index.ts"),
  timeout,
  environment: { AUDIT: audit.queueUrl },
  // A function that CDK itself adds.
  logRetention: 7,
});
audit.grantSendMessages(orders);
// Another one.
new Bucket(stack, "Files", { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true });
new Rule(stack, "Nightly", {
  schedule: RuleSchedule.rate(Duration.days(1)),
  targets: [new LambdaFunction(payment)],
});
new Rule(stack, "Morning", {
  schedule: RuleSchedule.cron({ hour: "6", minute: "0" }),
  targets: [new LambdaFunction(orders, { event: RuleTargetInput.fromObject({ sku: "A-17" }) })],
});
new Schedule(stack, "Weekly", {
  schedule: ScheduleExpression.rate(Duration.days(7)),
  target: new LambdaInvoke(payment, { input: ScheduleTargetInput.fromObject({ sku: "B-1" }) }),
});
