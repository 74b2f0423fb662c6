import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "./run";

const sources = "/etc/apt/sources.list.d/debian.sources";

/** Whether this machine uses Debian's package sources, which {@link unpackPackages} needs. */
export function hasDebianPackages(): boolean {
  return process.platform === "linux" && process.arch === "x64" && existsSync(sources);
}

/**
 * Unpacks Debian packages into a folder, unless it exists, without installing them: lists and downloads are kept next
 * to it, so the machine's package state does not change. The folder is created completely or not at all.
 * @param names with architecture and version in apt-get's notation, such as `rustc-web:amd64=1.96.0`.
 * @param complete adds further files to the folder before it gets its final name.
 */
export async function unpackPackages(
  names: readonly string[],
  folder: string,
  complete: (unfinished: string) => void = () => {},
): Promise<void> {
  if (existsSync(folder)) return;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  await unpackInto(unfinished, names, join(dirname(folder), "apt"));
  complete(unfinished);
  renameSync(unfinished, folder);
}

async function unpackInto(folder: string, names: readonly string[], apt: string): Promise<void> {
  const folders = { lists: join(apt, "lists"), cache: join(apt, "cache"), packages: join(apt, "packages") };
  mkdirSync(join(folders.lists, "partial"), { recursive: true });
  mkdirSync(join(folders.cache, "archives", "partial"), { recursive: true });
  mkdirSync(folders.packages, { recursive: true });
  const settings = [
    "APT::Architecture=amd64",
    "APT::Architectures::=amd64",
    "APT::Architectures::=arm64",
    `Dir::State::lists=${folders.lists}`,
    `Dir::Cache=${folders.cache}`,
    `Dir::Etc::sourcelist=${sources}`,
    "Dir::Etc::sourceparts=-",
    "Debug::NoLocking=1",
    "Acquire::Languages=none",
    ...(process.getuid?.() === 0 ? ["APT::Sandbox::User=root"] : []),
  ].flatMap((setting) => ["-o", setting]);
  await run("apt-get", [...settings, "-qq", "update"]);
  await run("apt-get", [...settings, "-qq", "download", ...names], { cwd: folders.packages });
  for (const file of readdirSync(folders.packages)) {
    await run("dpkg", ["-x", join(folders.packages, file), folder]);
  }
  rmSync(folders.packages, { recursive: true });
}
