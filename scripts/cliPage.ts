import { join } from "node:path";
import type { Command, Option } from "commander";
import { examplesOf } from "../cli/commands/help";
import { exitCodes } from "../cli/plan/exitCodes";
import { makeProgram } from "../cli/program";
import { processTerminal } from "../cli/terminal/terminal";
import { reportsTable } from "./cliReports";

/** The page that describes the command line. */
export const cliPagePath = join(__dirname, "..", "docs", "cli.md");

const fleetFile = `## A fleet in a file

\`instrument --from observability.yaml\` reads which functions are observed and how. Keys are the names of the options; \`header\`,
\`attribute\` and \`setting\` are maps, which add to those of \`defaults\`. Of the entries the first one that selects a function counts.
Run again, it changes nothing; with \`--dry-run\` it shows what differs from the file, and ends with 7 where anything does.

\`\`\`yaml
regions: [eu-west-1, us-east-1]
defaults:
  endpoint: https://clickstack.example.com:4318
  secret: arn:aws:secretsmanager:eu-west-1:123456789012:secret:clickstack-AbCdEf
  attribute: { team: shop }
functions:
  - names: [orders-*, payments]
    trace: true
    flush-mode: end
  - tag: { team: shop }
    exclude: [shop-legacy-*]
\`\`\`
`;

const history = `## History

\`backfill\` sends what a function wrote before it was observed. A log stream of CloudWatch Logs is what one execution environment
wrote: its events are turned back into those of the Telemetry API and given to the extension, which runs on this machine with the
settings of the function. So rows are those that the extension would have sent: times, levels, fields, joined stack traces,
\`faas.invocation_id\`, trace and span ids, spans of invocations and init phases; besides, \`faas.instance\` is the log stream. Metrics
are not sent. A tracing layer's spans, and trace ids without X-Ray, are not in CloudWatch Logs, so that such lines get a trace of
their own for each invocation.

- **Each line once.** A log stream in whose environment the extension ran is left out: Lambda names it there, unless the function's
  system log level is WARN. With \`--clickhouse\` each invocation is looked up instead, and sent where there are no rows of it; so
  lines are found that the extension could not deliver.
- **Resumable.** What was delivered is noted in a file after each delivery of about 3 MB. A run that was killed in the middle
  of one sends it again, and says so; with \`--clickhouse\` it does not where it arrived. The first \`--since\` counts: run again, the
  command goes on where it was, and takes along what was written meanwhile.
- **Paced.** At most 10 GetLogEvents and 4 DescribeLogStreams requests a second, so that others can read logs.
`;

const intro = `# The command line

<!-- Generated from cli/ by \`npm run docs\`; change it there. -->

\`npx clickstack-lambda\` observes functions that are not in a Pulumi program. It plans with the same code as the Pulumi
components and makes the same change of the same function: layers, environment variables, and a policy for secrets on the role.

- **Credentials** are those of the AWS SDK: environment, profiles, IAM Identity Center, roles.
- **Nothing is overwritten.** A function whose own variables or layers are in the way is skipped with the reason. Every update
  names the revision that it was planned for, so that a change made meanwhile is never lost.
- **A function is changed wholly or not at all.** If a step fails, the steps before it are taken back. After an interruption run
  the same command again; it completes what is missing and changes nothing else.
- **Results are written to stdout,** progress, questions and errors to stderr. There are colours on a terminal only, and none with
  \`NO_COLOR\`. No value that may be a key is shown.
- **Requests** keep to AWS's quota of 15 a second for a region. An account that does much else gets a smaller share with
  \`--requests-per-second\`.

In short, for functions of a region:

\`\`\`sh
npx clickstack-lambda layers publish
npx clickstack-lambda instrument 'orders-*' --endpoint https://clickstack.example.com:4318 --secret <ARN>
npx clickstack-lambda verify orders-api --invoke --clickhouse https://clickhouse.example.com:8443
npx clickstack-lambda backfill orders-api --since 7d --clickhouse https://clickhouse.example.com:8443
npx clickstack-lambda cloudwatch disable 'orders-*' --clickhouse https://clickhouse.example.com:8443
npx clickstack-lambda uninstrument 'orders-*'
\`\`\`

What was added to a function is recorded in its variable \`INSTRUMENTED_BY_CLICKSTACK_LAMBDA\`
([decision 13](decisions/0013-record-of-a-change.md)). IAM shows a policy some seconds after it was
written; a command that writes policies ends once IAM shows the last of them, so that the next command goes by it. A change of \`$LATEST\` reaches aliases and SnapStart once you publish a
version.

The IAM permissions that it needs: \`lambda:ListFunctions\`, \`lambda:GetFunction\`, \`lambda:UpdateFunctionConfiguration\`,
\`lambda:GetLayerVersion\`, \`tag:GetResources\` (without it, \`instrument\` reads functions one by one), and for functions with secrets, and to take changes back, \`iam:ListRolePolicies\`, \`iam:GetRolePolicy\`,
\`iam:PutRolePolicy\`, \`iam:DeleteRolePolicy\`. \`verify\` makes the checks that it may: \`iam:SimulatePrincipalPolicy\`,
\`secretsmanager:GetSecretValue\`, \`ssm:GetParameter\`, \`ec2:DescribeSubnets\`, \`ec2:DescribeRouteTables\`,
\`lambda:InvokeFunction\`, \`logs:DescribeLogStreams\`. \`backfill\` needs \`logs:DescribeLogStreams\` and
\`logs:GetLogEvents\`, and reads the secrets. \`cloudwatch disable --retention\` needs \`logs:PutRetentionPolicy\`,
\`status --cost\` \`cloudwatch:GetMetricData\` and, for AWS's list prices, \`pricing:GetProducts\`, \`status --problems\` that and \`logs:FilterLogEvents\`, \`layers\` the actions on layer versions, and with \`--all-regions\` \`ec2:DescribeRegions\`.
`;

/** Makes the page's text from the commands. */
export function makeCliPage(): string {
  const program = makeProgram(processTerminal(), () => {});
  const codes = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  const table = `## Exit codes\n\n| code | meaning |\n|---|---|\n${codes.join("\n")}\n`;
  return [
    intro,
    fleetFile,
    history,
    ...program.commands.flatMap((command) => sections(command, "")),
    table,
    reportsTable(),
  ].join("\n");
}

function sections(command: Command, parents: string): string[] {
  const name = `${parents}${command.name()}`;
  if (command.commands.length > 0) return command.commands.flatMap((one) => sections(one, `${name} `));
  const parameters = command.registeredArguments
    .map((one) => (one.required ? ` <${one.name()}>` : ` [${one.name()}${one.variadic ? "…" : ""}]`))
    .join("");
  const options = command.options.map(row);
  const examples = examplesOf(command).map(
    ({ call, about }) => `${about}:\n\n\`\`\`sh\nnpx clickstack-lambda ${call}\n\`\`\`\n`,
  );
  const table = `| option | meaning |\n|---|---|\n${options.join("\n")}\n`;
  return [
    `## ${name}\n\n\`clickstack-lambda ${name}${parameters} [options]\`\n\n${command.description()}\n`,
    table,
    ...examples,
  ];
}

function row({ flags, description, defaultValue }: Option): string {
  const preset = defaultValue === undefined ? "" : ` (default: ${String(defaultValue)})`;
  return `| \`${flags.replaceAll("|", "\\|")}\` | ${`${description}${preset}`.replaceAll("|", "\\|")} |`;
}
