import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../run";
import { sha256 } from "../sha256";

/**
 * A zip with the same entries, some 5 % smaller: recompressed with zopfli, which takes ten seconds for the extension.
 * The result is cached in `.cache/zips`, by the original zip.
 * @param root of the checkout. @param bytes of the zip. @param home another folder for the cache.
 * @throws if `npm run setup` has not installed zopfli.
 */
export async function squeezed(
  root: string,
  bytes: Buffer,
  home = join(root, ".cache", "zips"),
): Promise<Buffer> {
  const script = join(root, "layers", "build", "squeeze.py");
  const kept = join(home, sha256(Buffer.concat([readFileSync(script), bytes])));
  if (existsSync(kept)) return readFileSync(kept);
  mkdirSync(home, { recursive: true });
  const directory = mkdtempSync(join(home, "unfinished-"));
  try {
    const [source, target] = [join(directory, "source"), join(directory, "target")];
    writeFileSync(source, bytes);
    await run(join(root, ".cache", "python", "bin", "python"), [script, source, target]);
    renameSync(target, kept);
    return readFileSync(kept);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
