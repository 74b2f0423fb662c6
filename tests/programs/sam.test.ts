import assert from "node:assert/strict";
import { addition, snippetFor } from "./snippet";
import { canonical, statementsIn, type Template } from "./templates";
import { runPython, usePython, useWorkshop } from "./tools";

describe("the snippet for SAM", () => {
  usePython();
  const workshop = useWorkshop();

  it("passes cfn-lint, and is transformed into the change", async () => {
    const template = `Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://code/orders.zip
      Handler: index.handler
      Runtime: nodejs22.x
${snippetFor("sam").replace(/^(?=.)/gm, "      ")}`;
    const read = (await runPython(workshop, "samTemplate.py", template)) as {
      findings: string[];
      template: Template;
    };
    assert.deepEqual(read.findings, []);
    const { Orders, OrdersRole } = read.template.Resources;
    const { layers, variables, statements } = addition();
    assert.deepEqual(Orders?.Properties.Layers, layers);
    assert.deepEqual(Orders?.Properties.Environment, { Variables: variables });
    assert.deepEqual(canonical(statementsIn(OrdersRole)), canonical(statements));
  });
});
