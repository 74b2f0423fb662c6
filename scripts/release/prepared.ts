/** A release as data: the contents of the files that contain the version, by path. */
export type Files = Readonly<Record<string, string>>;

/** The changelog, and files with the version of what is published. */
export const preparedFiles = [
  ...["CHANGELOG.md", "package.json", "package-lock.json"],
  ...["layers/npm/package.json", "dev/npm/package.json"],
  ...["runtime/Cargo.toml", "runtime/Cargo.lock", "runtime/fuzz/Cargo.lock"],
] as const;

/**
 * The files with the previous version replaced by this one, and with what is under *Unreleased* as the version's
 * section.
 * @param date of the release, YYYY-MM-DD
 * @throws if the version is malformed or not later than the previous one, or if there is nothing to release.
 */
export function prepared(files: Files, version: string, date: string): Files {
  const before = String(JSON.parse(content(files, "package.json")).version);
  if (!/^\d+\.\d+\.\d+$/.test(version))
    throw new Error(`the version must be three numbers such as 1.2.3 (got "${version}")`);
  if (compare(version, before) <= 0 && hasSection(content(files, "CHANGELOG.md"), before))
    throw new Error(`the version must be later than ${before} (got ${version})`);
  const result: Record<string, string> = {};
  for (const path of preparedFiles) {
    const text = content(files, path);
    result[path] =
      path === "CHANGELOG.md" ? withSection(text, version, date) : withVersion(path, text, version);
  }
  return result;
}

function content(files: Files, path: string): string {
  const text = files[path];
  if (text === undefined) throw new Error(`${path} is missing`);
  return text;
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split(".").map(Number));
  const place = [0, 1, 2].find((index) => left?.[index] !== right?.[index]);
  return place === undefined ? 0 : (left?.[place] ?? 0) - (right?.[place] ?? 0);
}

function hasSection(changelog: string, version: string): boolean {
  return changelog.includes(`\n## [${version}]`);
}

function withSection(changelog: string, version: string, date: string): string {
  const heading = "## [Unreleased]\n";
  const start = changelog.indexOf(heading);
  if (start < 0) throw new Error('CHANGELOG.md has no section "## [Unreleased]"');
  if (hasSection(changelog, version)) throw new Error(`CHANGELOG.md has a section for ${version} already`);
  const rest = changelog.slice(start + heading.length);
  const [unreleased = ""] = rest.split(/^## \[/m);
  if (!/^- /m.test(unreleased)) throw new Error('CHANGELOG.md has nothing under "## [Unreleased]"');
  return `${changelog.slice(0, start)}${heading}\n## [${version}] - ${date}\n${rest}`;
}

/**
 * The package's own version is the first in its files; an npm lockfile contains it twice, a cargo lockfile after its
 * name, and the package of `dev` depends on the same version of this one.
 */
function withVersion(path: string, text: string, version: string): string {
  if (path.endsWith("Cargo.lock")) {
    const own = /(name = "clickstack-extension"\nversion = ")[^"]+/;
    return replaced(path, text, own, version);
  }
  if (path.endsWith("Cargo.toml")) return replaced(path, text, /^(version = ")[^"]+/m, version);
  const first = /("version": ")[^"]+/;
  const once = replaced(path, text, first, version);
  if (path.startsWith("dev/")) return replaced(path, once, /("clickstack-lambda": ")[^"]+/, version);
  if (!path.endsWith("package-lock.json")) return once;
  return replaced(path, once, /("packages": \{\s+"": \{\s+"name": "[^"]+",\s+"version": ")[^"]+/, version);
}

function replaced(path: string, text: string, pattern: RegExp, version: string): string {
  if (!pattern.test(text)) throw new Error(`${path} does not name a version where it is expected`);
  return text.replace(pattern, (_, before: string) => `${before}${version}`);
}
