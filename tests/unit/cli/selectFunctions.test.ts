import assert from "node:assert/strict";
import type { FunctionState, Tags } from "../../../cli/plan/functionState";
import { withIndexedTags } from "../../../cli/plan/indexedTags";
import { recordVariable } from "../../../cli/plan/record";
import { type Selection, selectionOf } from "../../../cli/plan/selection";
import { type Needs, selectFunctions } from "../../../cli/run/selectFunctions";

const now = Date.UTC(2026, 5, 1);
const region = "eu-west-1";
const day = 86_400_000;

function functionOf(name: string, more: Partial<FunctionState> = {}): FunctionState {
  return {
    ...{ name, region, arn: `arn:aws:lambda:${region}:123456789012:function:${name}` },
    ...{ runtime: "nodejs22.x", architectures: ["x86_64"], packageType: "Zip", role: "", logGroup: "" },
    ...{ layers: [], variables: {}, lastModified: now - day },
    ...more,
  };
}

describe("the tags of a function that was listed", () => {
  const stack = { "aws:cloudformation:stack-name": "shop" };
  const isRead = (more: Partial<FunctionState>, tags?: Tags) =>
    withIndexedTags(functionOf("f", more), tags, now) === undefined;

  it("are those of the tagging API if it must know them", () => {
    assert.deepEqual(withIndexedTags(functionOf("f"), stack, now)?.tags, stack);
    assert.deepEqual(withIndexedTags(functionOf("f"), undefined, now)?.tags, {});
  });

  it("are read with the function if the tagging API may not know them yet", () => {
    const lately = { lastModified: now - 60_000 };
    assert.ok(isRead(lately));
    assert.ok(isRead(lately, { team: "shop" }));
    assert.ok(isRead({ lastModified: undefined }));
    assert.ok(!isRead(lately, stack));
    assert.ok(!isRead({ ...lately, variables: { [recordVariable]: "v1 layers= variables=" } }));
  });
});

describe("the selected functions", () => {
  const requests: string[] = [];
  const all = [functionOf("a"), functionOf("b"), functionOf("new", { lastModified: now })];
  const tags = new Map([[all[0]?.arn ?? "", { team: "shop" }]]);
  const plane = {
    async *list(of: string) {
      requests.push(`list ${of}`);
      yield* all;
    },
    async tags(of: string): Promise<ReadonlyMap<string, Tags>> {
      requests.push(`tags ${of}`);
      return tags;
    },
    async read(_: string, name: string) {
      requests.push(`read ${name}`);
      const of = all.find((one) => one.name === name);
      return of && { ...of, tags: tags.get(of.arn) ?? {}, lastUpdateStatus: "Successful" };
    },
  };
  const asked = async (selection: Selection, needs: Needs, of = plane) => {
    requests.length = 0;
    const { functions, slow } = await selectFunctions(of, selection, [region], { needs, now });
    return { names: functions.map(({ name }) => name), requests: [...requests], slow };
  };
  const everything = selectionOf([], { all: true });

  it("are listed, and read one by one only for what the list does not contain", async () => {
    const names = ["a", "b", "new"];
    const list = `list ${region}`;
    const each = names.map((name) => `read ${name}`);
    assert.deepEqual(await asked(everything, "configuration"), { names, requests: [list], slow: [] });
    const manager = [`tags ${region}`, list, "read new"];
    assert.deepEqual(await asked(everything, "manager"), { names, requests: manager, slow: [] });
    assert.deepEqual(await asked(everything, "all"), { names, requests: [list, ...each], slow: [] });
  });

  it("are read individually if they are named or selected by tags, which must be exact", async () => {
    assert.deepEqual((await asked(selectionOf(["b"], {}), "manager")).requests, ["read b"]);
    const tagged = await asked(selectionOf([], { tag: ["team=shop"] }), "configuration");
    assert.deepEqual(tagged.names, ["a"]);
    assert.equal(tagged.requests.length, 4);
  });

  it("are read one by one if the tagging API cannot be used, with the reason", async () => {
    const denied = {
      ...plane,
      async tags(): Promise<never> {
        throw new Error("not allowed");
      },
    };
    const { names, requests: made, slow } = await asked(everything, "manager", denied);
    assert.deepEqual([names.length, made.length], [3, 4]);
    assert.deepEqual(slow, [{ region, reason: "not allowed" }]);
  });
});
