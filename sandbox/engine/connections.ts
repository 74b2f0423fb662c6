import * as settings from "@pulumi/pulumi/runtime/settings";

/** Makes each gRPC channel use its own connections (grpc-js, channel options). */
const ownConnections = { "grpc.use_local_subchannel_pool": 1 };

/**
 * Makes the connections of inline programs to their engines independent of each other, for this process.
 *
 * Pulumi leaves them open, and gRPC channels to the same address share one connection. If its engine has exited, the
 * connection is retried with increasing delays, and a later engine that happens to get the same port is unreachable for
 * its program during a delay. Pulumi treats that as an engine that is shutting down: the program ends without an error
 * and without registering anything, and the update deletes the stack's resources.
 *
 * Closing them does not work: a message that is logged late, on a closed connection, makes Pulumi's log fail
 * permanently.
 */
export function separateConnections(): void {
  // Pulumi passes these options to every client that it creates, but does not declare them.
  const { grpcClientOptions } = settings as { grpcClientOptions?: object };
  if (grpcClientOptions === undefined)
    throw new Error("this version of @pulumi/pulumi has no grpcClientOptions");
  Object.assign(grpcClientOptions, ownConnections);
}
