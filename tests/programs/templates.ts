import type { PolicyStatement } from "../../provider/plan/policies/statements";

/** A resource of a CloudFormation template. */
export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

/** The checked parts of a CloudFormation template. */
export interface Template {
  Resources: Record<string, Resource>;
}

/** The statements of a policy's document, or of all policies of a role. */
export function statementsIn({ Properties }: Resource = { Type: "", Properties: {} }): unknown[] {
  const { PolicyDocument: document, Policies: policies = [] } = Properties as {
    PolicyDocument?: { Statement: unknown[] };
    Policies?: { PolicyDocument: { Statement: unknown[] } }[];
  };
  const documents = [
    ...(document ? [document] : []),
    ...policies.map(({ PolicyDocument }) => PolicyDocument),
  ];
  return documents.flatMap(({ Statement }) => Statement);
}

/** Statements of a policy document in a uniform form: tools write a list of one value as the value. */
export function canonical(statements: readonly unknown[]): unknown[] {
  return (statements as PolicyStatement[]).map((statement) => ({
    Effect: statement.Effect,
    Action: [statement.Action].flat(),
    Resource: [statement.Resource].flat(),
    ...(statement.Condition && {
      Condition: Object.fromEntries(
        Object.entries(statement.Condition).map(([test, keys]) => [
          test,
          Object.fromEntries(Object.entries(keys).map(([key, values]) => [key, [values].flat()])),
        ]),
      ),
    }),
  }));
}
