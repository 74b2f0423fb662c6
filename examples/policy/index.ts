import { PolicyPack } from "@pulumi/policy";
import { everyFunctionObserved } from "clickstack-lambda/policy";

new PolicyPack("clickstack", {
  policies: [everyFunctionObserved({ exclude: { tags: { observe: "no" } } })],
});
