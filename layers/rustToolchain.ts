import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasDebianPackages, unpackPackages } from "./debianPackages";
import { run } from "./run";

/** Where to unpack it, and where to report it. */
export interface ToolchainOptions {
  cache: string;
  log: (detail: string) => void;
}

/**
 * Debian ships a Rust with the standard library of both architectures as ordinary packages, which is used if the
 * installed toolchain lacks a target. One exact version, since compiler and libraries must be of the same build.
 */
const debian = {
  rust: "1.96.0+dfsg1-1~deb12u2",
  abi: "1.96",
  llvm: "libllvm22",
};

/**
 * The compiler for a target: undefined for the installed one if it has the target, otherwise Debian's, unpacked (never
 * installed) into the cache.
 * @throws when neither is available; the message says which command adds the target.
 */
export async function rustcFor(target: string, options: ToolchainOptions): Promise<string | undefined> {
  const sysroot = (await run(process.env.RUSTC ?? "rustc", ["--print", "sysroot"])).trim();
  if (existsSync(join(sysroot, "lib", "rustlib", target, "lib"))) return undefined;
  if (hasDebianPackages()) return debianRustc(options);
  throw new Error(
    `The Rust toolchain has no standard library for ${target}. Add it with: rustup target add ${target}`,
  );
}

async function debianRustc({ cache, log }: ToolchainOptions): Promise<string> {
  const home = join(cache, `debian-${debian.rust}`);
  const wrapper = join(home, "rustc");
  if (existsSync(wrapper)) return wrapper;
  log("unpacking Debian's Rust for the other architecture");
  const libraries = ["libstd-rust-web-dev", `libstd-rust-web-${debian.abi}`].flatMap((name) =>
    ["amd64", "arm64"].map((architecture) => `${name}:${architecture}=${debian.rust}`),
  );
  const packages = [`rustc-web:amd64=${debian.rust}`, ...libraries, `${debian.llvm}:amd64`];
  const script = `#!/bin/sh\nLD_LIBRARY_PATH="${home}/usr/lib/x86_64-linux-gnu" exec "${home}/usr/bin/rustc" "$@"\n`;
  await unpackPackages(packages, home, (unfinished) =>
    writeFileSync(join(unfinished, "rustc"), script, { mode: 0o755 }),
  );
  return wrapper;
}
