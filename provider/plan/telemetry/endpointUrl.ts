/** Host and port without a scheme, with an optional path. */
const hostAndPort = /^(?!.*:\/\/)[^/]*:\d+(\/.*)?$/s;

/**
 * An endpoint with the scheme that the extension adds if there is none.
 * @param scheme the scheme for `host:port`; undefined if a scheme is required.
 * @param hostAlone whether a host without a port also gets the scheme.
 */
export function withScheme(text: string, scheme: "http" | "https" | undefined, hostAlone = false): string {
  if (scheme === undefined || text.includes("://")) return text;
  return hostAlone || hostAndPort.test(text) ? `${scheme}://${text}` : text;
}

/** Whether the extension can send to this: an absolute HTTP or HTTPS URL without user and password. */
export function isUsableUrl(text: string): boolean {
  if (!/^https?:\/\//i.test(text) || /\s/.test(text) || !URL.canParse(text)) return false;
  const { username, password, port } = new URL(text);
  const [authority = ""] = text.slice(text.indexOf("://") + 3).split(/[/?#]/);
  return (
    username === "" && password === "" && !authority.includes("@") && !authority.endsWith(":") && port !== "0"
  );
}

/** The URL of the logs below a base URL; a query is kept after it. */
export function logsUrl(base: string): string {
  const [, path = "", query = ""] = /^([^?#]*)(\?[^#]*)?/.exec(base) ?? [];
  return `${path.replace(/\/+$/, "")}/v1/logs${query}`;
}

/** Whether a URL refers to one of the extension's own receivers, on these ports of the environment itself. */
export function isOwnReceiver(text: string, ports: readonly number[]): boolean {
  const { protocol, hostname, port } = new URL(text);
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  return ports.includes(number) && isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/\.$/, "");
  return (
    /^(localhost|sandbox\.localdomain|127(\.\d+){3}|0\.0\.0\.0|\[::1?\])$/.test(name) ||
    /^\[::ffff:(7f[0-9a-f]{2}:[0-9a-f]{1,4}|0:0)\]$/.test(name)
  );
}
