// Serves the test-only `pulumi-resource-aws` to any number of engines, each provider with its own settings: a process
// for each of them would load the AWS SDK hundreds of times in a test run. Serves the engines' key as well. See
// base/context.ts for its launcher.
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { type PluginContext, readContext } from "./base/context";
import { keyService } from "./keyService";
import { providerService } from "./service";

/** Messages contain layer zips if a program creates them from strings. */
const maxMessageBytes = 256 * 1024 * 1024;
const { version } = JSON.parse(readFileSync(require.resolve("@pulumi/aws/package.json"), "utf8"));

/** Serves one provider for as long as its launcher is connected. */
function serve(launcher: Socket, context: PluginContext): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  server.addService(ResourceProviderService, providerService(version, context));
  launcher.on("close", () => server.forceShutdown());
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) launcher.destroy(error);
    else launcher.write(`${port}\n`);
  });
}

function accept(launcher: Socket): void {
  let message = "";
  launcher.setEncoding("utf8");
  launcher.on("error", () => {}); // The engine kills its plugins without notice; `close` follows.
  launcher.on("data", (data) => {
    message += data;
    const context = readContext(message);
    if (context) serve(launcher, context);
  });
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function main(): Promise<void> {
  const ports = { provider: await portOf(createServer(accept)), keys: await portOf(keyService()) };
  process.stdout.write(`${JSON.stringify(ports)}\n`);
  // The process that started this one holds the other end, which closes however that process ends.
  process.stdin.on("end", () => process.exit(0)).resume();
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
