import assert from "node:assert/strict";
import { Runtime } from "@pulumi/aws/types/enums/lambda";
import {
  checkArchitecture,
  checkRuntime,
  compatibleRuntimes,
} from "../../../../../provider/plan/aws/runtimes";

describe("runtimes", () => {
  it("of the installed AWS package are known, as current or as retired", () => {
    for (const runtime of Object.values(Runtime)) {
      const reason = checkRuntime(runtime);
      assert.ok(reason === undefined || /is retired/.test(reason), `${runtime}: ${reason}`);
    }
  });

  it("of next year need no new release, misspelt ones are reported", () => {
    const newest = [
      "nodejs26.x",
      "python3.15",
      "ruby4.0",
      "dotnet10",
      "java17.al2023",
      "java8.al2023",
      "custom",
    ];
    for (const runtime of [...compatibleRuntimes, ...newest]) {
      assert.equal(checkRuntime(runtime), undefined);
    }
    assert.match(checkRuntime("python312") ?? "", /Did you mean python3\.12\?/);
    assert.ok(compatibleRuntimes.length <= 15);
  });

  it("have two architectures", () => {
    assert.equal(checkArchitecture("arm64"), undefined);
    assert.match(checkArchitecture("amd64") ?? "", /Did you mean x86_64\?/);
  });
});
