const fleet = "`tests/component/cli/fleet.test.ts`";
const plan = "`tests/unit/cli/change.test.ts`";
const running = "`tests/sandbox/cli/existingFunctions.test.ts`";
const embedded = "`tests/deploy/cli/instrument.test.ts`";

/** A public report of another tool's users. */
interface Report {
  links: readonly string[];
  happened: string;
  here: string;
  test: string;
}

const reports: readonly Report[] = [
  {
    links: ["DataDog/datadog-ci/pull/1104"],
    happened: "throttled with many functions",
    here: "respects Lambda's quotas, and retries throttled requests; a function whose update fails permanently is unchanged and reported, the others are completed",
    test: fleet,
  },
  {
    links: ["DataDog/datadog-ci/issues/699"],
    happened: "one log group with a subscription filter ends the whole run",
    here: "does not access log groups",
    test: fleet,
  },
  {
    links: ["DataDog/datadog-ci/pull/723", "lumigo-io/lumigo-CLI/issues/107"],
    happened: "the removal leaves `AWS_LAMBDA_EXEC_WRAPPER`, or removes the function's own variables",
    here: "configurations afterwards are equal to those before, also if others have changed variables since",
    test: `${fleet}, ${plan}`,
  },
  {
    links: [
      "DataDog/serverless-plugin-datadog/issues/212",
      "DataDog/serverless-plugin-datadog/issues/368",
      "DataDog/datadog-lambda-python/issues/111",
    ],
    happened: "code and layers together exceed 250 MB, and the deployment fails",
    here: "the function keeps its configuration, and the reason names the size; the others are completed. The layer has 4 MB",
    test: fleet,
  },
  {
    links: [
      "DataDog/serverless-plugin-datadog/issues/201",
      "DataDog/serverless-plugin-datadog/issues/210",
      "awslabs/serverless-plugin-lambda-insights/pull/31",
    ],
    happened: "functions on arm64 get the layer for x86_64 and do not start",
    here: "the layer is chosen by each function's architecture",
    test: fleet,
  },
  {
    links: ["elastic/apm-aws-lambda/issues/92", "elastic/apm-aws-lambda/issues/141"],
    happened: "no message says that a layer has the wrong architecture",
    here: "layers are published with their architecture, and `verify` compares it with the function's",
    test: running,
  },
  {
    links: ["DataDog/datadog-cdk-constructs/issues/314"],
    happened: "a runtime without support gets a new handler and no layer, and fails",
    here: "such a function is skipped as a whole, with the reason",
    test: `${fleet}, ${plan}`,
  },
  {
    links: ["DataDog/datadog-cloudformation-macro/issues/108", "aws/aws-sam-cli/issues/3766"],
    happened: "functions from container images get layers, or lose variables",
    here: "they are skipped and unchanged, with instructions for images",
    test: fleet,
  },
  {
    links: ["mariamrf/py-lambda-action/issues/24", "appleboy/lambda-action/issues/46"],
    happened: "`ResourceConflictException`, since a deployment of the code is still in progress",
    here: "waits for it and continues, unless the configuration has changed. This was wrong here: only updates that were in progress before the run were waited for",
    test: fleet,
  },
  {
    links: ["aws-samples/aws-genai-llm-chatbot/issues/583", "DefiLlama/yield-server/issues/405"],
    happened: "the environment exceeds 4 KB, which the deployment discovers half-way",
    here: "the plan checks the size first: such a function is skipped",
    test: `${fleet}, ${plan}`,
  },
  {
    links: ["aws/serverless-application-model/issues/3796"],
    happened: "a changed layer in `Globals` does not reach the functions",
    here: "a function of a stack is skipped with the stack's name; with `--from`, a second run shows what differs, and `status --details` shows older layers",
    test: `${fleet}, ${embedded}`,
  },
  {
    links: ["DataDog/datadog-lambda-python/issues/230"],
    happened: "a secret that cannot be read fails the function",
    here: "`verify` names secret, field, permission and key before anything runs; the extension runs without it",
    test: running,
  },
];

/** Reports of other tools' users, and the behaviour of this command. */
export function reportsTable(): string {
  const rows = reports.map(
    ({ links, happened, here, test }) =>
      `| ${links.map(linkOf).join(", ")}: ${happened} | ${here} | ${test} |`,
  );
  return [
    "## Reports about other tools",
    "",
    "Each was tested with this command:",
    "",
    "| report | here | test |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

function linkOf(path: string): string {
  const [, name, , number] = path.split("/");
  return `[${name} ${number}](https://github.com/${path})`;
}
