import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { parse } from "yaml";
import { clientOptions } from "../../sandbox/aws/embeddedAws";
import { trustPolicy, useSurroundings } from "../deploy/surroundings";
import { addition, functionName, ownLayer, snippetFor } from "../programs/snippet";
import { region } from "../programs/telemetry";
import { hasLanguageHost, typeCommands } from "./checkoutCopy";
import { findMistakes, type YamlProgram } from "./yamlProgram";

/** A program with the function's own properties, into which the snippet is merged. */
function program(): YamlProgram & { name: string; runtime: string } {
  const { resources } = parse(snippetFor("pulumi-yaml")) as YamlProgram;
  const added = resources[functionName]?.properties as { environment: { variables: object } };
  const role = `${functionName}-role`;
  return {
    ...{ name: "yaml-snippet", runtime: "yaml" },
    resources: {
      ...resources,
      [role]: { type: "aws:iam:Role", properties: { assumeRolePolicy: trustPolicy } },
      [functionName]: {
        type: "aws:lambda:Function",
        properties: {
          ...{ runtime: "nodejs22.x", handler: "index.handler", role: `\${${role}.arn}` },
          ...{ code: { "fn::fileArchive": "./code" }, ...added },
          environment: { variables: { STAGE: "live", ...added.environment.variables } },
        },
      },
    },
    outputs: { name: `\${${functionName}.name}`, role: `\${${role}.name}` },
  };
}

describe("the snippet for Pulumi YAML", () => {
  it("has only properties of the AWS package", () => {
    assert.ok(program().resources[functionName]?.properties?.layers);
    assert.ok(JSON.stringify(program().resources).includes(ownLayer));
    assert.deepEqual(findMistakes(program()), []);
  });
});

describe("the snippet for Pulumi YAML, by Pulumi's own host", function () {
  this.timeout(180_000);
  const surroundings = useSurroundings();

  it("makes the change of a function", async function () {
    const { engine } = surroundings;
    if (!hasLanguageHost(engine, "yaml")) {
      console.log(
        "      no pulumi-language-yaml on PATH or in .cache/pulumi/bin (docs/contributing/set-up.md)",
      );
      this.skip();
    }
    const directory = mkdtempSync(join(tmpdir(), "yaml-snippet-"));
    try {
      writeFileSync(join(directory, "Pulumi.yaml"), JSON.stringify(program()));
      const type = (...commands: string[]) => typeCommands(engine, directory, commands);
      const code = "mkdir code && echo 'exports.handler = async () => 1;' > code/index.js";
      await type(
        ...[
          code,
          "pulumi stack init dev",
          `pulumi config set aws:region ${region}`,
          "pulumi up --skip-preview",
        ],
      );
      const outputs = JSON.parse(await type("pulumi stack output --json"));
      const { layers, variables, statements } = addition();
      const options = clientOptions(surroundings.aws, region);
      const found = await new LambdaClient(options).send(
        new GetFunctionConfigurationCommand({ FunctionName: outputs.name }),
      );
      assert.deepEqual(
        found.Layers?.map(({ Arn }) => Arn),
        layers,
      );
      assert.deepEqual(found.Environment?.Variables, { STAGE: "live", ...variables });
      const iam = new IAMClient(options);
      const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName: outputs.role }));
      const [PolicyName] = PolicyNames;
      assert.equal(PolicyNames.length, 1);
      const policy = await iam.send(new GetRolePolicyCommand({ RoleName: outputs.role, PolicyName }));
      assert.deepEqual(JSON.parse(decodeURIComponent(policy.PolicyDocument ?? "")).Statement, statements);
      await type("pulumi destroy --skip-preview");
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
