import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildLayers } from "../../layers/build/buildLayers";
import {
  extensionName,
  hostArchitecture,
  newestGlibc,
  requiredGlibc,
  rustTarget,
} from "../../layers/compile";
import type { LayerArchitecture, LocatedLayer } from "../../layers/manifest";
import { sha256 } from "../../layers/sha256";
import { arm64Emulator } from "./emulator";

const root = join(__dirname, "..", "..");
const other: LayerArchitecture = hostArchitecture() === "x86_64" ? "arm64" : "x86_64";
/** The machine field of an ELF header. */
const machines: Record<LayerArchitecture, number> = { x86_64: 0x3e, arm64: 0xb7 };

function check(architecture: LayerArchitecture, layer: LocatedLayer | undefined): void {
  assert.ok(layer, `${architecture} was built`);
  const bytes = readFileSync(layer.path);
  assert.equal(sha256(bytes), layer.sha256);
  assert.equal(bytes.length, layer.size);
  const script = `import sys, zipfile
z = zipfile.ZipFile(sys.argv[1])
programs = [i.filename for i in z.infolist() if oct(i.external_attr >> 16) == "0o100755"]
assert programs == ["clickstack-tracing", "extensions/clickstack-extension"], programs
assert "clickstack/node/layer.cjs" in z.namelist(), z.namelist()
assert sum(i.file_size for i in z.infolist()) == int(sys.argv[2])
sys.stdout.buffer.write(z.read("extensions/clickstack-extension"))`;
  const arguments_ = ["-c", script, layer.path, String(layer.unzippedSize)];
  const binary = execFileSync("python3", arguments_, { maxBuffer: 1 << 28 });
  assert.equal(binary.readUInt16LE(18), machines[architecture]);
  const glibc = requiredGlibc(binary);
  assert.ok(
    glibc && Number(glibc.split(".")[1]) <= Number(newestGlibc.split(".")[1]),
    `needs glibc ${glibc}`,
  );
  assert.ok(!binary.includes(root), "no path of this machine in the binary");
}

/**
 * Tests of code that is compiled or assembled differently for each processor, and of everything that a function's telemetry
 * passes through: TLS, checksums, compression, byte searches, number formatting. The others, two thirds, are about time and
 * failures, which do not depend on the processor; `EMULATED_TESTS=all` runs them too, and CI runs all of them natively.
 */
const emulated = [
  ...["lifecycle::", "receivers::", "grpc_export::", "backend_answers::", "size_limits::", "newer_otlp::"],
  ...["recorded_formats::", "library_formats::", "reported_inputs::", "settings_together::direct_export"],
  ...["keyless::the_token_is", "input_faults::strange_text"],
];

/** They repeat a request within the one second of a flush, for which the emulator is too slow beside other tests. */
const tooSlow = [
  "grpc_export::a_wrong_key_is_named_and_nothing_is_lost",
  "size_limits::a_smaller_limit_is_learnt_and_holds_nothing_up",
].flatMap((name) => ["--skip", name]);

const byPieces = { CARGO_PROFILE_RELEASE_LTO: "off", CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "4" };

describe("buildLayers", function () {
  this.timeout(900_000);
  let folders: string[];
  beforeEach(() => {
    folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "layers-test-")));
  });
  afterEach(() => {
    for (const name of Object.keys(byPieces)) delete process.env[name];
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  it("builds this machine's architecture, the same bytes each time", async () => {
    const architecture = hostArchitecture();
    const [first, second] = await Promise.all([
      buildLayers({ root, architectures: [architecture], directory: folders[0] }),
      buildLayers({ root, architectures: [architecture], directory: folders[1] }),
    ]);
    check(architecture, first?.layers[architecture]);
    assert.equal(first?.layers[architecture]?.sha256, second?.layers[architecture]?.sha256);
    assert.equal(first?.layers[architecture]?.tracing, true);
    assert.equal(first?.tracing?.sha256, second?.tracing?.sha256);
    assert.ok(
      first?.tracing && first.tracing.size < 200_000,
      "light tracing alone is two languages of 100 kB",
    );
  });

  it("builds the other architecture if its standard library is available", async function () {
    // Optimised like a release, but in separate units: the size does not matter here, and reducing it takes most of a build's time.
    Object.assign(process.env, byPieces);
    const { layers } = await buildLayers({ root, architectures: [other], directory: folders[0] }).catch(
      (error: Error) => {
        // The only failure caused by the machine: the message names the command that fixes it.
        if (/rustup target add/.test(error.message)) this.skip();
        throw error;
      },
    );
    check(other, layers[other]);
  });

  it("builds an arm64 executable that passes the tests of the executable, where an emulator is available", async function () {
    const binary = join(root, `runtime/target/${rustTarget("arm64")}/release/${extensionName}`);
    const emulator = await arm64Emulator(join(root, ".cache"));
    if (!emulator || !existsSync(binary)) this.skip();
    // With the same options as `npm test`, so that its compiled tests are reused.
    const path: string = "../../scripts/testing/suites.mjs";
    const { byClippy } = (await import(path)) as { byClippy: Record<string, string> };
    const test = (...chosen: string[]) => {
      const args = ["test", "--locked", "--test", "extension", "--", ...chosen];
      const env = { ...process.env, ...byClippy, EXTENSION_COMMAND: [...emulator, binary].join(" ") };
      return spawnSync("cargo", args, { cwd: join(root, "runtime"), env, encoding: "utf8" }).stdout;
    };
    const output = test(...(process.env.EMULATED_TESTS === "all" ? [] : [...emulated, ...tooSlow]));
    const failed = [...output.matchAll(/^test (\S+) \.\.\. FAILED$/gm)].map(([, name = ""]) => name);
    for (const name of emulated) assert.ok(output.includes(`test ${name}`), `${name}: there is no such test`);
    assert.match(output, /test result: .* [1-9]\d+ passed/, output.slice(-4000));
    if (failed.length === 0) return;
    // Several emulated processes at the same time exceed Lambda's two seconds for SHUTDOWN. One at a time does not.
    assert.ok(failed.length < 10, failed.join(", "));
    const alone = test("--exact", "--test-threads=1", ...failed);
    assert.match(
      alone,
      new RegExp(`test result: ok\\. ${failed.length} passed; 0 failed`),
      alone.slice(-4000),
    );
  });
});
