// Runs the bundled program of a folder with Pulumi's mocks, and writes the resources that it creates:
//   node --import tsx tests/programs/sstRun.ts FOLDER
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { runtime } from "@pulumi/pulumi";

const directory = process.argv[2] ?? "";
const made: { type: string; name: string; inputs: unknown }[] = [];

/** The values that SST's command passes to its program. */
const answers: Record<string, unknown> = {
  "Provider.Aws.Bootstrap": { asset: "assets" },
  "Runtime.Build": { handler: "index.handler", out: join(directory, "built"), errors: [], sourcemaps: [] },
};

function callFunction({ token, inputs }: { token: string; inputs: Record<string, unknown> }) {
  if (token.includes("getPolicyDocument")) return { ...inputs, json: JSON.stringify(inputs) };
  return { ...inputs, region: "eu-west-1", partition: "aws" };
}

async function main(): Promise<void> {
  runtime.setMocks({
    newResource: ({ type, name, inputs }) => {
      made.push({ type, name, inputs });
      return { id: name, state: { ...inputs, arn: `arn:${name}` } };
    },
    call: callFunction,
  });
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => response.end(JSON.stringify({ result: answers[JSON.parse(body).method] })));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  process.env.SST_SERVER = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const paths = {
    root: directory,
    work: join(directory, ".sst"),
    platform: join(directory, ".sst/platform"),
  };
  Object.assign(globalThis, {
    ...{ $dev: process.argv[3] === "dev", $app: { name: "shop", stage: "dev" } },
    $cli: { paths, state: { version: {} } },
  });
  const { load } = require(join(directory, "program.cjs"));
  await (await load()).run();
  // After nothing is pending any more.
  process.once("beforeExit", () => process.stdout.write(JSON.stringify(made)));
}

void main();
