import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction, LayerVersion } from "@pulumi/aws/lambda";
import * as pulumi from "@pulumi/pulumi";
import { observeStack } from "../../../../index";

const functionType = "aws:lambda/function:Function";
const trust = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
});

/** Position of the program's other transforms: each returns all properties, as transforms that add tags do. */
export type Others = "none" | "before" | "after" | "both";

const code = new pulumi.asset.AssetArchive({
  "index.js": new pulumi.asset.StringAsset("exports.handler = async () => 1;\n"),
  lib: new pulumi.asset.AssetArchive({ "empty.js": new pulumi.asset.StringAsset("//\n") }),
});

/** Functions with secrets and with values unknown to a preview, in every property that may contain them. */
export function program(others = (process.env.OTHER_TRANSFORMS ?? "none") as Others) {
  if (others === "before" || others === "both") addTag("before");
  const layer = (layerName: string) => new LayerVersion(layerName, { layerName, code }).arn;
  observeStack({
    extension: { layerVersionArn: layer("clickstack-extension-amd64") },
    endpoint: "https://clickstack.example.com:4318",
    ingestionKey: pulumi.secret("hush-key"),
    headers: { "x-tenant": pulumi.secret("hush-tenant") },
  });
  if (others === "after" || others === "both") addTag("after");
  const role = new Role("role", { assumeRolePolicy: trust });
  const plain = { role: role.arn, runtime: "nodejs22.x", handler: "index.handler", code };
  const named = new LambdaFunction("named", {
    ...plain,
    name: `named-${pulumi.getStack()}`,
    environment: { variables: { PASSWORD: pulumi.secret("hush-password"), ROLE: role.name } },
    tags: { owner: "shop", role: role.name },
    layers: [pulumi.secret(layer("libraries"))],
  });
  const whole = new LambdaFunction("whole", {
    ...plain,
    environment: pulumi.secret({ variables: { PASSWORD: "hush-whole" } }),
    description: pulumi.interpolate`of ${role.name}`,
  });
  return { named: named.arn, whole: whole.arn, role: role.arn };
}

function addTag(name: string): void {
  pulumi.runtime.registerResourceTransform(async ({ type, props, opts }) => {
    if (type !== functionType) return undefined;
    const tags = pulumi
      .output(props.tags as Record<string, string>)
      .apply((own) => ({ ...own, [name]: "yes" }));
    return { props: { ...props, tags }, opts };
  });
}
