import type { InvocationResult } from "../../sandbox";
import { invokeAnswer, readInvoke } from "../../sandbox/aws/invokeApi";
import type { AwsAnswer, AwsCall } from "../../sandbox/aws/proxy";

/** Runs a function by one of its names; undefined if no function has it. */
export type InvokeByName = (
  name: string,
  payload: unknown,
  options: { clientContext?: string },
) => Promise<InvocationResult> | undefined;

/** Invokes a function asynchronously by one of its names; undefined if no function has it. */
export type InvokeLater = (name: string, payload: unknown) => Promise<boolean> | undefined;

/**
 * Answers the AWS calls of functions: Lambda's Invoke for functions of the project; for everything else, an error that says what
 * to do.
 */
export async function answerAws(
  call: AwsCall,
  invoke: InvokeByName,
  invokeLater: InvokeLater,
): Promise<AwsAnswer> {
  const read = readInvoke(call);
  if (read === undefined) return notPlayed(call);
  const { payload, clientContext } = read;
  const name = functionName(read.functionName);
  const type = call.headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (type === "DryRun") return { status: 204, headers: {}, body: Buffer.alloc(0) };
  if (type === "Event") {
    const begun = invokeLater(name, payload) !== undefined;
    return begun ? { status: 202, headers: {}, body: Buffer.alloc(0) } : notFound(name);
  }
  const running = invoke(name, payload, { ...(clientContext && { clientContext }) });
  return running === undefined ? notFound(name) : invokeAnswer(await running);
}

function notFound(name: string): AwsAnswer {
  return error(
    404,
    "ResourceNotFoundException",
    `Function not found: ${name}. \`dev\` runs only the functions of its project`,
  );
}

/** The function's name in Invoke's argument: a name, an ARN or a part of it, with or without a version or alias. */
export function functionName(given: string): string {
  const [, ofArn] = /(?:^|:)function:([^:]+)/.exec(given) ?? [];
  return ofArn ?? given.split(":")[0] ?? given;
}

/** The service that a request was signed for: `Credential=<key>/<date>/<region>/<service>/aws4_request`. */
function serviceOf({ headers }: AwsCall): string {
  return /Credential=[^/]+\/[^/]+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? "")?.[1] ?? "AWS";
}

function notPlayed(call: AwsCall): AwsAnswer {
  const service = serviceOf(call);
  const variable = `AWS_ENDPOINT_URL_${service.toUpperCase().replaceAll("-", "_")}`;
  return error(
    400,
    "NotPlayedHereException",
    `\`dev\` emulates Lambda's Invoke, SQS, SNS and EventBridge, not ${service}. Point the function to an emulator with --env-file, such as ${variable}=http://127.0.0.1:4566`,
  );
}

function error(status: number, code: string, message: string): AwsAnswer {
  return {
    status,
    headers: { "content-type": "application/json", "x-amzn-errortype": code },
    body: Buffer.from(JSON.stringify({ __type: code, message, Message: message })),
  };
}
