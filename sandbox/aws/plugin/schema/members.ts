import * as ts from "typescript";

/** A property of an interface or class, as it is declared. */
export interface Member {
  name: string;
  /** Whether it may be omitted, or be undefined. */
  optional: boolean;
  type: ts.TypeNode;
}

/** Reads a declaration file, or a part of one, without what it imports. */
export function parse(text: string): ts.SourceFile {
  return ts.createSourceFile("declarations.d.ts", text, ts.ScriptTarget.ES2022, true);
}

/** The properties of an interface; undefined if the file has none of that name. */
export function interfaceMembers(source: ts.SourceFile, name: string): Member[] | undefined {
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  );
  return found?.members.filter(ts.isPropertySignature).flatMap(member);
}

/** The outputs of a resource's class, its read-only properties; undefined where the file has no class of that name. */
export function classOutputs(source: ts.SourceFile, name: string): Member[] | undefined {
  const found = source.statements.find(
    (statement): statement is ts.ClassDeclaration =>
      ts.isClassDeclaration(statement) && statement.name?.text === name,
  );
  return found?.members.filter(ts.isPropertyDeclaration).filter(isReadonly).flatMap(member);
}

/** The strings that an enumeration, a constant of literals, has. */
export function enumLiterals(source: ts.SourceFile, name: string): string[] {
  const constants = source.statements
    .filter(ts.isVariableStatement)
    .flatMap(({ declarationList }) => [...declarationList.declarations]);
  const found = constants.find((declaration) => declaration.name.getText() === name)?.type;
  if (found === undefined || !ts.isTypeLiteralNode(found)) return [];
  return found.members.filter(ts.isPropertySignature).flatMap(({ type }) => {
    const literal = type && ts.isLiteralTypeNode(type) ? type.literal : undefined;
    return literal && ts.isStringLiteral(literal) ? [literal.text] : [];
  });
}

function member({ name, type, questionToken }: ts.PropertySignature | ts.PropertyDeclaration): Member[] {
  if (type === undefined) return [];
  return [{ name: name.getText(), type, optional: questionToken !== undefined || mayBeUndefined(type) }];
}

function isReadonly(declaration: ts.PropertyDeclaration): boolean {
  return (declaration.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword);
}

/** `T | undefined`, also as `pulumi.Output<T | undefined>`. */
function mayBeUndefined(type: ts.TypeNode): boolean {
  if (ts.isTypeReferenceNode(type)) return (type.typeArguments ?? []).some(mayBeUndefined);
  return ts.isUnionTypeNode(type) && type.types.some(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword);
}
