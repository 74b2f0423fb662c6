import assert from "node:assert/strict";
import { requiredGlibc, rustTarget } from "../../../layers/compile";

describe("requiredGlibc", () => {
  const table = (...names: string[]): Buffer => Buffer.from(`\0${names.join("\0")}\0`, "latin1");

  it("is the newest version, compared by number and not by text", () => {
    assert.equal(requiredGlibc(table("GLIBC_2.2.5", "GLIBC_2.17", "GLIBC_2.9", "write")), "2.17");
    assert.equal(requiredGlibc(table("GLIBC_2.34", "GLIBC_2.4")), "2.34");
  });

  it("accepts only whole names of the string table", () => {
    assert.equal(requiredGlibc(Buffer.from("see GLIBC_2.99 for more", "latin1")), undefined);
    assert.equal(requiredGlibc(table("GLIBC_PRIVATE")), undefined);
  });
});

describe("rustTarget", () => {
  it("uses Rust's names", () => {
    assert.equal(rustTarget("arm64"), "aarch64-unknown-linux-gnu");
    assert.equal(rustTarget("x86_64"), "x86_64-unknown-linux-gnu");
  });
});
