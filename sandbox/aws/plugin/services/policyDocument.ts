import { createHash } from "node:crypto";
import { isObject, type PropertyMap } from "../base/values";

/** `aws.iam.getPolicyDocument`: combines statements, source documents and override documents into one JSON document. */
export function policyDocument(args: PropertyMap): PropertyMap {
  const own = objects(args.statements).map(statement);
  const sources = [args.sourceJson, args.sourcePolicyDocuments].flat().flatMap(statementsOf);
  const overrides = [args.overrideJson, args.overridePolicyDocuments].flat().flatMap(statementsOf);
  const document = {
    Version: args.version ?? "2012-10-17",
    ...(args.policyId ? { Id: args.policyId } : {}),
    Statement: merged([...sources, ...own], overrides),
  };
  const json = JSON.stringify(document, undefined, 2);
  const id = createHash("sha1").update(json).digest("hex");
  return { ...args, version: document.Version, id, json, minifiedJson: JSON.stringify(document) };
}

function statement(given: PropertyMap): PropertyMap {
  return {
    ...(given.sid ? { Sid: given.sid } : {}),
    Effect: given.effect ?? "Allow",
    ...member("Action", given.actions),
    ...member("NotAction", given.notActions),
    ...member("Resource", given.resources),
    ...member("NotResource", given.notResources),
    ...principals("Principal", given.principals),
    ...principals("NotPrincipal", given.notPrincipals),
    ...conditions(given.conditions),
  };
}

function member(name: string, values: unknown): PropertyMap {
  return Array.isArray(values) && values.length > 0 ? { [name]: single(values) } : {};
}

/** One value alone, several as a list: the canonical form. */
function single(values: unknown): unknown {
  return Array.isArray(values) && values.length === 1 ? values[0] : values;
}

function principals(name: string, given: unknown): PropertyMap {
  const list = objects(given);
  if (list.length === 0) return {};
  if (list.some(({ type, identifiers }) => type === "*" && single(identifiers) === "*"))
    return { [name]: "*" };
  return {
    [name]: Object.fromEntries(list.map(({ type, identifiers }) => [String(type), single(identifiers)])),
  };
}

function conditions(given: unknown): PropertyMap {
  const found: Record<string, PropertyMap> = {};
  for (const { test, variable, values } of objects(given)) {
    found[String(test)] = { ...found[String(test)], [String(variable)]: single(values) };
  }
  return Object.keys(found).length > 0 ? { Condition: found } : {};
}

function statementsOf(json: unknown): PropertyMap[] {
  if (typeof json !== "string" || json === "") return [];
  return objects([JSON.parse(json).Statement].flat());
}

/** Statements are replaced by overriding ones with the same `Sid`. */
function merged(statements: PropertyMap[], overrides: PropertyMap[]): PropertyMap[] {
  const replaced = new Set(overrides.map(({ Sid }) => Sid).filter(Boolean));
  return [...statements.filter(({ Sid }) => !replaced.has(Sid)), ...overrides];
}

function objects(value: unknown): PropertyMap[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
