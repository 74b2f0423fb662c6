// Runs the program of secretProgram.ts with the Automation API and another installation of Pulumi's packages and of this one:
// `otherPulumi.ts DIRECTORY STACK OTHERS`, where DIRECTORY contains the installation.
import { createRequire, Module } from "node:module";
import { join } from "node:path";
import type { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { Others } from "../setup/secretProgram";

interface Resolver {
  _resolveFilename(request: string, ...others: unknown[]): string;
}

/** Packages from the other installation: Pulumi's, and this package instead of the checkout's. */
const others = /^@pulumi\/(pulumi|aws)(\/|$)/;
const checkout = "../../../index";

/** Makes all modules loaded from now on resolve these packages in this directory. */
function useInstallation(directory: string): void {
  const resolver = Module as unknown as Resolver;
  const resolve = resolver._resolveFilename.bind(Module);
  const other = createRequire(join(directory, "index.js"));
  let within = false;
  resolver._resolveFilename = (request, ...rest) => {
    // By its path, since tsx resolves its name to the checkout.
    const wanted =
      request === checkout ? join(directory, "node_modules/clickstack-lambda/dist/index.js") : request;
    if (within || (wanted === request && !others.test(request))) return resolve(request, ...rest);
    within = true;
    try {
      return other.resolve(wanted);
    } finally {
      within = false;
    }
  };
}

async function main([directory = "", stackName = "", other]: string[]): Promise<void> {
  useInstallation(directory);
  const automation = require("@pulumi/pulumi/automation") as { LocalWorkspace: typeof LocalWorkspace };
  const { program } = require("../setup/secretProgram") as typeof import("../setup/secretProgram");
  const stack = await automation.LocalWorkspace.createOrSelectStack({
    projectName: "versions",
    stackName,
    program: async () => program(other as Others),
  });
  await stack.setConfig("aws:region", { value: "us-east-2" });
  await stack.preview();
  const { outputs } = await stack.up();
  const { summary } = await stack.up();
  const versionOf = (name: string) =>
    (require(`@pulumi/${name}/package.json`) as { version: string }).version;
  const versions = { pulumi: versionOf("pulumi"), aws: versionOf("aws"), package: require.resolve(checkout) };
  console.log(JSON.stringify({ ...versions, named: outputs.named?.value, changes: summary.resourceChanges }));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
