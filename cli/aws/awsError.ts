/** What an AWS SDK throws, as far as it is read here. */
interface ServiceError extends Error {
  $metadata?: { requestId?: string; httpStatusCode?: number; attempts?: number };
}

/** Name of the error of a service, such as `ResourceConflictException`. */
export function awsErrorName(error: unknown): string | undefined {
  return (error as ServiceError | undefined)?.name;
}

/**
 * An error in one line, with the request's id, by which AWS's support finds it. Messages about environment variables are
 * left without their end: Lambda repeats the variables with their values in some.
 */
export function describeError(error: unknown): string {
  const { name, message, $metadata } = error as ServiceError;
  if ($metadata === undefined) return message;
  const text = message.replace(/\s+/g, " ").replace(/( exceeded the 4KB limit)\..*$/, "$1");
  const id = $metadata.requestId === undefined ? "" : ` (request id ${$metadata.requestId})`;
  return `${name}: ${text}${id}`;
}
