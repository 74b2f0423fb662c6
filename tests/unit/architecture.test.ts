import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { arrows } from "./arrows";

const root = join(__dirname, "..", "..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file && !/^(sdk|dist)\//.test(file) && existsSync(join(root, file)));
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** The file of a specifier; package names are unchanged. */
function resolved(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  // `import()` names the compiled file.
  const path = normalize(join(dirname(file), specifier.replace(/\.js$/, ""))).replace(/\/$/, "");
  return [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((own) => tracked.includes(own)) ?? path;
}

/** The imports of a TypeScript file: own files as paths from the root, and package names. */
function imports(file: string): string[] {
  const found = [...read(file).matchAll(/(?:from|import|require\()\s*\(?"([^"]+)"/g)];
  return found.map(([, specifier = ""]) => resolved(file, specifier));
}

const ownImports = (file: string): string[] => imports(file).filter((path) => tracked.includes(path));

const sources = tracked.filter((file) =>
  /^(provider|layers|publish|observed|cli|clickstack|tables|traces|web|sandbox|dev|demo)\/.*\.tsx?$/.test(
    file,
  ),
);

/** Whether a file contains only tests, which may be as long as their cases require. */
const isTest = (file: string): boolean => /(^|\/)tests\/|(_|^|\/)tests\.rs$|\.test\.ts$/.test(file);

describe("the layout of the project", () => {
  it("has rules for every folder of TypeScript, and for no other", () => {
    assert.deepEqual([...new Set(sources.map(dirname))].sort(), Object.keys(arrows).sort());
  });

  it("allows a folder to import only folders above it, so that there are no cycles", () => {
    const folders = Object.keys(arrows);
    const upwards = folders.flatMap((folder, index) =>
      (arrows[folder] ?? [])
        .filter((other) => folders.indexOf(other) > index)
        .map((other) => [folder, other]),
    );
    assert.deepEqual(upwards, []);
  });

  it("imports what it may, and may import nothing that it does not", () => {
    const used: Record<string, Set<string>> = {};
    for (const file of sources) {
      const folder = dirname(file);
      used[folder] ??= new Set();
      for (const path of ownImports(file)) used[folder].add(dirname(path));
      used[folder].delete(folder);
    }
    const sorted = (of: (folder: string) => Iterable<string>) =>
      Object.fromEntries(Object.keys(arrows).map((folder) => [folder, [...of(folder)].sort()]));
    assert.deepEqual(
      sorted((folder) => used[folder] ?? []),
      sorted((folder) => arrows[folder] ?? []),
    );
  });

  it("has no files that import each other", () => {
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, way: readonly string[]): void => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(" → "));
      if (done.has(file)) return;
      done.add(file);
      for (const path of ownImports(file).filter((own) => own.endsWith(".ts"))) visit(path, [...way, file]);
    };
    for (const file of tracked.filter((path) => path.endsWith(".ts"))) visit(file, []);
    assert.deepEqual(circles, []);
  });

  it("planning does not depend on Pulumi or AWS clients", () => {
    const wrong = tracked
      .filter((file) => file.startsWith("provider/plan/"))
      .flatMap((file) => imports(file).filter((path) => /^@(pulumi|aws-sdk)\//.test(path)));
    assert.deepEqual(wrong, []);
  });

  it("the command line does not depend on Pulumi, and loads AWS clients only when they are needed", () => {
    const wrong = tracked
      .filter((file) => file.startsWith("cli/"))
      .flatMap((file) =>
        [...read(file).matchAll(/^import (?!type).* from "(@pulumi\/|@aws-sdk\/)/gm)].map(
          ([line]) => `${file}: ${line}`,
        ),
      );
    assert.deepEqual(wrong, []);
  });

  it("the package imports modules of @pulumi/aws, never its root, which costs seconds at every start", () => {
    const shipped = tracked.filter(
      (file) => /^(provider|layers|publish|cli)\/|^index\.ts$/.test(file) && file.endsWith(".ts"),
    );
    assert.deepEqual(
      shipped.filter((file) => imports(file).includes("@pulumi/aws")),
      [],
    );
  });

  it("has no source file over 300 lines", () => {
    const long = tracked
      .filter((file) => /\.(ts|rs|mjs|js|py)$/.test(file) && !isTest(file))
      .map((file) => ({ file, lines: read(file).split("\n").length - 1 }))
      .filter(({ lines }) => lines > 300);
    assert.deepEqual(long, []);
  });

  it("locks the packages of every platform, of which npm may leave out those that this machine cannot see", () => {
    interface Locked {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    }
    const { packages } = JSON.parse(read("package-lock.json")) as Locked;
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies }]) =>
      Object.keys(optionalDependencies ?? {}).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`],
      ),
    );
    assert.deepEqual(missing, []);
  });
});
