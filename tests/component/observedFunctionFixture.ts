import * as pulumi from "@pulumi/pulumi";
import * as clickstack from "../../index";
import { type MockOptions, runMocked } from "./mockedStack";

/** A layer version to use. */
export const layerVersionArn = "arn:aws:lambda:eu-west-1:123456789012:layer:clickstack-extension-amd64:3";

/** A secret to refer to. */
export const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ingestion-key-AbC123";

/** The least that an observed function is made of. */
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

/** The problems of a function with these arguments besides the least. */
export function problems(args: Partial<clickstack.ObservedFunctionArgs>) {
  return problemsOf(() => new clickstack.ObservedFunction("api", { ...minimal, ...args }));
}
