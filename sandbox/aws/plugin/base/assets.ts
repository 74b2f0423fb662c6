import { readdir, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type ZipEntry, zip } from "../../../../layers/zip";
import { type ArchiveValue, isArchive, isAsset } from "./values";

/**
 * Mode of every file of an archive that is zipped here: Pulumi does not preserve modes. A zip given by its path is used
 * unchanged, and keeps its modes.
 */
const fileMode = 0o644;

/**
 * The zip that the provider uploads for an archive: a zip file unchanged, anything else zipped deterministically.
 * @param directory to which relative paths refer: the program's.
 * @throws for archives from URLs and tarballs, which the embedded AWS does not accept.
 */
export async function archiveBytes(archive: unknown, directory: string): Promise<Buffer> {
  if (!isArchive(archive)) throw new Error("expected an archive (FileArchive or AssetArchive)");
  const path = archive.path === undefined ? undefined : resolve(directory, archive.path);
  if (path !== undefined && (await stat(path)).isFile()) {
    const bytes = await readFile(path);
    if (bytes.subarray(0, 2).toString("latin1") !== "PK") throw new Error(`${path} is not a zip`);
    return bytes;
  }
  return zip(await archiveEntries(archive, directory));
}

async function archiveEntries(archive: ArchiveValue, directory: string): Promise<ZipEntry[]> {
  if (archive.assets !== undefined) {
    const nested = await Promise.all(
      Object.entries(archive.assets).map(([name, item]) => entries(name, item, directory)),
    );
    return nested.flat();
  }
  if (archive.path === undefined)
    throw new Error(`archive from ${archive.uri ?? "nothing"}: only paths and assets are supported`);
  const path = resolve(directory, archive.path);
  if (!(await stat(path)).isDirectory())
    throw new Error(`${archive.path}: a zip inside an archive is not supported`);
  return directoryEntries(path);
}

async function entries(name: string, item: unknown, directory: string): Promise<ZipEntry[]> {
  if (isArchive(item)) {
    const nested = await archiveEntries(item, directory);
    return nested.map((entry) => ({ ...entry, name: `${name}/${entry.name}` }));
  }
  if (!isAsset(item) || item.uri) throw new Error(`asset ${name}: only strings and paths are supported`);
  // The engine omits an empty text.
  const content = item.path ? await readFile(resolve(directory, item.path)) : Buffer.from(item.text ?? "");
  return [{ name, content, mode: fileMode }];
}

async function directoryEntries(directory: string): Promise<ZipEntry[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = found.filter((item) => !item.isDirectory()).map((item) => join(item.parentPath, item.name));
  return Promise.all(
    files.map(async (file) => ({
      name: file.slice(join(directory, "/").length).replaceAll("\\", "/"),
      content: await readFile(file),
      mode: fileMode,
    })),
  );
}
