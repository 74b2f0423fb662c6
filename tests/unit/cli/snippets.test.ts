import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { parse } from "yaml";
import type { Addition } from "../../../cli/plan/addition";
import { readingStatements } from "../../../cli/plan/policies";
import { snippetFormats, snippetOf } from "../../../cli/plan/snippets";

const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-AbC123";
const layers = [
  "arn:aws:lambda:eu-west-1:123456789012:layer:own:1",
  "arn:aws:lambda:eu-west-1:123456789012:layer:x:2",
];
const variables = {
  ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${secret}}`,
  QUOTES: `it's "so"`,
  DIRECTIVE: "%{if}",
};
const addition: Addition = {
  ...{ name: "shop-orders", region: "eu-west-1", layers, addedLayers: layers.slice(1), variables },
  statements: readingStatements(variables),
};

describe("snippets", () => {
  it("are read by the tools as the change, with unchanged references", () => {
    const sam = parse(snippetOf("sam", addition));
    assert.deepEqual(sam.Environment.Variables, variables);
    assert.deepEqual([sam.Layers, sam.Policies[0].Statement], [layers, addition.statements]);
    const serverless = parse(snippetOf("serverless", addition));
    assert.deepEqual(serverless.functions["shop-orders"].layers, layers);
    assert.deepEqual(
      serverless.provider.iam.role.statements,
      addition.statements.map(({ Sid: _, ...statement }) => statement),
    );
    const pulumi = parse(snippetOf("pulumi-yaml", addition)).resources;
    assert.equal(pulumi["shop-orders"].properties.environment.variables.QUOTES, variables.QUOTES);
    assert.match(
      pulumi["shop-orders"].properties.environment.variables.ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS,
      /^Authorization=\$\$\{arn:/,
    );
    assert.match(snippetOf("terraform", addition), /CUSTOM_HEADERS = "Authorization=\$\$\{arn:aws:/);
    assert.match(snippetOf("terraform", addition), /DIRECTIVE = "%%\{if\}"/);
    const permission = JSON.parse(
      `{${snippetOf("sst", addition).split("\n").slice(1).join("\n").trim().replace(/,$/, "")}}`,
    ).permissions[0];
    assert.deepEqual(permission.actions, ["secretsmanager:GetSecretValue"]);
    const key = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555";
    const encrypted = readingStatements(variables, { secretKmsKeyArns: [key] });
    const via = snippetOf("sst", { ...addition, statements: encrypted });
    assert.match(via, /^\/\/ shop-orders: .*, from 3\.18\.9 on for its conditions\n/);
    assert.match(
      via,
      /"conditions": \[\s+\{\s+"test": "StringEquals",\s+"variable": "kms:ViaService",\s+"values": \[/,
    );
  });

  it("for the AWS CLI keep the function's own variables, in a shell's syntax", () => {
    const script = snippetOf("cli", addition);
    execFileSync("bash", ["-n", "-c", script]);
    const [, , json = ""] =
      /--argjson added (.*?) '\{Variables/.exec(script)?.[1]?.match(/^(')(.*)'$/s) ?? [];
    assert.deepEqual(JSON.parse(json.replaceAll("'\\''", "'")), variables);
    assert.match(script, /--layers arn:\S+:own:1 arn:\S+:x:2 /);
  });

  it("give the addition if layers are added one by one, and the whole list if the list is replaced", () => {
    for (const format of Object.keys(snippetFormats)) {
      const isAdded = format === "cdk" || format === "console";
      assert.equal(snippetOf(format, addition).includes(layers[0] ?? ""), !isAdded, format);
    }
  });

  it("omit the role if nothing is read, and list their formats", () => {
    for (const format of Object.keys(snippetFormats)) {
      const text = snippetOf(format, { ...addition, statements: [] });
      assert.ok(text.includes(layers[1] ?? ""), format);
      assert.doesNotMatch(text, /secretsmanager:GetSecretValue/, format);
    }
    assert.throws(() => snippetOf("bicep", addition), /--format: must be one of: sam, cdk, terraform/);
  });
});
