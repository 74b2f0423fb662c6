import type { PageFunction, PageInvocation } from "./api/rows";

/** Functions that the page can invoke. */
export interface PageFunctions {
  list(): readonly PageFunction[];
  /** @throws when the function could not be started; the message says why. */
  invoke(name: string, event: unknown): Promise<PageInvocation>;
}

/** What a browser sends to invoke a function. */
export interface InvokeRequest {
  function: string;
  event: unknown;
}

/** Lambda's limit on the event of an invocation that is waited for. */
export const MAXIMUM_EVENT_BYTES = 6 * 1024 * 1024;

/**
 * Reads the request to invoke a function.
 * @returns undefined when it names none of the functions, or is no such request.
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
