import type { PageFunction, PageInvocation } from "./api/rows";

/** Functions that the page can invoke. */
export interface PageFunctions {
  list(): readonly PageFunction[];
  /** @throws if the function could not be started; the message says why. */
  invoke(name: string, event: unknown): Promise<PageInvocation>;
}

/** A browser's request to invoke a function. */
export interface InvokeRequest {
  function: string;
  event: unknown;
}

/** Lambda's limit for the event of a synchronous invocation. */
export const MAXIMUM_EVENT_BYTES = 6 * 1024 * 1024;

/**
 * Reads the request to invoke a function.
 * @returns undefined if it names none of the functions or is not such a request.
 */
export function invokeRequest(body: string, functions: readonly PageFunction[]): InvokeRequest | undefined {
  try {
    const read = JSON.parse(body) as Partial<InvokeRequest> | null;
    const name = read?.function;
    if (name === undefined || !functions.some((known) => known.name === name)) return undefined;
    return { function: name, event: read?.event ?? null };
  } catch {
    return undefined;
  }
}
