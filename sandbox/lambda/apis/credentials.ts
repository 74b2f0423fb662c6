import { randomBytes } from "node:crypto";
import type { ApiAnswer, ApiRequest } from "./server";

const PATH = "/2021-04-23/credentials";
/** Milliseconds for which credentials are valid after they were issued. */
const VALIDITY_MS = 3_600_000;

/** Placeholder credentials: every SDK requires some, and those of the execution role come from the embedded AWS. */
export const NO_CREDENTIALS: Record<string, string> = {
  AWS_ACCESS_KEY_ID: "sandbox",
  AWS_SECRET_ACCESS_KEY: "sandbox",
  AWS_SESSION_TOKEN: "sandbox",
};

/**
 * The endpoint from which functions with SnapStart get the execution role's credentials, since those that were valid at
 * the snapshot have expired when it is restored. Source: "Container credentials provider" in the AWS SDKs and Tools
 * Reference Guide, which SnapStart uses in place of the access key environment variables.
 */
export class ContainerCredentials {
  private readonly token = randomBytes(24).toString("base64url");

  /** @param source the credentials, named as environment variables. */
  constructor(private readonly source: Record<string, string> = NO_CREDENTIALS) {}

  /** @param api host:port of the Runtime API as the environment sees it. */
  variables(api: string): Record<string, string> {
    return {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${api}${PATH}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: this.token,
    };
  }

  /** @returns undefined when the request is for another API. */
  handle(request: ApiRequest): ApiAnswer | undefined {
    if (request.path !== PATH || request.method !== "GET") return undefined;
    if (request.headers.authorization !== this.token) {
      const errorMessage = "The Authorization header is not AWS_CONTAINER_AUTHORIZATION_TOKEN";
      return { status: 403, body: { errorType: "AccessDenied", errorMessage } };
    }
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = this.source;
    return {
      status: 200,
      body: {
        AccessKeyId: AWS_ACCESS_KEY_ID,
        SecretAccessKey: AWS_SECRET_ACCESS_KEY,
        ...(AWS_SESSION_TOKEN === undefined ? {} : { Token: AWS_SESSION_TOKEN }),
        Expiration: new Date(Date.now() + VALIDITY_MS).toISOString(),
      },
    };
  }
}
