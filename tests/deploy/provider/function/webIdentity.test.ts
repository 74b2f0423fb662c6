import assert from "node:assert/strict";
import { GetFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction } from "@pulumi/aws/lambda";
import type * as pulumi from "@pulumi/pulumi";
import { ObservedFunction, observeStack } from "../../../../index";
import { clientOptions } from "../../../../sandbox/aws/embeddedAws";
import { isAllowed } from "../../../../sandbox/aws/policy";
import { rolePolicies } from "../../../../sandbox/aws/rolePolicies";
import { changes, region, trustPolicy, useSurroundings } from "../../surroundings";
import { plainCode } from "../setup/plainFunction";
import { RemoteObservedFunction } from "../setup/remoteComponents";

const plain = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: plainCode(),
};
const audience = "https://collector.example.com";
const telemetry = {
  extension: { rotel: { version: 12 } },
  endpoint: "ingest.example.com",
  managedClickStack: true,
  webIdentityAudience: audience,
};
const made = (Observed: typeof ObservedFunction | typeof RemoteObservedFunction) => () => ({
  made: new Observed("made", { ...plain, ...telemetry }).functionArn,
  given: new Observed("given", {
    ...plain,
    ...telemetry,
    role: new Role("shared", { assumeRolePolicy: trustPolicy }).arn,
  }).functionArn,
});
const ways: Record<string, () => Record<string, pulumi.Output<string>>> = {
  imported: made(ObservedFunction),
  "through the plugin": made(RemoteObservedFunction),
  "by observeStack": () => {
    observeStack(telemetry);
    const role = new Role("shared", { assumeRolePolicy: trustPolicy }).arn;
    return { given: new LambdaFunction("given", { ...plain, role }).arn };
  },
};

describe("web identity tokens and managed ClickStack", () => {
  const surroundings = useSurroundings();

  for (const [way, program] of Object.entries(ways)) {
    it(`${way}: are in the function's environment, and its role may request the tokens`, async () => {
      const stack = await surroundings.stack({ program: async () => program() });
      const { outputs } = await stack.up();
      const lambda = new LambdaClient(clientOptions(surroundings.aws, region));
      for (const [name, { value }] of Object.entries(outputs)) {
        const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: value }));
        const variables = Configuration?.Environment?.Variables ?? {};
        assert.equal(variables.CLICKSTACK_MANAGED, "true", name);
        assert.equal(variables.CLICKSTACK_WEB_IDENTITY_AUDIENCE, audience);
        assert.equal(variables.ROTEL_OTLP_EXPORTER_ENDPOINT, "ingest.example.com");
        const policies = await rolePolicies(surroundings.aws, Configuration?.Role ?? "");
        const allowed = (of: string, seconds = "900") =>
          isAllowed(policies, {
            action: "sts:GetWebIdentityToken",
            resource: "*",
            context: {
              "sts:IdentityTokenAudience": of,
              "sts:DurationSeconds": seconds,
              "sts:SigningAlgorithm": "RS256",
            },
          });
        assert.deepEqual(
          [allowed(audience), allowed(`${audience}.org`), allowed(audience, "3600")],
          [true, false, false],
        );
      }
      assert.deepEqual(changes(await stack.up()), {});
      await stack.destroy();
    });
  }
});
