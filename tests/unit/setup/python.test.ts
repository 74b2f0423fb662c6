import assert from "node:assert/strict";

const path: string = "../../../scripts/setup/python.mjs";

describe("the set-up's Python environment", () => {
  it("is installed by pip where pip is configured for another index, which uv would not use", async () => {
    const { hasOwnIndex } = (await import(path)) as { hasOwnIndex: (configuration: string) => boolean };
    for (const [configuration, expected] of [
      ["", false],
      [":env:.cert='/a.crt'\nglobal.timeout='60'\nglobal.find-links='/wheels'\n", false],
      ["global.cert='/index-url=a.crt'\n", false],
      [":env:.index-url='https://packages.example/simple'\n", true],
      ["global.timeout='60'\nglobal.index-url='https://packages.example/simple'\n", true],
      ["install.extra-index-url='https://packages.example/simple'\n", true],
      ["site.no-index='true'\n", true],
    ] as const)
      assert.equal(hasOwnIndex(configuration), expected, configuration);
  });
});
