import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cachedSdk, canGenerateSdks } from "../../scripts/sdk";

const root = join(__dirname, "..", "..");

/** Runs a compiler; the assertion shows its output. */
function compile(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}\n${error ?? ""}${stdout}${stderr}`);
}

/** Whether the installed Go has the version that the example's go.mod requires, or a newer one. */
function hasGoFor(goMod: string): boolean {
  const [, wanted = ""] = /^go (\S+)$/m.exec(goMod) ?? [];
  const found = execFileSync("go", ["env", "GOVERSION"], { encoding: "utf8" }).trim().replace(/^go/, "");
  return found.localeCompare(wanted, undefined, { numeric: true }) >= 0;
}

describe("the generated SDKs", function () {
  // The first time Go compiles Pulumi's generator, which takes minutes on a small machine.
  this.timeout(600_000);

  before(function () {
    if (!canGenerateSdks()) this.skip();
  });

  it("Node.js: compiles, and the TypeScript example is a program of it as well", () => {
    const directory = cachedSdk("nodejs");
    const example = join(root, "examples", "typescript", "index.ts");
    const project = {
      compilerOptions: {
        target: "es2022",
        module: "nodenext",
        moduleResolution: "nodenext",
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: ["node"],
        typeRoots: [join(root, "node_modules", "@types")],
        paths: {
          "clickstack-lambda": [join(directory, "sdk", "index.ts")],
          "@pulumi/*": [join(root, "node_modules", "@pulumi", "*")],
        },
      },
      files: [join(directory, "sdk", "index.ts"), example],
    };
    const text = JSON.stringify(project);
    const compiled = createHash("sha256")
      .update(text)
      .update(readFileSync(example))
      .update(readFileSync(require.resolve("@pulumi/aws/package.json")))
      .digest("hex");
    const stamp = join(directory, "compiled");
    if (existsSync(stamp) && readFileSync(stamp, "utf8") === compiled) return;
    writeFileSync(join(directory, "tsconfig.json"), text);
    compile("node", [join(root, "node_modules/typescript/bin/tsc"), "-p", directory], root);
    writeFileSync(stamp, compiled);
  });

  for (const name of ["go", "observe-stack-go"]) {
    it(`Go: compiles, and so does examples/${name} with it`, function () {
      const example = join(root, "examples", name);
      if (!hasGoFor(readFileSync(join(example, "go.mod"), "utf8"))) this.skip();
      const directory = cachedSdk("go");
      // Where `pulumi install` puts it.
      const sdk = join(directory, "sdks", "clickstack-lambda");
      if (!existsSync(sdk)) cpSync(join(directory, "sdk"), sdk, { recursive: true });
      for (const file of ["main.go", "go.mod", "go.sum"]) {
        rmSync(join(directory, file), { force: true });
        cpSync(join(example, file), join(directory, file));
      }
      // `go vet` compiles Pulumi's AWS SDK, which takes minutes on a small machine.
      compile("go", ["run", "./gocheck", directory], join(root, "tools"));
    });
  }
});
