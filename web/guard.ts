import { timingSafeEqual } from "node:crypto";

/** What of a request decides whether it is answered. */
export interface Caller {
  method: string;
  /** Header `host`. */
  host: string | undefined;
  /** Header `origin`, which browsers send with requests of other pages. */
  origin: string | undefined;
  token: string | undefined;
  /** Whether something is to be done at this path, and not read. */
  isAction: boolean;
}

/**
 * Whether a request comes from the page's own address, with its token. The server reads telemetry for whoever asks, so a page of
 * somebody else in the same browser, also one whose name was made to point at this machine, must get nothing.
 * @returns what to say to a request that is refused; undefined for one that is answered.
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

/** Headers of every answer: nothing is framed or cached, and the page runs by its own policy. */
export function securityHeaders(policy: string): Readonly<Record<string, string>> {
  return {
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
  };
}
