import assert from "node:assert/strict";
import { Role, RolePolicyAttachment } from "@pulumi/aws/iam";
import { Provider } from "@pulumi/aws/provider";
import { CloudWatchLogs, ObservedFunction } from "../../../../index";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, trustPolicy, useSurroundings } from "../../surroundings";
import { useBuiltLayers } from "../setup/builtLayers";
import { plainCode } from "../setup/plainFunction";
import { RemoteExtensionLayers, RemoteObservedFunction } from "../setup/remoteComponents";

const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
const code = plainCode();
const secret = (name: string) => `arn:aws:secretsmanager:eu-west-3:123456789012:secret:${name}-a1B2c3`;

describe("two functions with one role of the user's own, made with an explicit provider", () => {
  const surroundings = useSurroundings();
  useBuiltLayers(["x86_64"]);

  for (const [way, Observed] of Object.entries({
    imported: ObservedFunction,
    plugin: RemoteObservedFunction,
  })) {
    it(`${way}: CloudWatch is cut off for the one alone`, async () => {
      let cloudWatchLogs = CloudWatchLogs.Disable;
      const program = async () => {
        const aws = new Provider("paris", { region: "eu-west-3" });
        const role = new Role("shared", { assumeRolePolicy: trustPolicy });
        new RolePolicyAttachment("basic", { role: role.name, policyArn: basic });
        const layers = new RemoteExtensionLayers("extension", { regions: ["us-east-2", "eu-west-3"] });
        const args = {
          runtime: "nodejs22.x",
          handler: "index.handler",
          code,
          role: role.arn,
          extension: { layerVersionArns: layers.layerVersionArns },
        };
        const options = { providers: { aws } };
        const headers = { "x-a": `\${${secret("a")}}`, "x-b": `\${${secret("b")}}` };
        const quiet = new Observed(
          "quiet",
          { ...args, name: `quiet-${way}`, cloudWatchLogs, headers },
          options,
        );
        const loud = new Observed("loud", args, options);
        return { role: role.arn, quiet: quiet.functionArn, loud: loud.functionArn, layers: quiet.layerArns };
      };
      const stack = await surroundings.stack({ program });
      const { outputs } = await stack.up();
      assert.match(outputs.quiet?.value, /^arn:aws:lambda:eu-west-3:/);
      assert.match(outputs.layers?.value[0], /^arn:aws:lambda:eu-west-3:/);
      const may = async (action: string, resource: string) =>
        isAllowed(await rolePolicies(surroundings.aws, outputs.role?.value), { action, resource });
      const group = (arn: string) =>
        `arn:aws:logs:eu-west-3:123456789012:log-group:/aws/lambda/${arn.split(":").pop()}`;
      assert.equal(await may("logs:CreateLogStream", group(outputs.quiet?.value)), false);
      assert.equal(await may("logs:CreateLogStream", group(outputs.loud?.value)), true);
      assert.equal(await may("secretsmanager:BatchGetSecretValue", "*"), true);
      assert.equal(await may("secretsmanager:GetSecretValue", secret("b")), true);
      assert.equal(await may("secretsmanager:GetSecretValue", secret("c")), false);

      cloudWatchLogs = CloudWatchLogs.Keep;
      // The denying statement is deleted; the component shows the changed argument.
      assert.deepEqual(changes(await stack.up()), { delete: 1, update: 1 });
      assert.equal(await may("logs:CreateLogStream", group(outputs.quiet?.value)), true);
      await stack.destroy();
    });
  }
});
