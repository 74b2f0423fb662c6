/** The parts of an AWS SDK's error that are used here. */
interface ServiceError extends Error {
  $metadata?: { requestId?: string; httpStatusCode?: number; attempts?: number };
}

/** Name of the error of a service, such as `ResourceConflictException`. */
export function awsErrorName(error: unknown): string | undefined {
  return (error as ServiceError | undefined)?.name;
}

/**
 * An error in one line, with the request id, which AWS's support needs. Messages about environment variables are
 * truncated: some of Lambda's repeat the variables with their values.
 */
export function describeError(error: unknown): string {
  const { name, message, $metadata } = error as ServiceError;
  if ($metadata === undefined) return message;
  const text = message.replace(/\s+/g, " ").replace(/( exceeded the 4KB limit)\..*$/, "$1");
  const id = $metadata.requestId === undefined ? "" : ` (request id ${$metadata.requestId})`;
  return `${name}: ${text}${id}`;
}
