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

\`instrument --from observability.yaml\` reads which functions to observe, and how. Keys are the names of the options;
\`header\`, \`attribute\` and \`setting\` are maps, which add to those of \`defaults\`. The first entry that selects a function
applies to it. Running it again changes nothing; with \`--dry-run\` it shows what differs from the file, and exits with code 7 if
anything does.

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

\`backfill\` sends what a function logged before it was observed. A log stream of CloudWatch Logs contains the lines of one
execution environment: its events are converted back into those of the Telemetry API and passed to the extension, which runs on
this machine with the function's settings. The rows are therefore those that the extension would have sent: times, levels, fields,
joined stack traces, \`faas.invocation_id\`, trace and span ids, spans of invocations and init phases; in addition,
\`faas.instance\` is the log stream. Metrics are not sent. CloudWatch Logs contain neither a tracing layer's spans nor trace ids
other than X-Ray's, so such lines get a separate trace for each invocation.

- **Each line once.** A log stream is skipped if the extension ran in its environment, which Lambda records in the stream unless
  the function's system log level is WARN. With \`--clickhouse\` each invocation is looked up instead, and sent if there are no
  rows of it, so lines that the extension could not deliver are found too.
- **Resumable.** Progress is recorded in a file after each delivery of about 3 MB. A run that was killed in the middle of one
  sends it again, and says so; with \`--clickhouse\` it does not if the delivery arrived. The first \`--since\` is kept: run again,
  the command continues where it stopped, and includes what was written in the meantime.
- **Paced.** At most 10 GetLogEvents and 4 DescribeLogStreams requests per second, so that others can read logs.
`;

const intro = `# The command line

<!-- Generated from cli/ by \`npm run docs\`; change it there. -->

\`npx clickstack-lambda\` observes functions that are not in a Pulumi program. It plans with the same code as the Pulumi
components and makes the same change to the function: layers, environment variables, and a policy for secrets on the role.

- **Credentials** are those of the AWS SDK: environment, profiles, IAM Identity Center, roles.
- **Nothing is overwritten.** A function whose own variables or layers conflict is skipped with the reason. Every update
  names the revision that it was planned for, so that a concurrent change is never lost.
- **A function is changed completely or not at all.** If a step fails, the steps before it are undone. After an interruption
  run the same command again; it completes what is missing and changes nothing else.
- **Results are written to stdout,** progress, questions and errors to stderr. Colours are only used on a terminal, and not
  with \`NO_COLOR\`. No value that may be a key is shown.
- **Requests** respect AWS's quota of 15 per second and region. If the account makes many other requests, set a smaller share
  with \`--requests-per-second\`.

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
([decision 13](decisions/0013-record-of-a-change.md)). A policy is
visible in IAM some seconds after it was written; a command that writes policies ends once the last of them is visible, so
that the next command finds it. A change of \`$LATEST\` reaches aliases and SnapStart once you publish a version.

The IAM permissions that it needs: \`lambda:ListFunctions\`, \`lambda:GetFunction\`, \`lambda:UpdateFunctionConfiguration\`,
\`lambda:GetLayerVersion\`, \`tag:GetResources\` (without it, \`instrument\` reads functions one by one); for functions with
secrets, and to undo changes, \`iam:ListRolePolicies\`, \`iam:GetRolePolicy\`, \`iam:PutRolePolicy\` and
\`iam:DeleteRolePolicy\`. \`verify\` performs the checks that its permissions allow: \`iam:SimulatePrincipalPolicy\`,
\`secretsmanager:GetSecretValue\`, \`ssm:GetParameter\`, \`ec2:DescribeSubnets\`, \`ec2:DescribeRouteTables\`,
\`lambda:InvokeFunction\`, \`logs:DescribeLogStreams\`. \`backfill\` needs \`logs:DescribeLogStreams\` and
\`logs:GetLogEvents\`, and reads the secrets. \`cloudwatch disable --retention\` needs \`logs:PutRetentionPolicy\`;
\`status --cost\` needs \`cloudwatch:GetMetricData\` and, for AWS's list prices, \`pricing:GetProducts\`; \`status --problems\`
needs \`cloudwatch:GetMetricData\` and \`logs:FilterLogEvents\`; \`layers\` needs the actions on layer versions, and with
\`--all-regions\` \`ec2:DescribeRegions\`.
`;

/** Generates the page's text from the commands. */
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
