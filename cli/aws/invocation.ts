import type { AwsClients } from "./clients";

/** The result of an invocation. */
export interface Invoked {
  requestId: string;
  /** `errorType` of the function's response, if it failed. */
  errorType?: string;
}

/** Runs a function and waits for its response. */
export async function invokeFunction(
  clients: AwsClients,
  { region, name }: { region: string; name: string },
  payload: string,
): Promise<Invoked> {
  const { InvokeCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  const answer = await client.send(new InvokeCommand({ FunctionName: name, Payload: Buffer.from(payload) }));
  const requestId = answer.$metadata.requestId ?? "";
  if (answer.FunctionError === undefined) return { requestId };
  const text = Buffer.from(answer.Payload ?? []).toString("utf8");
  return { requestId, errorType: /"errorType":\s*"([^"]*)"/.exec(text)?.[1] ?? answer.FunctionError };
}
