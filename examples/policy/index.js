const { PolicyPack } = require("@pulumi/policy");
const { everyFunctionObserved } = require("clickstack-lambda/policy");

new PolicyPack("clickstack", {
  policies: [everyFunctionObserved({ exclude: { tags: { observe: "no" } } })],
});
