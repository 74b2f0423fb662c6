import { ZipArchive } from "archiver";

/** A file of a zip: its path in the archive, its content and its Unix mode. */
export interface ZipEntry {
  name: string;
  content: Buffer;
  mode: number;
}

/** DOS dates begin in 1980; a fixed date makes equal contents byte-identical. */
const fixedDate = new Date("1980-01-01T00:00:00Z");

/**
 * Zips entries deterministically: sorted by name, with a fixed date and the given modes, so that the same entries give
 * the same bytes on every machine that has the same zlib.
 * @throws if two entries share a name.
 */
export async function zip(entries: readonly ZipEntry[]): Promise<Buffer> {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const twice = sorted.find((entry, i) => sorted[i + 1]?.name === entry.name);
  if (twice) throw new Error(`the zip would contain ${twice.name} twice`);
  const archive = new ZipArchive({ zlib: { level: 9 } });
  const chunks: Buffer[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    archive.on("data", (chunk: Buffer) => chunks.push(chunk));
    archive.on("end", () => resolve());
    archive.on("error", reject);
    archive.on("warning", reject);
  });
  for (const { name, content, mode } of sorted) archive.append(content, { name, mode, date: fixedDate });
  await archive.finalize();
  await finished;
  return Buffer.concat(chunks);
}
