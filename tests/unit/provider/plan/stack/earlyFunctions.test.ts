import assert from "node:assert/strict";
import { nameOf, ownLogGroup, resourceUrn } from "../../../../../provider/plan/names/resourceUrn";
import {
  describeEarly,
  madeInFirstUpdate,
  mayBeRefreshed,
  refreshWitnesses,
  unseenFunctions,
} from "../../../../../provider/plan/stack/earlyFunctions";

const urn = (types: string, name: string) => `urn:pulumi:dev::shop::${types}::${name}`;
const fn = "aws:lambda/function:Function";

describe("functions that were registered too early", () => {
  const made = { s3Bucket: "code" };
  const outputs = {
    [urn(fn, "seen")]: { outputs: made },
    [urn(fn, "early")]: {
      outputs: { ...made, name: "prod-early", runtime: "python3.12", tags: { team: "shop" } },
    },
    [urn(`some:index:Api$${fn}`, "handler")]: { outputs: { code: {}, runtime: "nodejs22.x" } },
    [urn(fn, "image")]: { outputs: { imageUri: "image", packageType: "Image" } },
    [urn(`clickstack-lambda:index:ObservedFunction$${fn}`, "observed")]: { outputs: made },
    [urn("aws:iam/role:Role", "role")]: { outputs: {} },
    [urn(fn, "only read")]: { outputs: { name: "of others", runtime: "nodejs22.x" } },
    [urn(fn, "without outputs")]: null,
  };
  const unseen = (choice: Parameters<typeof unseenFunctions>[1]) =>
    unseenFunctions(outputs, choice, new Set([urn(fn, "seen")])).map(nameOf);

  it("are those that would be observed", () => {
    assert.deepEqual(unseen({}), ["early", "handler"]);
    assert.deepEqual(unseen({ include: { names: ["prod-*"] } }), ["early"]);
    assert.deepEqual(unseen({ include: { tags: { team: "*" } } }), ["early"]);
    assert.deepEqual(unseen({ exclude: { runtimes: ["nodejs*"] } }), ["early"]);
  });

  it("are distinguished from those of a refresh by the other resources of the state", () => {
    const state = {
      ...outputs,
      [urn("pulumi:pulumi:Stack", "shop-dev")]: { outputs: {} },
      [urn("pulumi:providers:aws", "default")]: { outputs: {} },
      [urn("some:index:Api$aws:sns/topic:Topic", "topic")]: { outputs: {} },
    };
    assert.deepEqual(refreshWitnesses(state).map(nameOf), ["role", "topic"]);
    assert.equal(mayBeRefreshed([true, true, true]), true);
    assert.equal(mayBeRefreshed([true, true, false]), true, "one was deleted elsewhere");
    assert.equal(mayBeRefreshed([true, false, false]), false);
    assert.equal(mayBeRefreshed([]), true, "where nothing tells, nothing is an error");
  });

  it("are those that a first update may just have created, if the state may be refreshed", () => {
    const modified = (lastModified?: string) => ({ outputs: { ...made, lastModified } });
    const state = {
      [urn("pulumi:pulumi:Stack", "shop-dev")]: { outputs: {} },
      old: modified("2026-11-29T10:00:00.000+0000"),
      new: modified("2026-11-29T10:15:00.000+0000"),
      unknown: modified(),
      gone: null,
    };
    const now = Date.parse("2026-11-29T10:15:02Z");
    const functions = ["old", "new", "unknown", "gone"];
    assert.deepEqual(madeInFirstUpdate(state, functions, now), ["new"]);
    const updated = { ...state, [urn("pulumi:pulumi:Stack", "shop-dev")]: { outputs: { url: "x" } } };
    assert.deepEqual(madeInFirstUpdate(updated, functions, now), [], "it was updated before");
  });

  it("are named, with instructions for each language", () => {
    const said = describeEarly('ObserveStack "all"', [urn(fn, "early"), urn(fn, "other")]);
    for (const word of ['"early"', '"other"', "settled()", "Settled(ctx)", "await", "dependsOn", "YAML"]) {
      assert.ok(said.includes(word), word);
    }
  });
});

describe("the log group of a function without a name", () => {
  it("is only for this function, by its URN", () => {
    const groups = [
      urn(fn, "orders"),
      urn(`some:index:Api$${fn}`, "orders"),
      urn(fn, "or:ders"),
      urn(fn, "o r"),
    ];
    assert.equal(new Set(groups.map(ownLogGroup)).size, groups.length);
    for (const group of groups.map(ownLogGroup))
      assert.match(group, /^\/aws\/lambda\/[\w.\-#]+-[0-9a-f]{8}$/);
    assert.equal(ownLogGroup(urn(fn, "orders")), ownLogGroup(urn(fn, "orders")));
  });

  it("is a name that CloudWatch accepts, however long the function's name is", () => {
    const [long, longer] = [400, 900].map((length) => ownLogGroup(urn(fn, "o".repeat(length))));
    for (const group of [long, longer]) assert.match(group ?? "", /^[\w.\-/#]{1,512}$/);
  });
});

describe("the URN of a resource that is being registered", () => {
  const at = { project: "shop", stack: "dev", type: fn, name: "orders::eu" };
  it("has the types of its parents, the stack's left out", () => {
    const stack = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";
    assert.equal(resourceUrn(at), urn(fn, "orders::eu"));
    assert.equal(resourceUrn({ ...at, parent: stack }), urn(fn, "orders::eu"));
    const parent = urn("some:index:Shop$some:index:Api", "api");
    assert.equal(resourceUrn({ ...at, parent }), urn(`some:index:Shop$some:index:Api$${fn}`, "orders::eu"));
    assert.equal(nameOf(resourceUrn(at)), "orders::eu");
  });
});
