import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../index";
import { type MockOptions, runMocked } from "./mockedStack";

/** A layer version to use. */
export const layerVersionArn = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3";

/** A secret to refer to. */
export const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ingestion-key-AbC123";

/** The minimum arguments of an observed function. */
export const minimal: clickstack.ObservedFunctionArgs = {
  runtime: "nodejs22.x",
  handler: "index.handler",
  s3Bucket: "code",
  s3Key: "api.zip",
  extension: { layerVersionArn },
};

/** The problems that a component reports, by property path. */
export async function problemsOf(
  program: () => unknown,
  options: MockOptions = {},
): Promise<Record<string, string>> {
  try {
    await runMocked(program, options);
  } catch (error) {
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    return Object.fromEntries((error.errors ?? []).map(({ propertyPath, reason }) => [propertyPath, reason]));
  }
  return {};
}

/** The problems of a function with these arguments in addition to the minimum. */
export function problems(args: Partial<clickstack.ObservedFunctionArgs>) {
  return problemsOf(() => new clickstack.ObservedFunction("api", { ...minimal, ...args }));
}

/** A role of the user's own. */
export const givenRole = "arn:aws:iam::123456789012:role/service/shared";
/** Types of a function's resources. */
export const types = {
  function: "aws:lambda/function:Function",
  role: "aws:iam/role:Role",
  policy: "aws:iam/rolePolicy:RolePolicy",
};

/** The resources of a function with these arguments in addition to the minimum. */
export async function observe(args: Partial<clickstack.ObservedFunctionArgs>) {
  const { result, resources } = await runMocked(
    () => new clickstack.ObservedFunction("api", { ...minimal, ...args }),
  );
  const inputs = resources.one(types.function).inputs;
  const { variables: environment } = (inputs.environment ?? { variables: {} }) as {
    variables: Record<string, unknown>;
  };
  const policy = (name: string) => JSON.parse(String(resources.one(types.policy, name).inputs.policy));
  const statement = (sid: string) =>
    policy("api-permissions").Statement.find(({ Sid }: { Sid: string }) => Sid === sid);
  return { component: result, resources, inputs, environment, policy, statement };
}
