import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { ClickHouseError } from "../base/clickHouseError";

/** The user with all permissions. */
export const USER = "default";
/** The read-only user, with limits that no request can raise. */
export const READER = "reader";

/** Names of all users. */
export type UserName = typeof USER | typeof READER;

/** The reader's password follows from the ingestion key but does not reveal it, and is the same after a restart. */
export function readerPassword(ingestionKey: string): string {
  return createHash("sha256").update(`${READER} ${ingestionKey}`).digest("hex").slice(0, 32);
}

const AUTHENTICATION_FAILED = 516;
const REQUIRED_PASSWORD = 194;

interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * Checks user and password of a request to ClickHouse's HTTP interface, given by the headers
 * `X-ClickHouse-User` and `-Key`, by basic authentication or by the parameters `user` and `password`.
 *
 * @param ingestionKey password of `default`, from which that of `reader` is derived
 * @returns the user
 * @throws ClickHouseError 194 if there are no credentials, 516 if they are wrong or given in two ways
 */
export function authenticate(
  headers: IncomingHttpHeaders,
  parameters: URLSearchParams,
  ingestionKey: string,
): UserName {
  const given = readCredentials(headers, parameters);
  if (!given) throw failure(REQUIRED_PASSWORD, USER, "REQUIRED_PASSWORD");
  const { user, password } = given;
  const expected = user === READER ? readerPassword(ingestionKey) : ingestionKey;
  if ((user !== USER && user !== READER) || !equalSecrets(password, expected))
    throw failure(AUTHENTICATION_FAILED, user, "AUTHENTICATION_FAILED");
  return user;
}

/** Compares in constant time, so that the duration does not reveal how much is correct. */
export function equalSecrets(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function readCredentials(headers: IncomingHttpHeaders, parameters: URLSearchParams): Credentials | undefined {
  const ways = [fromHeaders(headers), fromBasic(headers.authorization), fromParameters(parameters)];
  const given = ways.filter((credentials) => credentials !== undefined);
  if (given.length > 1) {
    throw new ClickHouseError(
      AUTHENTICATION_FAILED,
      "Invalid authentication: it is not allowed to use X-ClickHouse HTTP headers and other authentication methods simultaneously. (AUTHENTICATION_FAILED)",
    );
  }
  return given[0];
}

function fromHeaders(headers: IncomingHttpHeaders): Credentials | undefined {
  const user = headers["x-clickhouse-user"];
  const key = headers["x-clickhouse-key"];
  if (user === undefined && key === undefined) return undefined;
  return { user: String(user ?? USER), password: String(key ?? "") };
}

function fromBasic(authorization: string | undefined): Credentials | undefined {
  if (authorization === undefined) return undefined;
  const encoded = /^Basic\s+(\S+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) {
    throw new ClickHouseError(
      AUTHENTICATION_FAILED,
      "Invalid authentication: expected 'Basic' HTTP Authorization scheme. (AUTHENTICATION_FAILED)",
    );
  }
  const [user, ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { user: user || USER, password: rest.join(":") };
}

function fromParameters(parameters: URLSearchParams): Credentials | undefined {
  if (!parameters.has("user") && !parameters.has("password")) return undefined;
  return { user: parameters.get("user") ?? USER, password: parameters.get("password") ?? "" };
}

function failure(code: number, user: string, name: string): ClickHouseError {
  return new ClickHouseError(
    code,
    `${user}: Authentication failed: password is incorrect, or there is no user with such name. (${name})`,
  );
}
