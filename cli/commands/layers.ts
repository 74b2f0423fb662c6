import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import pMap from "p-map";
import { readVerifiedLayers } from "../../layers/verifiedLayers";
import { checkRegions, defaultRegions } from "../../provider/plan/aws/regions";
import { layerStatements } from "../../provider/plan/layers/permissions";
import { planLayers } from "../../provider/plan/layers/publication";
import { describeProblems } from "../../provider/plan/problem";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { deleteLayerVersion, enabledRegions, layersInUse, listLayerVersions } from "../aws/layers";
import type { ExitCode } from "../plan/exitCodes";
import {
  type LayersManifest,
  mergedManifest,
  planPruning,
  type StoredLayerVersion,
} from "../plan/layerVersions";
import { UsageError } from "../plan/usageError";
import { nameOf, type Publication, publishedVersions, publishLayers } from "../run/publishLayers";
import { regionsOf } from "../run/regions";
import { RegionTable } from "../terminal/regionTable";
import { confirmed, requireTerminal, styled, type Terminal } from "../terminal/terminal";
import { withPlane } from "./fleet";
import { collectList, withExamples } from "./help";
import { type CommonOptions, wholeNumber, withCommonOptions } from "./options";

/** The options of the `layers` commands. */
export interface LayersOptions extends CommonOptions {
  allRegions?: boolean;
  architectures?: string[];
  namePrefix?: string;
  tracingLayer?: boolean;
  public?: boolean;
  accounts?: string[];
  organization?: string;
  output: string;
  dryRun?: boolean;
  yes?: boolean;
  keep: number;
}

/** `layers publish`, `layers list` and `layers prune`. */
export function layersCommand(parent: Command, terminal: Terminal, end: (code: ExitCode) => void): void {
  const group = parent
    .command("layers")
    .summary("publish the extension's layers, list and delete their versions")
    .description("Publishes the extension's layers to your account, lists and deletes their versions.");
  const publish = group
    .command("publish")
    .description(
      "Publishes the extension's layers in regions where the same zip is not published yet, and writes their ARNs to a file that `instrument` reads. Running it again completes what is missing.",
    );
  withPlace(publish)
    .option("--architectures <names>", "x86_64 and arm64 (default: those that are built)", collectList)
    .option(
      "--tracing-layer",
      "also publish light tracing separately, for functions from container images or with Rotel's layer",
    )
    .option("--public", "let every account use the layers")
    .option("--accounts <ids>", "accounts that may use the layers", collectList)
    .option("--organization <id>", "organization whose accounts may use the layers")
    .option("--output <file>", "file for the ARNs; entries of other regions are kept", "layers.json")
    .option("--dry-run", "show what would be published and exit, with code 7 if there is anything");
  withExamples(publish, [
    { about: "In two regions", call: "layers publish --regions eu-west-1,us-east-1" },
    {
      about: "In every region of the account, for the whole organization",
      call: "layers publish --all-regions --organization o-a1b2c3d4e5",
    },
  ]);
  const list = withPlace(
    group.command("list").description("Lists the versions of the extension's layers, the newest first."),
  );
  withExamples(list, [{ about: "Versions in one region", call: "layers list --regions eu-west-1" }]);
  const prune = withPlace(
    group
      .command("prune")
      .description(
        "Deletes old versions of the extension's layers. A version that a function of the account uses, in any of the function's versions, is kept. Functions of other accounts that use a deleted version keep running, but it cannot be attached again.",
      ),
  )
    .option("--keep <number>", "versions of each layer and region to keep", wholeNumber, 3)
    .option("--dry-run", "show what would be deleted and exit, with code 7 if there is anything")
    .option("-y, --yes", "delete without confirmation");
  withExamples(prune, [{ about: "All but the newest two", call: "layers prune --keep 2 --all-regions" }]);
  publish.action(async (options) => end(await runPublish(terminal, options)));
  list.action(async (options) => end(await runList(terminal, options)));
  prune.action(async (options) => end(await runPrune(terminal, options)));
}

function withPlace(command: Command): Command {
  return withCommonOptions(command)
    .option("--all-regions", "every region that the account has enabled")
    .option("--name-prefix <text>", "prefix of the layers' names (default: clickstack-extension)");
}

async function runPublish(terminal: Terminal, options: LayersOptions): Promise<ExitCode> {
  const { architectures, namePrefix, tracingLayer, organization, accounts, dryRun = false, output } = options;
  const permissions = {
    ...(options.public && { public: true }),
    ...(accounts && { accountIds: accounts }),
    ...(organization !== undefined && { organizationId: organization }),
  };
  const built = readVerifiedLayers();
  const before = manifestIn(output);
  return withPlane(options, async (_, clients) => {
    const regions = await placesOf(terminal, clients, options);
    const wanted = { regions, permissions, tracing: tracingLayer ?? false };
    const { planned, problems } = planLayers(
      { ...wanted, ...(architectures && { architectures }), ...(namePrefix !== undefined && { namePrefix }) },
      built,
    );
    if (problems.length > 0)
      throw new UsageError(`the options are not valid:\n${describeProblems(problems)}`);
    const table = new RegionTable(terminal, planned);
    const publications = await publishLayers(clients, planned, {
      ...(namePrefix !== undefined && { namePrefix }),
      statements: layerStatements<string>(permissions),
      dryRun,
      done: (publication) => table.step(publication),
    });
    table.end();
    const manifest = mergedManifest(before, publishedVersions(publications));
    if (!dryRun) writeFileSync(output, `${JSON.stringify(manifest, undefined, 2)}\n`);
    showPublications(terminal, options, publications);
    if (publications.some(({ result }) => result === "failed")) return "incomplete";
    return publications.some(({ result }) => result === "planned") ? "different" : "done";
  });
}

function manifestIn(file: string): Partial<LayersManifest> | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<LayersManifest>;
  } catch {
    throw new UsageError(`${file} exists and is not JSON: name another file with --output`);
  }
}

const colours = { published: "green", there: "dim", planned: "yellow", failed: "red" } as const;

function showPublications(
  terminal: Terminal,
  { json }: LayersOptions,
  publications: readonly Publication[],
): void {
  const { out } = terminal;
  if (json) {
    const shown = publications.map(({ layer, layerName, result, arn, reason }) => ({
      ...{ region: layer.region, layerName, result, layerVersionArn: arn, reason },
    }));
    out.write(`${JSON.stringify({ formatVersion: 1, layers: shown }, undefined, 2)}\n`);
    return;
  }
  for (const { layer, layerName, result, arn, reason } of publications) {
    const what = arn ?? `${layerName} (${layer.region})`;
    out.write(
      `${styled(terminal, out, colours[result], result.padEnd(9))} ${what}${reason ? `: ${reason}` : ""}\n`,
    );
  }
}

async function runList(terminal: Terminal, options: LayersOptions): Promise<ExitCode> {
  return withPlane(options, async (_, clients) => {
    const versions = await versionsIn(terminal, clients, options);
    if (options.json) terminal.out.write(`${JSON.stringify({ formatVersion: 1, versions }, undefined, 2)}\n`);
    else for (const one of versions) terminal.out.write(`${lineOf(one)}\n`);
    return versions.length === 0 ? "nothing" : "done";
  });
}

function lineOf({ arn, created, description }: StoredLayerVersion): string {
  return `${arn}  ${created.slice(0, 10)}  ${description}`;
}

async function runPrune(terminal: Terminal, options: LayersOptions): Promise<ExitCode> {
  const { keep, dryRun, yes, json } = options;
  const asks = !dryRun && !yes;
  if (asks) requireTerminal(terminal);
  return withPlane(options, async (_, clients) => {
    const versions = await versionsIn(terminal, clients, options);
    const regions = [...new Set(versions.map(({ region }) => region))];
    const inUse = await Promise.all(regions.map((region) => layersInUse(clients, region)));
    const { remove, used } = planPruning(versions, new Set(inUse.flatMap((one) => [...one])), keep);
    if (asks) for (const one of remove) terminal.err.write(`- ${lineOf(one)}\n`);
    if (
      asks &&
      remove.length > 0 &&
      !(await confirmed(terminal, `Delete ${remove.length} layer versions?`))
    ) {
      return "declined";
    }
    const failures: string[] = [];
    if (!dryRun) {
      await pMap(
        remove,
        (one) =>
          deleteLayerVersion(clients, one).catch((error) =>
            failures.push(`${one.arn}: ${describeError(error)}`),
          ),
        { concurrency: 16 },
      );
    }
    if (json)
      terminal.out.write(
        `${JSON.stringify({ formatVersion: 1, removed: remove, used, failures }, undefined, 2)}\n`,
      );
    else {
      for (const one of remove) terminal.out.write(`- ${lineOf(one)}\n`);
      for (const one of used) terminal.out.write(`  ${lineOf(one)}  in use\n`);
      for (const failure of failures) terminal.out.write(`failed ${failure}\n`);
    }
    if (failures.length > 0) return "incomplete";
    return dryRun && remove.length > 0 ? "different" : "done";
  });
}

async function versionsIn(
  terminal: Terminal,
  clients: AwsClients,
  options: LayersOptions,
): Promise<StoredLayerVersion[]> {
  const regions = await placesOf(terminal, clients, options);
  const architectures = ["x86_64", "arm64", undefined] as const;
  const places = regions.flatMap((region) => architectures.map((architecture) => ({ region, architecture })));
  const found = await pMap(
    places,
    ({ region, architecture }) =>
      listLayerVersions(clients, region, nameOf({ architecture }, options.namePrefix)),
    { concurrency: 16 },
  );
  return found.flat();
}

async function placesOf(
  { environment }: Terminal,
  clients: AwsClients,
  { allRegions, regions }: LayersOptions,
): Promise<string[]> {
  if (!allRegions) return regionsOf(regions);
  const [first = environment.AWS_REGION ?? defaultRegions[0] ?? ""] = regions ?? [];
  const enabled = await enabledRegions(clients, first);
  // A region that is newer than this package is not in its tables, and has to be named with `--regions`.
  return enabled.filter((region) => checkRegions([region]).length === 0);
}
