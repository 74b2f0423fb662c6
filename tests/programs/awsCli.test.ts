import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { addition, functionName, ownLayer, snippetFor } from "./snippet";
import { region } from "./telemetry";
import { python, useCommand, usePython, useWorkshop } from "./tools";

describe("the snippet for the AWS CLI", () => {
  usePython();
  useCommand("jq");
  const workshop = useWorkshop();
  interface Call {
    operation: string;
    region: string | null;
    parameters: Record<string, unknown>;
  }

  /** Runs the snippet on a function with these variables. */
  async function callsFor(variables: Record<string, string> | undefined): Promise<Call[]> {
    const answer = {
      Role: "arn:aws:iam::123456789012:role/service-role/orders",
      Layers: [{ Arn: ownLayer }],
      ...(variables && { Environment: { Variables: variables } }),
    };
    workshop.write({
      "bin/aws": `#!/bin/sh\nexec "${python}" "${join(__dirname, "awsCommand.py")}" "$@"\n`,
      answer: JSON.stringify(answer),
      calls: "",
      "snippet.sh": snippetFor("cli"),
    });
    chmodSync(join(workshop.directory, "bin/aws"), 0o755);
    const PATH = `${join(workshop.directory, "bin")}:${process.env.PATH}`;
    await workshop.run("bash", ["-euo", "pipefail", "snippet.sh"], { PATH });
    const lines = readFileSync(join(workshop.directory, "calls"), "utf8").trim().split("\n");
    return lines.map((line) => JSON.parse(line));
  }

  it("makes the change with requests that the services accept, and keeps the function's own variables", async () => {
    const { layers, variables, statements } = addition();
    for (const own of [{ STAGE: "live" }, undefined]) {
      const calls = await callsFor(own);
      const changes = calls.filter(({ operation }) => operation !== "GetFunctionConfiguration");
      const [update, policy] = changes;
      assert.deepEqual(
        changes.map(({ operation }) => operation),
        ["UpdateFunctionConfiguration", "PutRolePolicy"],
      );
      assert.deepEqual(update, {
        ...{ operation: "UpdateFunctionConfiguration", region },
        parameters: {
          FunctionName: functionName,
          Layers: layers,
          Environment: { Variables: { ...own, ...variables } },
        },
      });
      const { PolicyDocument, ...rest } = policy?.parameters ?? {};
      assert.deepEqual(rest, {
        ...{ PolicyName: `clickstack-lambda-${region}-${functionName}`, RoleName: "orders" },
      });
      assert.deepEqual(JSON.parse(String(PolicyDocument)), { Version: "2012-10-17", Statement: statements });
    }
  });
});
