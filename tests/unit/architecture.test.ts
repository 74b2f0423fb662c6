import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const root = join(__dirname, "..", "..");
const tracked = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\n")
  .filter((file) => file && !/^(sdk|dist)\//.test(file) && existsSync(join(root, file)));
const read = (file: string): string => readFileSync(join(root, file), "utf8");

/** What a TypeScript file imports, as paths from the root (own files) or package names. */
function imports(file: string): string[] {
  return [...read(file).matchAll(/(?:from|import|require\()\s*"([^"]+)"/g)].map(([, specifier = ""]) =>
    specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier,
  );
}

/** Which folders a folder's files may import of this project; every one may import itself. */
const allowed: Record<string, RegExp> = {
  "provider/plan/": /^(provider\/plan\/|settings\.json$)/,
  "provider/": /^(provider\/|layers\/(manifest|verifiedLayers)$|schema\.json$|package\.json$)/,
  "layers/": /^layers\//,
  "publish/": /^(publish\/|provider\/plan\/(problem|publicationRegions)$|index$)/,
  "sandbox/": /^(sandbox\/|layers\/zip$|package\.json$)/,
};

/** Whether a file holds tests alone, which may be as long as the cases that they go through. */
const isTest = (file: string): boolean => /(^|\/)tests\/|(_|^|\/)tests\.rs$|\.test\.ts$/.test(file);

describe("the layout of the project", () => {
  for (const [folder, pattern] of Object.entries(allowed)) {
    it(`${folder} imports what it may`, () => {
      const files = tracked.filter((file) => file.startsWith(folder) && file.endsWith(".ts"));
      const mine = files.filter(
        (file) =>
          !Object.keys(allowed).some((other) => other.length > folder.length && file.startsWith(other)),
      );
      assert.ok(mine.length > 0, `there are files in ${folder}`);
      const wrong = mine.flatMap((file) =>
        imports(file)
          .filter((path) =>
            tracked.some((own) => own === path || own === `${path}.ts` || own === `${path}/index.ts`),
          )
          .filter((path) => !pattern.test(path))
          .map((path) => `${file} imports ${path}`),
      );
      assert.deepEqual(wrong, []);
    });
  }

  it("planning knows nothing of Pulumi or AWS clients", () => {
    const wrong = tracked
      .filter((file) => file.startsWith("provider/plan/"))
      .flatMap((file) => imports(file).filter((path) => /^@(pulumi|aws-sdk)\//.test(path)));
    assert.deepEqual(wrong, []);
  });

  it("the package imports modules of @pulumi/aws, never its root, which costs seconds at every start", () => {
    const shipped = tracked.filter(
      (file) => /^(provider|layers|publish)\/|^index\.ts$/.test(file) && file.endsWith(".ts"),
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
