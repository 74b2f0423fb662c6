import type { Stack, UpResult } from "@pulumi/pulumi/automation";
import { type EmbeddedAws, startEmbeddedAws } from "../../sandbox/aws/embeddedAws";
import { type Engine, type StackOptions, startEngine } from "../../sandbox/engine";

/** The default region of stacks. */
export const region = "us-east-2";

/** An embedded AWS and an engine for the suite that calls this; both are removed after it. */
export function useSurroundings(): {
  aws: EmbeddedAws;
  engine: Engine;
  stack(options: Partial<StackOptions>): Promise<Stack>;
} {
  const started = {} as { aws: EmbeddedAws; engine: Engine };
  let stacks = 0;
  before(async () => {
    started.aws = await startEmbeddedAws();
    started.engine = await startEngine({ aws: started.aws });
  });
  after(async () => {
    await started.engine?.stop();
    await started.aws?.stop();
  });
  return Object.defineProperties({} as ReturnType<typeof useSurroundings>, {
    aws: { get: () => started.aws },
    engine: { get: () => started.engine },
    stack: {
      value: (options: Partial<StackOptions>) =>
        started.engine.createStack({
          projectName: "embedded-aws",
          stackName: `stack-${++stacks}`,
          program: async () => ({}),
          config: { "aws:region": { value: region } },
          ...options,
        }),
    },
  });
}

/** Number of the program's resources per operation, without the stack itself. */
export function changes(result: Pick<UpResult, "summary">): Record<string, number> {
  return Object.fromEntries(
    Object.entries(result.summary.resourceChanges ?? {}).filter(([operation]) => operation !== "same"),
  );
}

/** Trust policy of a function's execution role. */
export const trustPolicy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } }],
});

/** A policy that allows one action on everything. */
export function allow(action: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: action, Resource: "*" }],
  });
}
