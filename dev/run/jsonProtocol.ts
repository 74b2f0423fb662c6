import type { AwsAnswer, AwsCall } from "../../sandbox/aws/proxy";

/** The operation that a call of AWS's JSON protocol names; undefined for calls of other services. */
export function operationOf({ headers }: AwsCall, service: string): string | undefined {
  return new RegExp(`^${service}\\.(\\w+)$`).exec(headers["x-amz-target"] ?? "")?.[1];
}

/** A call in AWS's JSON protocol. */
export function jsonBody({ body }: AwsCall): object {
  return JSON.parse(body.toString() || "{}");
}

/** An answer in AWS's JSON protocol. */
export function jsonAnswer(version: "1.0" | "1.1", status: number, body: object): AwsAnswer {
  return {
    status,
    headers: { "content-type": `application/x-amz-json-${version}` },
    body: Buffer.from(JSON.stringify(body)),
  };
}
