import * as pulumi from "@pulumi/pulumi";

const reported = new WeakSet<Error>();

/** Reports an error to the engine, once however many resources it is a problem of. */
export async function reportOnce(error: Error): Promise<void> {
  if (reported.has(error)) return;
  reported.add(error);
  await pulumi.log.error(error.message);
}

/**
 * Rejects a transform after its error was reported: the rejection tells the engine why, but the engine may end before it
 * prints the reason.
 */
export async function rejectReported(error: Error): Promise<never> {
  await reportOnce(error);
  throw error;
}
