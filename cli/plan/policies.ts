import {
  type PolicyStatement,
  policyDocument,
  secretStatements,
  webIdentityStatement,
} from "../../provider/plan/policies/statements";
import { mayRefer, parseReferences, referenceText } from "../../provider/plan/telemetry/references";
import { variableOf } from "../../provider/plan/telemetry/settings";
import type { FunctionState } from "./functionState";

/**
 * Name of the inline policy with which a function's role may read the secrets. A role may be used by functions of many
 * regions.
 */
export function secretsPolicyName({ region, name }: Pick<FunctionState, "region" | "name">): string {
  return `clickstack-lambda-${region}-${name}`;
}

/** Name of the inline policy that denies a function's log group. */
export function noLogsPolicyName(of: Pick<FunctionState, "region" | "name">): string {
  return `${secretsPolicyName(of)}-no-logs`;
}

/** Further inputs for what a role may read. */
export interface ReadingArguments {
  secretArns?: readonly string[];
  secretKmsKeyArns?: readonly string[];
}

/**
 * What the extension needs to read the secrets that these variables refer to.
 * @param variables all of the function's.
 */
export function readingStatements(
  variables: Readonly<Record<string, string>>,
  { secretArns = [], secretKmsKeyArns = [] }: ReadingArguments = {},
): PolicyStatement[] {
  const values = Object.entries(variables).flatMap(([name, value]) => (mayRefer(name) ? [value] : []));
  const references = [...secretArns.map(referenceText), ...values].flatMap(parseReferences);
  const audience = variables[variableOf("webIdentityAudience")];
  return [
    ...secretStatements(references, secretKmsKeyArns),
    ...(audience ? [webIdentityStatement(audience)] : []),
  ];
}

/** The same as a policy; undefined if there is nothing to read. */
export function readingPolicy(
  variables: Readonly<Record<string, string>>,
  reading?: ReadingArguments,
): string | undefined {
  const statements = readingStatements(variables, reading);
  return statements.length === 0 ? undefined : policyDocument(statements);
}
