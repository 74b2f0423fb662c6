import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { fileOfZip, readZip } from "../../layers/unzip";
import { pathInCode } from "../plan/telemetry/envFile";
import { awaited } from "../pulumi/inputs";

/** Sizes of folders and zips by path: many functions of a program share their code. */
const measured = new Map<string, Promise<number | undefined>>();

/** Size of the code when it is unpacked, in bytes; undefined if it cannot be determined here, as for code in S3. */
export async function unpackedSize(code: unknown): Promise<number | undefined> {
  if (code instanceof pulumi.asset.AssetArchive) {
    const parts = await Promise.all(Object.values(await code.assets).map(unpackedSize));
    return sum(parts);
  }
  if (code instanceof pulumi.asset.StringAsset) return Buffer.byteLength(await code.text);
  if (code instanceof pulumi.asset.FileAsset) return fileSize(await code.path);
  if (!(code instanceof pulumi.asset.FileArchive)) return undefined;
  const path = await code.path;
  const size = measured.get(path) ?? measure(path);
  measured.set(path, size);
  return size;
}

/**
 * Text of the env file that a function finds at this path; undefined if it cannot be read here, for example in a layer.
 */
export async function readEnvFile(code: pulumi.Input<unknown>, envFile: string): Promise<string | undefined> {
  const inside = pathInCode(envFile);
  return inside === undefined ? undefined : readCodeFile(await awaited(code), inside);
}

/** Text of a file in the code; undefined if it does not exist or cannot be read here. */
async function readCodeFile(code: unknown, path: string): Promise<string | undefined> {
  if (code instanceof pulumi.asset.StringAsset) return path === "" ? code.text : undefined;
  if (code instanceof pulumi.asset.FileAsset) return path === "" ? readText(await code.path) : undefined;
  if (code instanceof pulumi.asset.AssetArchive) {
    for (const [name, part] of Object.entries(await code.assets)) {
      const folder = posix.normalize(name);
      const inside = folder === "." ? path : path === folder ? "" : path.slice(folder.length + 1);
      if (folder !== "." && path !== folder && !path.startsWith(`${folder}/`)) continue;
      const text = await readCodeFile(part, inside);
      if (text !== undefined) return text;
    }
    return undefined;
  }
  if (!(code instanceof pulumi.asset.FileArchive)) return undefined;
  const root = await code.path;
  return (await readText(join(root, path))) ?? readZipEntry(root, path);
}

async function measure(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isDirectory()) return zipSize(path);
  const entries: Dirent[] = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return sum(await Promise.all(files.map((file) => fileSize(join(file.parentPath, file.name)))));
}

async function fileSize(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").catch(() => undefined);
}

/** Size of a zip's files; undefined if it is not a zip. */
async function zipSize(path: string): Promise<number | undefined> {
  let size = 0;
  const add = ({ uncompressedSize }: { uncompressedSize: number }) => {
    size += uncompressedSize;
  };
  return readZip(path, add).then(
    () => size,
    () => undefined,
  );
}

/** Text of a file in a zip; undefined if it does not exist, or if this is not a zip. */
async function readZipEntry(path: string, name: string): Promise<string | undefined> {
  const content = await fileOfZip(path, name).catch(() => undefined);
  return content?.toString("utf8");
}

/** Undefined if one of the sizes is. */
function sum(sizes: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const size of sizes) {
    if (size === undefined) return undefined;
    total += size;
  }
  return total;
}
