import { posix } from "node:path";
import { buffer } from "node:stream/consumers";
import { type Entry, fromBuffer, open, type ZipFile } from "yauzl";

/** What to do with an entry of a zip. @param content reads it, and has to be awaited. */
export type EntryReader = (entry: Entry, content: () => Promise<Buffer>) => void | Promise<void>;

/**
 * Calls `see` with one entry of a zip after the other. @param of its bytes, or its path. @throws if it is not a zip.
 */
export async function readZip(of: Buffer | string, see: EntryReader): Promise<void> {
  const zip = await opened(of);
  await new Promise<void>((resolve, reject) => {
    const one = async (entry: Entry) => {
      await see(entry, () => contentOf(zip, entry));
      zip.readEntry();
    };
    zip.on("error", reject);
    zip.on("end", resolve);
    zip.on("entry", (entry: Entry) => void one(entry).catch(reject));
    zip.readEntry();
  }).finally(() => zip.close());
}

/**
 * Reads the file that is at a path once the zip is unpacked: `./a` is `a`, and of several with this path the last one
 * is used.
 * @param of the zip's bytes, or its path
 * @returns undefined if there is none.
 * @throws if it is not a zip.
 */
export async function fileOfZip(of: Buffer | string, path: string): Promise<Buffer | undefined> {
  let found: Buffer | undefined;
  await readZip(of, async ({ fileName }, content) => {
    if (posix.normalize(fileName) === posix.normalize(path)) found = await content();
  });
  return found;
}

function opened(of: Buffer | string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, zip: ZipFile) => (error ? reject(error) : resolve(zip));
    if (typeof of === "string") open(of, { lazyEntries: true, autoClose: false }, done);
    else fromBuffer(of, { lazyEntries: true }, done);
  });
}

function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(buffer(stream))));
  });
}
