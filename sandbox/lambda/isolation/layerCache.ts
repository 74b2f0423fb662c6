import { createHash, randomUUID } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  createWriteStream,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { type Entry, open, type ZipFile } from "yauzl";

const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

/** Where unpacked code and layers are stored between runs. */
export function defaultCacheDirectory(): string {
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "clickstack-lambda", "unpacked");
}

/**
 * Code and layers as directories. A zip is unpacked once, keyed by the hash of its content; a directory is used
 * unchanged.
 */
export class LayerCache {
  constructor(private readonly directory: string = defaultCacheDirectory()) {}

  /** @returns the directory with the content of a zip or directory. */
  async unpack(path: string): Promise<string> {
    if (!existsSync(path)) throw new Error(`${path}: no such zip or directory`);
    if (statSync(path).isDirectory()) return resolve(path);
    const target = join(this.directory, await hashFile(path));
    await this.once(target, (unfinished) => unzip(path, unfinished));
    return target;
  }

  /**
   * One directory with all layers' files as hard links, for when layers cannot be combined by an overlay mount.
   * @param layers directories in Lambda's order: later ones take precedence.
   */
  async merge(layers: string[]): Promise<string> {
    const key = createHash("sha256").update(layers.join("\0")).digest("hex");
    const target = join(this.directory, `merged-${key}`);
    // Directories that are not unpacked zips may have changed since.
    if (layers.some((layer) => dirname(layer) !== this.directory)) {
      rmSync(target, { recursive: true, force: true });
    }
    await this.once(target, async (unfinished) => {
      for (const layer of layers) linkTree(layer, unfinished);
    });
    return target;
  }

  /** Creates `target` completely or not at all, even if several processes do so at once. */
  private async once(target: string, make: (unfinished: string) => Promise<void>): Promise<void> {
    if (existsSync(target)) return;
    const unfinished = `${target}.${randomUUID()}`;
    mkdirSync(unfinished, { recursive: true });
    try {
      await make(unfinished);
      renameSync(unfinished, target);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      if (!existsSync(target)) throw error;
    }
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: true }, (error, zip) => {
      if (error) reject(new Error(`${path}: ${error.message}`));
      else resolve(zip);
    });
  });
}

/** yauzl itself rejects names that lead out of the directory. */
async function unzip(path: string, directory: string): Promise<void> {
  const zip = await openZip(path);
  await new Promise<void>((resolve, reject) => {
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry: Entry) => {
      extract(zip, entry, directory).then(() => zip.readEntry(), reject);
    });
    zip.readEntry();
  });
}

async function extract(zip: ZipFile, entry: Entry, directory: string): Promise<void> {
  const target = join(directory, entry.fileName);
  if (!target.startsWith(directory + sep))
    throw new Error(`${entry.fileName}: outside of the zip's directory`);
  if (entry.fileName.endsWith("/")) {
    mkdirSync(target, { recursive: true });
    return;
  }
  mkdirSync(dirname(target), { recursive: true });
  const content = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
  // The upper half holds the file's mode if the zip was created on Unix; otherwise there is none.
  const mode = entry.externalFileAttributes >>> 16;
  if ((mode & FILE_TYPE) === SYMBOLIC_LINK) {
    symlinkSync((await buffer(content)).toString("utf8"), target);
    return;
  }
  await pipeline(content, createWriteStream(target));
  chmodSync(target, mode === 0 ? 0o644 : mode & 0o777);
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to); // on another file system
  }
}

/** Links every file of `source` into `target`, replacing existing files. */
function linkTree(source: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory()) {
      linkTree(from, to);
      continue;
    }
    rmSync(to, { recursive: true, force: true });
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(from), to);
    else linkOrCopy(from, to);
  }
}
