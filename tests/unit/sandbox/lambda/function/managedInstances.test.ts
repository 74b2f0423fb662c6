import assert from "node:assert/strict";
import type { FunctionDefinition } from "../../../../../sandbox/lambda/function/definition";
import {
  checkManaged,
  completeManaged,
  maxConcurrencyOf,
} from "../../../../../sandbox/lambda/function/managedInstances";

const definition = (changes: Partial<FunctionDefinition>): FunctionDefinition => ({
  name: "hello",
  arn: "arn:aws:lambda:eu-central-1:123456789012:function:hello",
  accountId: "123456789012",
  region: "eu-central-1",
  version: "1",
  runtime: "nodejs22.x",
  handler: "index.handler",
  memorySizeMb: 2048,
  timeoutSeconds: 3,
  architecture: "x86_64",
  environment: {},
  code: "code",
  layers: [],
  initializationType: "lambda-managed-instances",
  ...changes,
});

describe("Managed Instances", () => {
  it("accept as many invocations at a time as Lambda does for one vCPU, or as configured", () => {
    const of = (changes: Partial<FunctionDefinition>) => maxConcurrencyOf(definition(changes));
    const runtimes = ["nodejs22.x", "python3.13", "provided.al2023"];
    assert.deepEqual(
      runtimes.map((runtime) => of({ runtime })),
      [64, 16, 8],
    );
    assert.equal(of({ perExecutionEnvironmentMaxConcurrency: 3 }), 3);
    assert.equal(of({ initializationType: "on-demand" }), 1);
  });

  it("log JSON", () => {
    assert.equal(completeManaged(definition({})).logFormat, "JSON");
    assert.equal(completeManaged(definition({ initializationType: undefined })).logFormat, undefined);
  });

  it("run the versions and runtimes that Lambda runs there", () => {
    for (const changes of [
      { version: "$LATEST.PUBLISHED" },
      { runtime: "nodejs24.x" },
      { runtime: "python3.14" },
      { runtime: "provided.al2023" },
      { logFormat: "JSON" },
      { perExecutionEnvironmentMaxConcurrency: 1_600 },
    ] as const)
      checkManaged(definition(changes));
    const refused: [Partial<FunctionDefinition>, RegExp][] = [
      [{ version: "$LATEST" }, /^function\.version: Managed Instances run a published version/],
      [{ logFormat: "Text" }, /^function\.logFormat: Managed Instances log JSON only/],
      [{ runtime: "nodejs20.x" }, /^function\.runtime: nodejs20\.x is too old/],
      [{ runtime: "python3.12" }, /^function\.runtime: python3\.12 is too old/],
      [{ perExecutionEnvironmentMaxConcurrency: 0 }, /Concurrency: 0 is not an integer between 1 and 1600/],
      [{ perExecutionEnvironmentMaxConcurrency: 1_601 }, /Concurrency: 1601 is not an integer/],
      [{ perExecutionEnvironmentMaxConcurrency: 1.5 }, /Concurrency: 1.5 is not an integer/],
    ];
    for (const [changes, expected] of refused)
      assert.throws(
        () => checkManaged(definition(changes)),
        ({ message }: Error) => expected.test(message),
      );
    const other = { initializationType: "on-demand", perExecutionEnvironmentMaxConcurrency: 2 } as const;
    assert.throws(() => checkManaged(definition(other)), /only functions on Managed Instances have it/);
  });
});
