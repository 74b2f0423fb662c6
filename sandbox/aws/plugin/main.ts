import { readFileSync } from "node:fs";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { providerService } from "./service";

/** Layer zips travel in messages when a program makes them from texts. */
const maxMessageBytes = 256 * 1024 * 1024;

function main(): void {
  const { version } = JSON.parse(readFileSync(require.resolve("@pulumi/aws/package.json"), "utf8"));
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  server.addService(ResourceProviderService, providerService(version));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error) throw error;
    process.stdout.write(`${port}\n`); // The engine reads the port from the first line.
  });
  endWithParent();
}

/** The engine ends its plugins; one whose engine was killed must not stay behind. */
function endWithParent(): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.exit(0);
  }, 1000).unref();
}

main();
