import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../../layers/run";

/** Cryptography libraries in C: they cost megabytes, and tens of milliseconds of CPU at the first handshake. */
const unwanted = /^(aws-lc|openssl|native-tls)/;

const targets = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

describe("the extension's dependencies", () => {
  it("hold ring as their only cryptography for TLS", async () => {
    const args = ["tree", "--locked", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"];
    const output = await run("cargo", [...args, ...targets.flatMap((target) => ["--target", target])], {
      cwd: join(__dirname, "../../../runtime"),
    });
    const names = output.split("\n").map((line) => line.split(" ")[0] ?? "");
    assert.ok(names.includes("ring") && names.includes("rustls"), "cargo tree lists what there is");
    assert.deepEqual(
      names.filter((name) => unwanted.test(name)),
      [],
    );
  });
}).timeout(60_000);
