import assert from "node:assert/strict";
import { createHook } from "node:async_hooks";
import * as pulumi from "@pulumi/pulumi";
import { ObservedFunction } from "../../..";
import { program, type Way } from "../../../bench/providerPrograms";
import { runMocked } from "../mockedStack";
import { minimal } from "../observedFunctionFixture";

/** The work that a number of functions causes in Pulumi's runtime, in numbers that do not depend on the machine. */
async function costs(way: Way, functions: number) {
  let promises = 0;
  const counting = createHook({
    init(_, type) {
      if (type === "PROMISE") promises++;
    },
  }).enable();
  try {
    const called: string[] = [];
    const { resources } = await runMocked(() => program(way, functions)(), { called });
    return { promises, resources: resources.all.length, calls: called.length };
  } finally {
    counting.disable();
  }
}

/** The cost of each additional function. */
async function costsOfOne(way: Way, from: number, to: number) {
  const [few, many] = [await costs(way, from), await costs(way, to)];
  const each = (key: keyof typeof few) => (many[key] - few[key]) / (to - from);
  return { promises: each("promises"), resources: each("resources"), calls: each("calls") };
}

describe("the cost of an ObservedFunction", () => {
  it("is the component beside the function, its role and one policy, without a call", async () => {
    const { resources } = await runMocked(() => program("imported", 1)());
    assert.deepEqual(resources.all.map(({ type }) => type).sort(), [
      "aws:iam/role:Role",
      "aws:iam/rolePolicy:RolePolicy",
      "aws:lambda/function:Function",
      "clickstack-lambda:index:ObservedFunction",
    ]);
    assert.equal((await costsOfOne("imported", 5, 10)).calls, 0);
  });

  it("needs no more resources and little more work for Pulumi than the same written manually", async () => {
    const [plain, observed] = [await costsOfOne("plain", 5, 10), await costsOfOne("imported", 5, 10)];
    assert.ok(observed.resources <= plain.resources, `${observed.resources} resources`);
    const ratio = observed.promises / plain.promises;
    assert.ok(ratio <= 1.25, `${ratio.toFixed(2)} times the promises`);
  });

  it("does not grow with the number of functions", async () => {
    const [first, later] = [await costsOfOne("imported", 5, 10), await costsOfOne("imported", 15, 20)];
    assert.equal(later.resources, first.resources);
    assert.ok(Math.abs(later.promises / first.promises - 1) <= 0.02, JSON.stringify([first, later]));
  });

  it("queries a provider once, regardless of the number of functions", async () => {
    const called: string[] = [];
    const role = "arn:aws:iam::123456789012:role/shared";
    const many = () =>
      Array.from({ length: 5 }, (_, i) => [
        new ObservedFunction(`named-${i}`, { ...minimal, name: `named-${i}` }),
        new ObservedFunction(`shared-${i}`, { ...minimal, role }),
      ]);
    await runMocked(many, { called });
    assert.deepEqual(called.sort(), [
      "aws:index/getCallerIdentity:getCallerIdentity",
      "aws:index/getRegion:getRegion",
    ]);
  });

  it("keeps none of the function's own inputs in the component's state", async () => {
    const { resources } = await runMocked(() => program("imported", 1)());
    const { inputs } = resources.one("clickstack-lambda:index:ObservedFunction");
    assert.deepEqual(Object.keys(inputs).sort(), ["authorization", "endpoint", "extension"]);
  });

  it("keeps only the source position of the component, not those of its parts", async () => {
    const positions: Record<string, boolean> = {};
    await runMocked(() => {
      const monitor = pulumi.runtime.getMonitor() as unknown as { registerResource: Register };
      const register = monitor.registerResource.bind(monitor);
      monitor.registerResource = (request, ...rest) => {
        const frames = request.getStacktrace()?.getFramesList() ?? [];
        positions[request.getType()] = request.hasSourceposition() || frames.length > 0;
        return register(request, ...rest);
      };
      return program("imported", 1)();
    });
    assert.deepEqual(positions, {
      "aws:iam/role:Role": false,
      "aws:iam/rolePolicy:RolePolicy": false,
      "aws:lambda/function:Function": false,
      "clickstack-lambda:index:ObservedFunction": true,
    });
  });
});

/** A call of the engine that registers a resource. */
type Register = (
  request: {
    getType(): string;
    hasSourceposition(): boolean;
    getStacktrace(): { getFramesList(): unknown[] } | undefined;
  },
  ...rest: unknown[]
) => unknown;
