import { apiPath, type Parameters } from "../api/request";

/** The state of a request: its rows, or why there are none. */
export type Answer<T> =
  | { state: "loading" }
  | { state: "failed"; error: string }
  | { state: "there"; value: T };

const token = new URLSearchParams(location.search).get("token") ?? "";

/**
 * Sends a request to the page's server.
 * @throws Error with a message for the reader: the server's message, or that the connection is lost.
 */
export async function ask<T>(path: string, parameters: Parameters, signal: AbortSignal): Promise<T> {
  return request<T>(apiPath(path, parameters), { signal });
}

/**
 * Sends a command to the server.
 * @throws Error as {@link ask} does.
 */
export function act<T>(path: string, body: object): Promise<T> {
  return request<T>(apiPath(path, {}), { method: "POST", body: JSON.stringify(body) });
}

async function request<T>(path: string, given: RequestInit): Promise<T> {
  const response = await fetch(path, { ...given, headers: { "x-token": token } }).catch((error) => {
    if (given.signal?.aborted) throw error;
    throw new Error(
      "The connection is lost: the program that serves this page has ended. Start it again and reload.",
    );
  });
  const body = (await response.json()) as T & { error?: string };
  if (!response.ok) throw new Error(body.error ?? `The server answered ${response.status}.`);
  return body;
}
