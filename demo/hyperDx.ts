/** A ClickHouse that stays running for readers. */
export interface KeptClickHouse {
  httpUrl: string;
  /** Of user `default`. */
  password: string;
  /** The user with read-only access. */
  reader: { user: string; password: string };
}

/** HyperDX's image without sign-in. Its sources name their connection as given here (docker/hyperdx/entry.local.base.sh, 2.36). */
const image = "docker.hyperdx.io/hyperdx/hyperdx-local";
const connectionName = "Local ClickHouse";

/** How to read the telemetry with other programs. */
export function connection({ httpUrl, password, reader }: KeptClickHouse): string {
  return `ClickHouse: ${httpUrl} (user default, password ${password}, database default)
  read only: user ${reader.user}, password ${reader.password}`;
}

/** How to look at it with HyperDX. */
export function hyperDxHint({ httpUrl, password }: KeptClickHouse): string {
  const connections = JSON.stringify([
    { name: connectionName, host: httpUrl, username: "default", password },
  ]);
  return [
    "HyperDX over it, with Docker on Linux, where the container shares the loopback of this machine:",
    "",
    `  docker run --rm --network host -e DEFAULT_CONNECTIONS='${connections.replaceAll("'", "'\\''")}' ${image}`,
    "",
    "then http://localhost:8080. In a HyperDX that asks for a connection itself (local mode), enter the address, user and password",
    "above: the browser may ask this ClickHouse from any page. The dashboards to import are in clickstack/dashboards.",
  ].join("\n");
}
