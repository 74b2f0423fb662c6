import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { GetFunctionCommand, GetLayerVersionByArnCommand, LambdaClient } from "@aws-sdk/client-lambda";
import type { FunctionDefinition } from "../lambda/function/definition";
import { type AwsAccess, clientOf } from "./access";

/** Which function to read. */
export interface DeployedFunctionOptions {
  region: string;
  /** Function name or ARN. */
  name: string;
  /** Directory for code and layers, keyed by their SHA-256; created if missing. Several functions can share it. */
  cacheDirectory: string;
}

/** A zip that AWS stores for a function: where to download it, and its expected hash. */
interface Content {
  what: string;
  location: string | undefined;
  /** Base64 SHA-256, as Lambda returns it. */
  sha256: string | undefined;
}

/**
 * Reads a deployed function as Lambda does before it starts one: configuration, code, and every layer by its ARN, also
 * those of other accounts. Works on real AWS, too.
 *
 * @returns the function, with its code and layers as paths of downloaded zips
 * @throws when the function or one of its layers can't be read or downloaded, or a download isn't what AWS says it is
 */
export async function readDeployedFunction(
  aws: AwsAccess,
  options: DeployedFunctionOptions,
): Promise<FunctionDefinition> {
  const { region, name, cacheDirectory } = options;
  const client = new LambdaClient(clientOf(aws, region));
  try {
    const { Configuration: read = {}, Code } = await client
      .send(new GetFunctionCommand({ FunctionName: name }))
      .catch((error: unknown) => fail(`function ${name} in ${region}`, error));
    const arn = read.FunctionArn ?? "";
    if (read.PackageType !== "Zip")
      throw new Error(`${arn}: only functions of package type Zip run here, not ${read.PackageType}`);
    const code = { what: `the code of ${arn}`, location: Code?.Location, sha256: read.CodeSha256 };
    const layers = (read.Layers ?? []).map((layer) => layerContent(client, layer.Arn ?? "", arn));
    const [codePath, ...layerPaths] = await Promise.all(
      [code, ...layers].map(async (content) => download(await content, cacheDirectory)),
    );
    return {
      name: read.FunctionName ?? name,
      arn,
      accountId: arn.split(":")[4] ?? "",
      region,
      version: read.Version ?? "$LATEST",
      runtime: read.Runtime ?? "",
      handler: read.Handler ?? "",
      memorySizeMb: read.MemorySize ?? 128,
      timeoutSeconds: read.Timeout ?? 3,
      architecture: read.Architectures?.[0] === "arm64" ? "arm64" : "x86_64",
      environment: read.Environment?.Variables ?? {},
      code: codePath ?? "",
      layers: layerPaths,
      tenantIsolation: read.TenancyConfig?.TenantIsolationMode === "PER_TENANT",
      durable: read.DurableConfig !== undefined,
      role: read.Role,
      logFormat: read.LoggingConfig?.LogFormat,
      applicationLogLevel: read.LoggingConfig?.ApplicationLogLevel,
      systemLogLevel: read.LoggingConfig?.SystemLogLevel,
    };
  } finally {
    client.destroy();
  }
}

async function layerContent(client: LambdaClient, Arn: string, functionArn: string): Promise<Content> {
  const what = `layer ${Arn} of ${functionArn}`;
  const { Content: content } = await client
    .send(new GetLayerVersionByArnCommand({ Arn }))
    .catch((error: unknown) => fail(what, error));
  return { what, location: content?.Location, sha256: content?.CodeSha256 };
}

function fail(what: string, error: unknown): never {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  throw new Error(`can't read ${what}: ${reason}`, { cause: error });
}

/** The path of the zip in the cache, downloaded if it is missing. */
async function download({ what, location, sha256 }: Content, cacheDirectory: string): Promise<string> {
  if (!location || !sha256) throw new Error(`can't read ${what}: AWS returns no download for it`);
  const digest = Buffer.from(sha256, "base64").toString("hex");
  const path = join(cacheDirectory, `${digest}.zip`);
  if (await exists(path)) return path;
  const response = await fetch(location).catch((error: unknown) => fail(what, error));
  if (!response.ok) throw new Error(`can't download ${what}: HTTP status ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== digest)
    throw new Error(`can't download ${what}: its SHA-256 is ${found}, AWS says ${digest}`);
  await mkdir(cacheDirectory, { recursive: true });
  // Renamed into place, so that no other process finds a partial zip.
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, bytes);
  await rename(partial, path);
  return path;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
