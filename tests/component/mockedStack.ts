import * as pulumi from "@pulumi/pulumi";
import { omitPromiseTraces } from "../../sandbox/engine/traces";

/** A resource registered with the mocked engine. */
export interface RegisteredResource {
  type: string;
  name: string;
  /** Inputs that the engine receives. */
  inputs: Record<string, unknown>;
}

/** The resources that a program registered. */
export class RegisteredResources {
  public constructor(public readonly all: readonly RegisteredResource[]) {}

  /** The only resource of this type and, if given, of this name. */
  public one(type: string, name?: string): RegisteredResource {
    const found = this.all.filter((one) => one.type === type && (name === undefined || one.name === name));
    const [first] = found;
    if (first === undefined || found.length > 1)
      throw new Error(`${found.length} resources ${type} ${name ?? ""}`);
    return first;
  }

  public names(type: string): string[] {
    return this.all.filter((one) => one.type === type).map(({ name }) => name);
  }
}

/** Inputs of the mocked account. */
export const account = { id: "123456789012", region: "eu-west-1" };

/** Options of a mocked run. */
export interface MockOptions {
  /** Whether to run as a preview, in which the values that AWS assigns to a resource are unknown. */
  preview?: boolean;
  /** Receives the registered resources, also if the program fails. */
  registered?: RegisteredResource[];
  /** Receives the tokens of the called functions. */
  called?: string[];
}

/** Runs a program against a mocked engine and waits until everything is registered. */
export async function runMocked<T>(
  program: () => T,
  { preview = false, registered: all = [], called = [] }: MockOptions = {},
): Promise<{ result: T; resources: RegisteredResources }> {
  omitPromiseTraces();
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        all.push({ type, name, inputs });
        if (preview) return { id: undefined, state: inputs };
        const computed = type.startsWith("clickstack-lambda:") ? {} : computedState(type, name, inputs);
        return { id: `${name}-id`, state: { ...computed, ...inputs } };
      },
      call: ({ token, inputs }) => {
        called.push(token);
        return token === "aws:index/getRegion:getRegion" ? { region: account.region } : inputs;
      },
    },
    "project",
    "stack",
    preview,
  );
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  // Pulumi reports later failures as unhandled rejections; the test must fail with them.
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", fail);
  try {
    const result = program();
    await Promise.race([pulumi.runtime.disconnect(), failed]);
    return { result, resources: new RegisteredResources(all) };
  } finally {
    process.off("unhandledRejection", fail);
    for (const listener of others) process.on("unhandledRejection", listener);
  }
}

/** The value of an output; undefined while it is unknown. */
export async function valueFrom<T>(output: pulumi.Output<T>): Promise<T | undefined> {
  return (output as unknown as { promise(): Promise<T | undefined> }).promise();
}

function computedState(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const region = inputs.region ?? account.region;
  switch (type) {
    case "aws:iam/role:Role":
      return { name: `${name}-0a1b2c3`, arn: `arn:aws:iam::${account.id}:role/${name}-0a1b2c3` };
    case "aws:lambda/function:Function":
      return {
        name: `${name}-4d5e6f7`,
        arn: `arn:aws:lambda:${region}:${account.id}:function:${inputs.name ?? `${name}-4d5e6f7`}`,
      };
    case "aws:secretsmanager/secret:Secret":
    case "aws:secretsmanager/secretVersion:SecretVersion":
      return { arn: `arn:aws:secretsmanager:${region}:${account.id}:secret:${name}-AbC123` };
    case "aws:cloudwatch/logGroup:LogGroup":
      return { name: inputs.name ?? `${inputs.namePrefix}8f9e` };
    case "aws:lambda/layerVersion:LayerVersion":
      return { version: "1", arn: `arn:aws:lambda:${region}:${account.id}:layer:${inputs.layerName}:1` };
    case "awsx:ecr:Repository":
      return { url: `${account.id}.dkr.ecr.${region}.amazonaws.com/${name}` };
    case "awsx:ecr:Image":
      return { imageUri: `${inputs.repositoryUrl}@sha256:${"0".repeat(64)}` };
    default:
      return {};
  }
}
