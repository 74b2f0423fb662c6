import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Analyzer } from "@pulumi/pulumi/provider/experimental/analyzer";
import { generateSchema } from "@pulumi/pulumi/provider/experimental/schema";
import ts from "typescript";
import { enrich, type PackageSpec } from "./enrichSchema";

const root = join(__dirname, "..");
const componentNames = ["ExtensionLayers", "ObservedFunction", "ObserveStack"];

/** Path of the package's schema. */
export const schemaPath = join(root, "schema.json");

/**
 * Generates schema.json's text from the components' TypeScript types. Takes some seconds, since the compiler reads all
 * of them.
 */
export function makeSchema(): string {
  const { name, version, description } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const analyzer = new Analyzer(root, name, { name, version }, new Set(componentNames));
  readMappedTypes(analyzer);
  const { components, typeDefinitions, dependencies } = analyzer.analyze();
  const spec = generateSchema(name, version, description, components, typeDefinitions, dependencies);
  const enriched = enrich(spec as unknown as PackageSpec, describeTypes(analyzer));
  return `${JSON.stringify(enriched, undefined, 2)}\n`;
}

/**
 * Pulumi's analyzer looks for a property's type and documentation where its symbol has its value declaration. The
 * symbols of a mapped type such as `Partial<FunctionArgs>` have none, only the declarations that they derive from, so
 * that all their properties would become "any value". This sets their value declaration to the one that they derive
 * from.
 */
function readMappedTypes(analyzer: Analyzer): void {
  interface SymbolOfType {
    valueDeclaration?: unknown;
    declarations?: unknown[];
  }
  type AnalyzeSymbol = (context: unknown, symbol: SymbolOfType) => unknown;
  const patched = analyzer as unknown as { analyzeSymbol: AnalyzeSymbol };
  const analyzeSymbol = patched.analyzeSymbol.bind(analyzer);
  patched.analyzeSymbol = (context, symbol) => {
    symbol.valueDeclaration ??= symbol.declarations?.[0];
    return analyzeSymbol(context, symbol);
  };
}

/** Documentation of the package's own interfaces and enums by name; Pulumi's generator omits it. */
function describeTypes(analyzer: Analyzer): Record<string, string> {
  const { program } = analyzer as unknown as { program: ts.Program };
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(join(root, "provider")));
  return Object.fromEntries(
    own
      .flatMap(({ statements }) => [...statements])
      .filter((statement) => ts.isInterfaceDeclaration(statement) || ts.isEnumDeclaration(statement))
      .map((statement) => [
        statement.name.text,
        ts
          .getJSDocCommentsAndTags(statement)
          .map(({ comment }) => ts.getTextOfJSDocComment(comment))
          .join("\n"),
      ]),
  );
}

if (require.main === module) {
  writeFileSync(schemaPath, makeSchema());
  console.log(`wrote ${schemaPath}`);
}
