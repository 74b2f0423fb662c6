import type { AwsClients } from "./clients";

/** Larger code is not downloaded to read one file of it. */
const mostBytes = 60_000_000;

/** Downloads the zip of a function's code. @throws if it has none, or it cannot be read. */
export async function downloadCode(clients: AwsClients, region: string, name: string): Promise<Buffer> {
  const { GetFunctionCommand } = await import("@aws-sdk/client-lambda");
  const client = await clients.lambda(region);
  const { Code, Configuration } = await client.send(new GetFunctionCommand({ FunctionName: name }));
  if (Code?.Location === undefined) throw new Error("the function has no zip");
  if ((Configuration?.CodeSize ?? 0) > mostBytes) throw new Error("the function's code is larger than 60 MB");
  const response = await fetch(Code.Location);
  if (!response.ok) throw new Error(`the download of the code was answered with ${response.status}`);
  return Buffer.from(await response.arrayBuffer());
}
