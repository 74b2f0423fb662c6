import * as ts from "typescript";

/** A type in Pulumi's package schema. */
export interface TypeSpec {
  type?: "string" | "number" | "boolean" | "array" | "object";
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
}

const any: TypeSpec = { $ref: "pulumi.json#/Any" };
const wrappers = ["pulumi.Input", "pulumi.Output"];

/**
 * The schema's form of a declared type.
 *
 * @param nameOf the name, `lambda.FunctionEnvironment`, of an object type of the package; undefined for other references
 */
export function typeSpec(type: ts.TypeNode, nameOf: (reference: string) => string | undefined): TypeSpec {
  const inner = (part: ts.TypeNode) => typeSpec(part, nameOf);
  if (ts.isUnionTypeNode(type)) return unionSpec(type, inner);
  if (ts.isArrayTypeNode(type)) return { type: "array", items: inner(type.elementType) };
  if (ts.isTypeLiteralNode(type)) {
    const [index] = type.members;
    return index && ts.isIndexSignatureDeclaration(index)
      ? { type: "object", additionalProperties: inner(index.type) }
      : any;
  }
  if (ts.isTypeReferenceNode(type)) {
    const reference = type.typeName.getText();
    const [wrapped] = type.typeArguments ?? [];
    if (wrapped && wrappers.includes(reference)) return inner(wrapped);
    if (/^pulumi\.asset\.(Asset|Archive)$/.test(reference)) {
      return { $ref: `pulumi.json#/${reference.split(".").pop()}` };
    }
    const name = nameOf(reference);
    return name === undefined ? any : { $ref: `#/types/${typeToken(name)}` };
  }
  return keywordSpec(type);
}

/** `lambda.FunctionEnvironment` of `inputs.lambda.FunctionEnvironment` or `outputs.lambda.FunctionEnvironment`. */
export function objectTypeName(reference: string): string | undefined {
  return /^(?:inputs|outputs)\.((?:\w+\.)?\w+?)(?:Args)?$/.exec(reference)?.[1];
}

/** `aws:lambda/FunctionEnvironment:FunctionEnvironment` of `lambda.FunctionEnvironment`, as the aws package has it. */
export function typeToken(name: string): string {
  const [module = "", type = ""] = name.includes(".") ? name.split(".") : ["index", name];
  // The types of functions, such as `getPolicyDocumentStatement`.
  const cased = /^Get[A-Z]/.test(type) ? `get${type.slice(3)}` : type;
  return `aws:${module}/${cased}:${cased}`;
}

function unionSpec(union: ts.UnionTypeNode, inner: (part: ts.TypeNode) => TypeSpec): TypeSpec {
  const types = union.types.filter(
    (part) => part.kind !== ts.SyntaxKind.UndefinedKeyword && !part.getText().startsWith("enums."),
  );
  const [only] = types;
  return only !== undefined && types.length === 1 ? inner(only) : any;
}

function keywordSpec({ kind }: ts.TypeNode): TypeSpec {
  if (kind === ts.SyntaxKind.StringKeyword) return { type: "string" };
  if (kind === ts.SyntaxKind.NumberKeyword) return { type: "number" };
  if (kind === ts.SyntaxKind.BooleanKeyword) return { type: "boolean" };
  return any;
}
