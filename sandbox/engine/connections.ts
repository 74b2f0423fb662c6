import * as settings from "@pulumi/pulumi/runtime/settings";

/** What makes gRPC's channels keep their connections to themselves (grpc-js, channel options). */
const ownConnections = { "grpc.use_local_subchannel_pool": 1 };

/**
 * Makes the connections of inline programs to their engines independent of each other, for this process.
 *
 * Pulumi leaves them open, and gRPC's channels to the same address share one. One that has met an engine which was gone
 * goes on trying to reach its port with longer and longer pauses, and a later engine that is given this port by chance is
 * unreachable for its program meanwhile. Pulumi takes that for an engine which is shutting down: the program ends without
 * an error and without having registered anything, and the update deletes the stack's resources.
 *
 * Closing them would not do: a message that is logged late, on a closed connection, makes Pulumi's log fail for good.
 */
export function separateConnections(): void {
  // Pulumi hands these options to every client that it makes, but does not declare them.
  const { grpcClientOptions } = settings as { grpcClientOptions?: object };
  if (grpcClientOptions === undefined)
    throw new Error("this version of @pulumi/pulumi has no grpcClientOptions");
  Object.assign(grpcClientOptions, ownConnections);
}
