import assert from "node:assert/strict";
import { addition, snippetFor } from "./snippet";
import { runPython, useCommand, usePython, useWorkshop } from "./tools";

/** The part for the function's resource, and the additional resource. */
function partsOf(snippet: string): { body: string; policy: string } {
  const [body = "", policy = ""] = snippet.split(/^(?=resource )/m);
  return { body, policy };
}

describe("the snippet for Terraform", () => {
  const workshop = useWorkshop();

  describe("by a reader of its language", () => {
    usePython();

    it("is a block of a function, and a policy of its role", async () => {
      const { body, policy } = partsOf(snippetFor("terraform"));
      const module = `resource "aws_lambda_function" "orders" {\n${body}}\n${policy}`;
      const { resource } = (await runPython(workshop, "terraformModule.py", module)) as {
        resource: Record<string, Record<string, Record<string, unknown>>>[];
      };
      const { layers, variables } = addition();
      const [orders, reading] = resource.map((one) => Object.values(Object.values(one)[0] ?? {})[0]);
      assert.deepEqual(
        orders?.layers,
        layers.map((arn) => `"${arn}"`),
      );
      const [environment] = (orders?.environment ?? []) as { variables: object }[];
      assert.deepEqual(Object.keys(environment?.variables ?? {}), Object.keys(variables));
      assert.deepEqual(
        [Object.keys(resource[1] ?? {}), reading?.name, reading?.role],
        [
          ['"aws_iam_role_policy"'],
          '"clickstack-lambda-eu-west-1-shop-orders"',
          "${aws_iam_role.shop_orders.id}",
        ],
      );
    });
  });

  describe("by Terraform", () => {
    useCommand("terraform");

    it("has the values of the change", async () => {
      const { body, policy } = partsOf(snippetFor("terraform"));
      const document = /policy = (<<-JSON\n.*?^ *JSON\n)/ms.exec(policy)?.[1];
      workshop.write({
        // A block has no value, unlike an object.
        "main.tf": `locals {
  function = {\n${body.replace("environment {", "environment = {")}}
  policy = ${document}}\n`,
        expression: "jsonencode([local.function, local.policy])\n",
      });
      const printed = await workshop.run("bash", ["-c", "terraform console < expression"], {
        CHECKPOINT_DISABLE: "1",
      });
      const [orders, text] = JSON.parse(JSON.parse(printed.trim().split("\n").at(-1) ?? ""));
      const { layers, variables, statements } = addition();
      assert.deepEqual(orders, { layers, environment: { variables } });
      assert.deepEqual(JSON.parse(text), { Version: "2012-10-17", Statement: statements });
    });
  });
});
