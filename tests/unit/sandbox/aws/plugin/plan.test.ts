import assert from "node:assert/strict";
import fc from "fast-check";
import type { ResourceType } from "../../../../../sandbox/aws/plugin/base/resource";
import {
  defaultsKey,
  type PropertyMap,
  sameJson,
  sameValue,
  unknownValue,
} from "../../../../../sandbox/aws/plugin/base/values";
import {
  checkInputs,
  difference,
  importedInputs,
  previewState,
  refreshedInputs,
} from "../../../../../sandbox/aws/plugin/plan";

const never = async () => {
  throw new Error("a plan calls nothing");
};
const type: ResourceType = {
  token: "test:index:Thing",
  inputs: ["name", "policy", "size", "mode", "tags", "layers"],
  required: ["policy"],
  defaults: { size: 3 },
  autoName: { maxLength: 20 },
  replaceOn: ["name"],
  json: ["policy"],
  computed: ["arn", "mode", "modified"],
  recomputed: (changed) => (changed.includes("size") ? ["modified"] : []),
  regional: true,
  create: never,
  read: never,
  update: never,
  delete: never,
};
const context = { region: "us-east-2", defaultTags: {} };
const seed = new Uint8Array([1, 2, 3]);
const check = (news: PropertyMap, olds: PropertyMap = {}) =>
  checkInputs(type, { name: "thing", olds, news, seed });
const policy = '{"Statement":[]}';

describe("the plans of the embedded provider", () => {
  it("fills in names and defaults, and remembers that it did", () => {
    const { inputs, failures } = check({ policy: { Statement: [] } });
    assert.deepEqual(failures, []);
    assert.match(String(inputs.name), /^thing-[0-9a-f]{7}$/);
    assert.deepEqual(
      { ...inputs, name: undefined },
      { name: undefined, policy, size: 3, [defaultsKey]: ["name", "size"] },
    );
    assert.equal(check({ policy }, inputs).inputs.name, inputs.name, "a made-up name stays");
    assert.notEqual(
      check({ policy }, { name: "given" }).inputs.name,
      "given",
      "a name no longer given does not",
    );
    assert.throws(
      () => checkInputs(type, { name: "x".repeat(80), olds: {}, news: { policy }, seed }),
      /plus 7 random chars is longer than maximum length 20/,
      "a made-up name is never cut",
    );
  });

  it("reports missing and unknown inputs", () => {
    const properties = check({ colour: "red", region: "us-east-1" }).failures.map(({ property }) => property);
    assert.deepEqual(properties, ["policy", "colour"]);
  });

  it("finds differences, and which of them replace", () => {
    const olds = { inputs: { name: "a", policy, size: 3 }, state: { region: "us-east-2", tagsAll: {} } };
    const diff = (news: PropertyMap) => difference(type, context, olds, { ...olds.inputs, ...news });
    assert.deepEqual(diff({}), { changed: [], replaces: [], deleteBeforeReplace: false });
    assert.deepEqual(
      diff({ policy: '{ "Statement": [ ] }', layers: [] }).changed,
      [],
      "formatting and emptiness do not count",
    );
    assert.deepEqual(diff({ size: 4 }), { changed: ["size"], replaces: [], deleteBeforeReplace: false });
    assert.deepEqual(diff({ size: unknownValue }).changed, ["size"]);
    assert.deepEqual(diff({ name: "b" }).replaces, ["name"]);
    assert.deepEqual(diff({ region: "eu-west-1" }), {
      changed: ["region"],
      replaces: ["region"],
      deleteBeforeReplace: false,
    });
    assert.deepEqual(diff({ tags: { a: "b" } }).changed, ["tags"]);
    assert.deepEqual(difference(type, { ...context, defaultTags: { x: "y" } }, olds, olds.inputs).changed, [
      "tagsAll",
    ]);
  });

  it("deletes first only if the program set the name and it does not change", () => {
    const all: ResourceType = { ...type, replaceOn: "all" };
    const diff = (inputs: PropertyMap) =>
      difference(all, context, { inputs, state: { region: "us-east-2" } }, { ...inputs, size: 4 })
        .deleteBeforeReplace;
    assert.equal(diff({ name: "a" }), true);
    assert.equal(diff({ name: "a", [defaultsKey]: ["name"] }), false);
  });

  it("returns known values at preview and keeps the rest unknown", () => {
    const inputs = { name: "a", policy, size: 3, [defaultsKey]: ["size"], tags: { a: "b" } };
    const created = previewState(type, context, inputs);
    assert.deepEqual(created, {
      ...{ arn: unknownValue, mode: unknownValue, modified: unknownValue, name: "a", policy, size: 3 },
      ...{ tags: { a: "b" }, tagsAll: { a: "b" }, region: "us-east-2" },
    });
    const state = { ...created, arn: "arn", mode: "auto", modified: "then", layers: ["x"] };
    const updated = previewState(
      type,
      context,
      { ...inputs, size: 4 },
      { state, changed: ["size", "layers"] },
    );
    assert.deepEqual(
      [updated.arn, updated.mode, updated.modified, updated.size],
      ["arn", "auto", unknownValue, 4],
    );
    assert.equal(updated.layers, undefined, "an input no longer given is gone");
  });

  it("converts drift to inputs, so that the next update detects it, but not values that AWS assigns", () => {
    const inputs = { name: "a", policy, size: 3 };
    const before = { ...inputs, mode: "auto", arn: "arn" };
    const now = { ...before, size: 9, mode: "manual", layers: ["x"], policy: '{ "Statement": [] }' };
    assert.deepEqual(refreshedInputs(type, inputs, before, now), { ...inputs, size: 9, layers: ["x"] });
    assert.deepEqual(refreshedInputs(type, inputs, before, before), inputs);
  });

  it("imports the inputs that the program could have set", () => {
    const state = { name: "a", policy, size: 4, mode: "auto", arn: "arn", layers: [], region: "us-east-2" };
    assert.deepEqual(importedInputs(type, state), { name: "a", policy, size: 4, [defaultsKey]: [] });
  });

  it("compares values without regard to order of keys and to empty ones", () => {
    const value = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        ...[fc.string(), fc.integer(), fc.boolean()],
        fc.array(tie("any"), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie("any"), { maxKeys: 3 }),
      ),
    })).any;
    const turned = (given: unknown): unknown => {
      if (Array.isArray(given)) return given.map(turned);
      if (typeof given !== "object" || given === null) return given;
      return Object.fromEntries([
        ...Object.entries(given)
          .map(([k, v]) => [k, turned(v)])
          .reverse(),
        ["empty", []],
        ["none", undefined],
      ]);
    };
    fc.assert(
      fc.property(value, (given) => {
        assert.ok(sameValue(given, turned(given)));
        assert.ok(sameJson(JSON.stringify(given), JSON.stringify(turned(given), undefined, 2)));
        assert.ok(!sameValue(given, [given, 1]));
      }),
    );
  });
});
