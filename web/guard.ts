import { timingSafeEqual } from "node:crypto";

/** The parts of a request that decide whether it is accepted. */
export interface Caller {
  method: string;
  /** Header `host`. */
  host: string | undefined;
  /** Header `origin`, which browsers send with requests from other pages. */
  origin: string | undefined;
  token: string | undefined;
  /** Whether the path performs an action instead of reading. */
  isAction: boolean;
}

/**
 * Whether a request comes from the page's own address, with its token. The server reads telemetry on request, so other pages in
 * the same browser must be refused, also one whose name was made to resolve to this machine.
 * @returns the message for a refused request; undefined for an accepted one.
 */
export function refusal(caller: Caller, port: number, token: string): string | undefined {
  const method = caller.isAction ? "POST" : "GET";
  if (caller.method !== method) return `only ${method} is answered here`;
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  if (caller.host === undefined || !hosts.includes(caller.host))
    return "this server is asked as 127.0.0.1 only";
  if (caller.origin !== undefined && !hosts.some((host) => caller.origin === `http://${host}`))
    return "other pages get no answer";
  return isToken(caller.token, token) ? undefined : "open the address that was printed, with its token";
}

function isToken(given: string | undefined, token: string): boolean {
  const [a, b] = [Buffer.from(given ?? ""), Buffer.from(token)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Headers of every response: nothing is framed or cached, and the page runs under its own policy. */
export function securityHeaders(policy: string): Readonly<Record<string, string>> {
  return {
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  };
}
