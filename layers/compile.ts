import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { LayerArchitecture } from "./manifest";
import { run } from "./run";
import { rustcFor } from "./rustToolchain";

/** The oldest glibc of a Lambda runtime is Amazon Linux 2's 2.26; zig links against 2.17, which leaves a margin. */
export const newestGlibc = "2.17";

/** Name of the extension's binary, and so of the file in /opt/extensions and of the registered extension. */
export const extensionName = "clickstack-extension";

/** Options of a compilation. */
export interface CompileOptions {
  /** Root folder of the checkout. */
  root: string;
  architecture: LayerArchitecture;
  log: (detail: string) => void;
  /** Ends the compilation early. */
  signal?: AbortSignal;
}

/** The Rust target of an architecture. */
export function rustTarget(architecture: LayerArchitecture): string {
  return `${architecture === "x86_64" ? "x86_64" : "aarch64"}-unknown-linux-gnu`;
}

/** The architecture of this machine. */
export function hostArchitecture(): LayerArchitecture {
  return process.arch === "arm64" ? "arm64" : "x86_64";
}

/**
 * Compiles the extension in release mode for an architecture, with zig as its linker so that it runs on every Lambda
 * runtime. Paths of this machine are remapped: the same sources give the same bytes in any folder.
 * @returns the binary's content.
 * @throws with the compiler's last lines, or if the binary needs a newer glibc than {@link newestGlibc}.
 */
export async function compileExtension({ root, architecture, log, signal }: CompileOptions): Promise<Buffer> {
  const target = rustTarget(architecture);
  const cache = join(root, ".cache");
  const rustc = await rustcFor(target, { cache: join(cache, "rust"), log });
  log(`cargo build ${architecture}`);
  const cargoHome = process.env.CARGO_HOME ?? join(homedir(), ".cargo");
  const flags = [`--remap-path-prefix=${cargoHome}=/cargo`, `--remap-path-prefix=${root}=/clickstack-lambda`];
  await run(
    join(cache, "python", "bin", "cargo-zigbuild"),
    ["zigbuild", "--locked", "--release", "--bin", extensionName, "--target", `${target}.${newestGlibc}`],
    {
      cwd: join(root, "runtime"),
      signal,
      env: {
        ...process.env,
        ...(rustc ? { RUSTC: rustc } : {}),
        PATH: `${join(cache, "python", "bin")}:${process.env.PATH}`,
        CARGO_ENCODED_RUSTFLAGS: flags.join("\u001f"),
      },
    },
  );
  const binary = readFileSync(join(root, "runtime", "target", target, "release", extensionName));
  const glibc = requiredGlibc(binary);
  if (glibc && isNewer(glibc, newestGlibc)) {
    throw new Error(
      `the ${architecture} extension needs glibc ${glibc}; it must need at most ${newestGlibc}, since Lambda's oldest runtime has 2.26`,
    );
  }
  return binary;
}

/** The newest glibc version that a binary's symbols need, from the version names in its string table. */
export function requiredGlibc(binary: Buffer): string | undefined {
  const versions = new Set(
    Array.from(
      binary.toString("latin1").matchAll(/GLIBC_(\d+\.\d+(?:\.\d+)?)\0/g),
      (match) => match[1] ?? "",
    ),
  );
  return [...versions].reduce<string | undefined>(
    (newest, version) => (!newest || isNewer(version, newest) ? version : newest),
    undefined,
  );
}

function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
