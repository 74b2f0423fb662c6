import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DeliveryTarget, targetOf } from "../../../../../provider/plan/delivery/target";
import { envFileVariables } from "../../../../../provider/plan/telemetry/envFile";
import { logsDestinations } from "../../../../../provider/plan/telemetry/logsDestination";
import {
  mayRefer,
  parseReferences,
  resolveReferences,
} from "../../../../../provider/plan/telemetry/references";

/** An environment, and the resulting destination of logs: the package plans with what the extension will do. */
interface Case {
  name: string;
  environment: Record<string, string>;
  /** Content of the file that `ROTEL_ENV_FILE` names. */
  envFile?: string;
  /** Values of references. */
  secrets?: Record<string, string>;
  /** References to fetch, in the order of the variables' names. */
  references: string[];
  logs: (DeliveryTarget & { webIdentity?: true })[];
}

const cases: Case[] = JSON.parse(
  readFileSync(join(__dirname, "..", "..", "../../../settings.cases.json"), "utf8"),
);

async function logsOf({ environment, envFile, secrets = {} }: Case): Promise<Case["logs"]> {
  const variables = { ...environment, ...envFileVariables(envFile ?? "", environment) };
  return Promise.all(
    logsDestinations(variables).map(async (destination) => {
      const target = await targetOf(destination, (text) =>
        resolveReferences(text, async ({ arn, jsonKey }) => {
          const value = secrets[jsonKey === undefined ? arn : `${arn}#${jsonKey}`];
          assert.ok(value !== undefined, `${arn} has a value`);
          return value;
        }),
      );
      // As URLs, in which a missing path is "/".
      const endpoint = new URL(target.endpoint).href;
      return { ...target, endpoint, ...("webIdentity" in destination && { webIdentity: true }) };
    }),
  );
}

function referencesOf({ environment, envFile }: Case): string[] {
  const variables = { ...environment, ...envFileVariables(envFile ?? "", environment) };
  return Object.keys(variables)
    .sort()
    .filter(mayRefer)
    .flatMap((name) => parseReferences(variables[name] ?? ""))
    .map(({ arn, jsonKey }) => (jsonKey === undefined ? arn : `${arn}#${jsonKey}`));
}

describe("the grammar of settings that the package and the extension share", () => {
  for (const given of cases) {
    it(given.name, async () => {
      assert.deepEqual(await logsOf(given), given.logs);
      assert.deepEqual(referencesOf(given), given.references);
    });
  }
});
