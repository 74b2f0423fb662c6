import type { AwsAnswer, AwsCall } from "./proxy";

/** A request to Lambda's Invoke. */
export interface InvokeCall {
  /** Name, ARN or a part of it, as the request gives it. */
  functionName: string;
  /** null where the request has none. */
  payload: unknown;
  /** As JSON. */
  clientContext?: string;
}

/** Reads a request to Lambda's Invoke (Lambda API reference, "Invoke"); undefined for requests of other kinds. */
export function readInvoke({ method, path, headers, body }: AwsCall): InvokeCall | undefined {
  const [, name] = /^\/2015-03-31\/functions\/([^/?]+)\/invocations/.exec(path) ?? [];
  if (name === undefined || method !== "POST") return undefined;
  const context = headers["x-amz-client-context"];
  const clientContext = context && Buffer.from(context, "base64").toString("utf8");
  return {
    functionName: decodeURIComponent(name),
    payload: JSON.parse(body.toString() || "null"),
    ...(clientContext && { clientContext }),
  };
}

/** How a function ended, as its caller sees it. */
export interface Invoked {
  requestId?: string;
  payload?: unknown;
  /** `Unhandled` where the function failed. */
  functionError?: string;
}

/** The answer to a request that waits for the function's. */
export function invokeAnswer({ requestId, payload, functionError }: Invoked): AwsAnswer {
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      "x-amz-executed-version": "$LATEST",
      ...(requestId && { "x-amzn-requestid": requestId }),
      ...(functionError && { "x-amz-function-error": functionError }),
    },
    body: Buffer.from(JSON.stringify(payload ?? null)),
  };
}
