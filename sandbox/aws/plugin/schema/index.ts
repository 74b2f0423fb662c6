import { Declarations } from "./declarations";
import type { Member } from "./members";
import { objectTypeName, type TypeSpec, typeSpec, typeToken } from "./typeSpec";

interface ObjectSpec {
  type?: string;
  properties?: Record<string, TypeSpec>;
  required?: string[];
  enum?: { value: string }[];
}

/** The parts of the aws package's schema that are needed. */
export interface SchemaParts {
  version: string;
  /** Tokens of resource types, `aws:lambda/function:Function`. */
  resources: Iterable<string>;
  /** Tokens of functions, `aws:index/getRegion:getRegion`. */
  functions: Iterable<string>;
}

/**
 * A schema of the aws package with these resource types and functions, created from the declarations of the installed
 * `@pulumi/aws`: the real schema is tens of megabytes and not part of that package. Pulumi's host for YAML and its SDK
 * generators need it. The declarations do not distinguish integers from other numbers; a type that is not of a simple
 * form becomes the any type.
 */
export function awsSchema({ version, resources, functions }: SchemaParts): string {
  const declarations = new Declarations();
  const properties = new PropertySpecs();
  const spec = {
    name: "aws",
    version,
    meta: { moduleFormat: "(.*)(?:/[^/]*)" },
    language: {
      // Generators name the argument types after this: without it `FunctionEnvironmentArgs` is not found.
      nodejs: { packageName: "@pulumi/aws", compatibility: "tfbridge20", disableUnionOutputTypes: true },
      python: { packageName: "pulumi_aws", compatibility: "tfbridge20", moduleNameOverrides: {} },
      go: { importBasePath: "github.com/pulumi/pulumi-aws/sdk/v7/go/aws" },
    },
    config: {},
    provider: { inputProperties: properties.of(declarations.providerInputs()).properties },
    resources: Object.fromEntries(
      [...resources].map((token) => [token, resourceSpec(declarations, properties, token)]),
    ),
    functions: Object.fromEntries(
      [...functions].map((token) => {
        const { inputs, outputs } = declarations.function(token);
        return [token, { inputs: properties.of(inputs), outputs: properties.of(outputs) }];
      }),
    ),
  };
  return JSON.stringify({ ...spec, types: typeSpecs(declarations, properties) });
}

function resourceSpec(declarations: Declarations, properties: PropertySpecs, token: string) {
  const { inputs, outputs, secrets } = declarations.resource(token);
  const state = properties.of(outputs, secrets);
  const args = properties.of(inputs, secrets);
  return {
    properties: state.properties,
    required: state.required,
    inputProperties: args.properties,
    requiredInputs: args.required,
  };
}

/** The types that were referenced, and those that they reference. */
function typeSpecs(declarations: Declarations, properties: PropertySpecs): Record<string, ObjectSpec> {
  const specs: Record<string, ObjectSpec> = {
    "aws:lambda/Runtime:Runtime": {
      type: "string",
      enum: declarations.enumValues("lambda", "Runtime").map((value) => ({ value })),
    },
  };
  for (let names = properties.takeReferences(); names.length > 0; names = properties.takeReferences()) {
    for (const name of names) {
      const token = typeToken(name);
      specs[token] ??= properties.of(declarations.objectType(name) ?? []);
    }
  }
  return specs;
}

/** Creates the properties of a schema, and remembers the types that they reference. */
class PropertySpecs {
  private readonly references = new Set<string>();

  public of(members: readonly Member[], secrets: readonly string[] = []): Required<Omit<ObjectSpec, "enum">> {
    return {
      type: "object",
      properties: Object.fromEntries(
        members.map(({ name, type }) => [
          name,
          { ...this.spec(type), ...(secrets.includes(name) && { secret: true }) },
        ]),
      ),
      required: members.filter(({ optional }) => !optional).map(({ name }) => name),
    };
  }

  /** The types to which properties have referred since the last call. */
  public takeReferences(): string[] {
    const names = [...this.references];
    this.references.clear();
    return names;
  }

  private spec(type: Member["type"]): TypeSpec {
    return typeSpec(type, (reference) => {
      const name = objectTypeName(reference);
      if (name !== undefined) this.references.add(name);
      return name;
    });
  }
}
