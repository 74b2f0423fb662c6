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
    here: "keeps to Lambda's quotas, and repeats what is refused; a function that is refused for good is left as it was and named, the others are done",
    test: fleet,
  },
  {
    links: ["DataDog/datadog-ci/issues/699"],
    happened: "one log group with a subscription filter ends the whole run",
    here: "asks nothing of log groups",
    test: fleet,
  },
  {
    links: ["DataDog/datadog-ci/pull/723", "lumigo-io/lumigo-CLI/issues/107"],
    happened: "taking it back leaves `AWS_LAMBDA_EXEC_WRAPPER`, or removes the function's own variables",
    here: "configurations afterwards are equal to those before, also where others changed variables since",
    test: `${fleet}, ${plan}`,
  },
  {
    links: [
      "DataDog/serverless-plugin-datadog/issues/212",
      "DataDog/serverless-plugin-datadog/issues/368",
      "DataDog/datadog-lambda-python/issues/111",
    ],
    happened: "code and layers together exceed 250 MB, and the deployment fails",
    here: "the function keeps what it had, and the reason names the size; the others are done. The layer has 4 MB",
    test: fleet,
  },
  {
    links: [
      "DataDog/serverless-plugin-datadog/issues/201",
      "DataDog/serverless-plugin-datadog/issues/210",
      "awslabs/serverless-plugin-lambda-insights/pull/31",
    ],
    happened: "functions on arm64 get the layer for x86_64 and do not start",
    here: "the layer follows each function's architecture",
    test: fleet,
  },
  {
    links: ["elastic/apm-aws-lambda/issues/92", "elastic/apm-aws-lambda/issues/141"],
    happened: "nothing tells that a layer is for another architecture",
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
    here: "they are skipped and unchanged, with the way that images take",
    test: fleet,
  },
  {
    links: ["mariamrf/py-lambda-action/issues/24", "appleboy/lambda-action/issues/46"],
    happened: "`ResourceConflictException`, since a deployment of the code is still under way",
    here: "waits for it and goes on, unless the configuration was changed meanwhile. This was wrong here: only updates that were under way before the run were waited for",
    test: fleet,
  },
  {
    links: ["aws-samples/aws-genai-llm-chatbot/issues/583", "DefiLlama/yield-server/issues/405"],
    happened: "the environment exceeds 4 KB, which the deployment finds in the middle",
    here: "the plan counts first: such a function is skipped",
    test: `${fleet}, ${plan}`,
  },
  {
    links: ["aws/serverless-application-model/issues/3796"],
    happened: "a changed layer in `Globals` does not reach the functions",
    here: "a function of a stack is skipped with the stack's name; with `--from`, a second run shows what differs, and `status --details` older layers",
    test: `${fleet}, ${embedded}`,
  },
  {
    links: ["DataDog/datadog-lambda-python/issues/230"],
    happened: "a secret that cannot be read fails the function",
    here: "`verify` names secret, field, permission and key before anything runs; the extension goes on without",
    test: running,
  },
];

/** What users of other tools reported, and what is done here. */
export function reportsTable(): string {
  const rows = reports.map(
    ({ links, happened, here, test }) =>
      `| ${links.map(linkOf).join(", ")}: ${happened} | ${here} | ${test} |`,
  );
  return [
    "## Reports about other tools",
    "",
    "Tried with this command, each by a test:",
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
