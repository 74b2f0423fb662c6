import assert from "node:assert/strict";
import {
  logGroupNames,
  policyNames,
  resourceName,
  roleNames,
} from "../../../../../provider/plan/names/resourceNames";

describe("names of the resources beside a function", () => {
  it("are unchanged if the service accepts them", () => {
    assert.equal(resourceName("orders", roleNames), "orders");
    assert.equal(resourceName("a".repeat(56), roleNames), "a".repeat(56));
    assert.equal(resourceName("shop+eu=1,a.b@c-d_e", policyNames, "-secrets"), "shop+eu=1,a.b@c-d_e-secrets");
    assert.equal(resourceName("shop/orders#1", logGroupNames), "shop/orders#1");
  });

  it("are valid for any other name, and differ if names differ", () => {
    const names = [
      ...["GET /orders/{id}", "GET /orders/{id }", "shop:orders", "shop/orders", "füße", "/", "日本語", " "],
      ...["a".repeat(57), "a".repeat(58), `${"a".repeat(70)}:`, "prod-platform-".repeat(20)],
    ];
    const roles = names.map((name) => resourceName(name, roleNames));
    const policies = names.map((name) => resourceName(name, policyNames, "-permissions"));
    for (const role of roles) assert.match(role, /^[\w+=,.@-]{1,56}$/);
    for (const policy of policies) assert.match(policy, /^[\w+=,.@-]{1,108}-permissions$/);
    assert.equal(new Set(roles).size, names.length);
    assert.equal(new Set(policies).size, names.length);
    assert.match(resourceName("GET /orders/{id}", roleNames), /^GET-orders-id-[0-9a-f]{8}$/);
  });
});
