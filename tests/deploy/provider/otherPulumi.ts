// Runs the program of secretProgram.ts by the Automation API with another version of @pulumi/pulumi:
// `otherPulumi.ts DIRECTORY STACK OTHERS`, DIRECTORY being where that version is installed.
import { createRequire, Module } from "node:module";
import { join } from "node:path";
import type { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { Others } from "./secretProgram";

interface Resolver {
  _resolveFilename(request: string, ...others: unknown[]): string;
}

/** Has every module from here on, those of @pulumi/aws too, get @pulumi/pulumi from this directory. */
function usePulumi(directory: string): void {
  const resolver = Module as unknown as Resolver;
  const resolve = resolver._resolveFilename.bind(Module);
  const other = createRequire(join(directory, "index.js"));
  let within = false;
  resolver._resolveFilename = (request, ...others) => {
    if (within || !/^@pulumi\/pulumi(\/|$)/.test(request)) return resolve(request, ...others);
    within = true;
    try {
      return other.resolve(request);
    } finally {
      within = false;
    }
  };
}

async function main([directory = "", stackName = "", others]: string[]): Promise<void> {
  usePulumi(directory);
  const automation = require("@pulumi/pulumi/automation") as { LocalWorkspace: typeof LocalWorkspace };
  const { program } = require("./secretProgram") as typeof import("./secretProgram");
  const stack = await automation.LocalWorkspace.createOrSelectStack({
    projectName: "versions",
    stackName,
    program: async () => program(others as Others),
  });
  await stack.setConfig("aws:region", { value: "us-east-2" });
  await stack.preview();
  const { outputs } = await stack.up();
  const { summary } = await stack.up();
  const { version: pulumi } = require("@pulumi/pulumi/package.json") as { version: string };
  console.log(JSON.stringify({ pulumi, named: outputs.named?.value, changes: summary.resourceChanges }));
}

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
