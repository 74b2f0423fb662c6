import { type Command, InvalidArgumentError } from "commander";
import type { SelectionOptions } from "../plan/selection";
import type { TelemetryOptions } from "../plan/telemetryOptions";
import { collect, collectList } from "./help";

/** Access to AWS, and the output format. */
export interface CommonOptions {
  regions?: string[];
  profile?: string;
  endpointUrl?: string;
  requestsPerSecond?: number;
  json?: boolean;
}

/** How functions are changed. */
export interface ChangeOptions {
  yes?: boolean;
  dryRun?: boolean;
  concurrency: number;
  updateTimeout: number;
  includeManaged?: boolean;
}

export type FleetOptions = CommonOptions & SelectionOptions & ChangeOptions;

export type InstrumentOptions = FleetOptions & TelemetryOptions & { layers?: string; from?: string };

/** Options of every command that uses AWS. */
export function withCommonOptions(command: Command): Command {
  return command
    .option(
      "--regions <names>",
      "comma-separated regions (default: the region of the AWS configuration)",
      collectList,
    )
    .option("--profile <name>", "profile of the AWS configuration, also of IAM Identity Center (SSO)")
    .option("--endpoint-url <url>", "endpoint of every AWS service, as for the AWS CLI")
    .option(
      "--requests-per-second <number>",
      "requests to the Lambda API of a region, and to IAM (default: 15, which is all that Lambda allows an account)",
      wholeNumber,
    )
    .option("--json", "write the result as JSON");
}

/** Options that select functions. */
export function withSelection(command: Command): Command {
  return command
    .argument("[functions...]", "names, ARNs, or patterns of names with *")
    .option(
      "--tag <name=value>",
      "functions with this tag; * stands for any characters of the value",
      collect,
    )
    .option("--runtime <name>", "functions of this runtime, such as nodejs22.x or python*", collect)
    .option("--stack <name>", "functions of this CloudFormation stack")
    .option("--all", "every function of the regions")
    .option("--exclude <pattern>", "functions to exclude, by name; * stands for any characters", collect);
}

/** Options of commands that change functions. */
export function withChange(command: Command): Command {
  return command
    .option("--dry-run", "show the changes and exit, with code 7 if there are any")
    .option("-y, --yes", "change without confirmation, the functions of each region as soon as they are read")
    .option("--include-managed", "also change functions that a CloudFormation stack or SST manages")
    .option("--concurrency <number>", "functions of a region that are changed concurrently", wholeNumber, 40)
    .option("--update-timeout <seconds>", "how long Lambda may take for one update", wholeNumber, 300);
}

/** Options for how functions are observed. */
export function withTelemetry(command: Command): Command {
  return command
    .option("--endpoint <url>", "ClickStack's OTLP endpoint, such as https://clickstack.example.com:4318")
    .option("--protocol <name>", "http or grpc (default: http)")
    .option(
      "--secret <arn>",
      "secret or parameter that holds the ingestion key; #key selects a field of a JSON value",
    )
    .option("--header <name=value>", "additional header; never a key, which belongs in a secret", collect)
    .option("--managed", "the endpoint is ClickStack in ClickHouse Cloud")
    .option(
      "--web-identity-audience <name>",
      "authenticate with tokens of the function's role instead of a key",
    )
    .option("--clickhouse <url>", "export into ClickHouse directly, instead of --endpoint")
    .option("--clickhouse-user <name>", "user to insert as")
    .option("--clickhouse-password <arn>", "secret or parameter that holds the user's password")
    .option("--clickhouse-database <name>", "database of ClickStack's tables")
    .option("--service-version <version>", "resource attribute service.version")
    .option("--attribute <name=value>", "additional resource attribute", collect)
    .option("--flush-mode <mode>", "auto, end, periodic or continuous")
    .option(
      "--setting <name=value>",
      "any setting of docs/configuration.md, by its name or variable",
      collect,
    )
    .option(
      "--secret-arn <arn>",
      "additional secret that the role may read, such as one that an env file refers to",
      collect,
    )
    .option("--kms-key <arn>", "customer managed key that the secrets are encrypted with", collect)
    .option(
      "--trace [distribution]",
      "trace the function: light (default for Node.js and Python), opentelemetry, adot or adot-legacy",
    )
    .option("--layers <file>", "published layers (default: layers.json, if it exists)")
    .option("--layer-arn <arn>", "layer version of the extension, instead of --layers")
    .option("--rotel <version>", "layer version of the Rotel Lambda Extension, instead of --layers");
}

/** Options for reading ClickHouse. */
export function withClickHouse(command: Command): Command {
  return command
    .option("--clickhouse <url>", "HTTP interface of ClickHouse (default: CLICKHOUSE_URL)")
    .option("--clickhouse-user <name>", "user to read as (default: CLICKHOUSE_USER, else default)")
    .option(
      "--clickhouse-password-file <path>",
      "file that holds the user's password (default: the password in CLICKHOUSE_PASSWORD)",
    )
    .option(
      "--clickhouse-database <name>",
      "database of ClickStack's tables (default: CLICKHOUSE_DATABASE, else default)",
    );
}

/** A number of 1 or more. @throws InvalidArgumentError for anything else. */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write a whole number of 1 or more.");
}

/** A port. @throws InvalidArgumentError for anything else. */
export function portNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0 && number < 65_536) return number;
  throw new InvalidArgumentError("must be a port from 1 to 65535.");
}
