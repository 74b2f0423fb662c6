/** A mistake in how the command was called: nothing has been read or changed. */
export class UsageError extends Error {}
