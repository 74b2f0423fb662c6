import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { hasDebianPackages, unpackPackages } from "../../layers/debianPackages";

/** Debian's emulator of one process, and the C library that the arm64 executable is linked to. */
const packages = ["qemu-user-static:amd64", "libc6-arm64-cross", "libgcc-s1-arm64-cross"];

/**
 * The command that runs an arm64 executable on x86_64: the machine's emulator, else Debian's packages, unpacked into the
 * cache; undefined if neither is available.
 */
export async function arm64Emulator(cache: string): Promise<string[] | undefined> {
  if (process.arch !== "x64" || process.platform !== "linux") return undefined;
  const installed = ["qemu-aarch64-static", "qemu-aarch64"].find(onPath);
  if (installed && existsSync("/usr/aarch64-linux-gnu/lib"))
    return [installed, "-L", "/usr/aarch64-linux-gnu"];
  if (!hasDebianPackages()) return undefined;
  const home = join(cache, "qemu", "arm64");
  await unpackPackages(packages, home);
  return [join(home, "usr/bin/qemu-aarch64-static"), "-L", join(home, "usr/aarch64-linux-gnu")];
}

function onPath(command: string): boolean {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
