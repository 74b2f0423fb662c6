import { secretArguments } from "../provider/plan/arguments/table";
import { customResources } from "./customResources";

/** The parts of a property in a Pulumi package schema that are used here. */
export interface PropertySpec {
  type?: string;
  $ref?: string;
  items?: PropertySpec;
  additionalProperties?: PropertySpec;
  description?: string;
  plain?: boolean;
  optional?: boolean;
  default?: string | number | boolean;
  secret?: boolean;
}

/** An object type or enum in a Pulumi package schema. */
export interface TypeSpec {
  type: string;
  description?: string;
  properties?: Record<string, PropertySpec>;
  required?: string[];
  enum?: unknown[];
}

/** A component in a Pulumi package schema. */
export interface ResourceSpec {
  description?: string;
  isComponent?: boolean;
  inputProperties: Record<string, PropertySpec>;
  requiredInputs: string[];
  properties: Record<string, PropertySpec>;
  required: string[];
}

/** A Pulumi package schema. */
export interface PackageSpec {
  name: string;
  version: string;
  description?: string;
  resources: Record<string, ResourceSpec>;
  types: Record<string, TypeSpec>;
  language?: Record<string, unknown>;
  dependencies?: { name: string; version: string }[];
  [more: string]: unknown;
}

/** Defaults that every language's SDK shows and sets. The component applies the others itself. */
const defaults: Record<string, Record<string, string | boolean>> = {
  ExtensionLayers: { namePrefix: "clickstack-extension", retain: true },
  ObservedFunction: { cloudWatchLogs: "Keep" },
  ObserveStack: { cloudWatchLogs: "Keep" },
};

/** Inputs that every language's SDK keeps secret. Only those at the top of a resource can be. */
const secretInputs: Record<string, readonly string[]> = {
  ObservedFunction: secretArguments,
  ObserveStack: secretArguments,
};

/**
 * Methods of components by their names, which Pulumi's analyzer does not support. With a plain result, the method
 * blocks in Python and Go, and returns a promise in Node.js.
 */
const methods: Record<string, Record<string, { description: string; type: string }>> = {
  ObserveStack: {
    settled: {
      description:
        "Waits until every function that the program makes from here on is observed. Returns true; fails if functions that are to be observed were registered before, as far as the engine knows of them.",
      type: "boolean",
    },
  },
};

/** Properties that only the TypeScript classes have. */
const ownProcessOnly: Record<string, readonly string[]> = {
  ObservedFunction: ["function"],
};

/**
 * Adds to the schema what Pulumi's analyzer cannot derive: types of the AWS package by reference instead of copies,
 * whole numbers, defaults, descriptions of types, and the names of each language's SDK.
 * @param descriptions documentation of the package's own types by their TypeScript name.
 */
export function enrich(spec: PackageSpec, descriptions: Readonly<Record<string, string>>): PackageSpec {
  const aws = spec.dependencies?.find(({ name }) => name === "aws");
  if (aws === undefined) throw new Error("the schema does not depend on the aws package");
  const own = Object.keys(spec.types).filter((token) => nameOf(token) in descriptions);
  const reference = (ref: string): string => {
    const token = ref.replace("#/types/", "");
    if (!ref.startsWith("#/types/")) return ref;
    if (own.includes(token)) return `#/types/${schemaToken(token)}`;
    return `/aws/v${aws.version}/schema.json#/types/aws:lambda%2F${nameOf(token)}:${nameOf(token)}`;
  };
  const { resources, types, language: _, ...others } = spec;
  return {
    ...others,
    displayName: "ClickStack for AWS Lambda",
    license: "Apache-2.0",
    keywords: [
      "aws",
      "lambda",
      "observability",
      "clickhouse",
      "clickstack",
      "kind/component",
      "category/monitoring",
    ],
    meta: { moduleFormat: "(.*)" },
    resources: {
      ...mapValues(resources, (resource, token) => ({
        ...enrichResource(resource, nameOf(token), reference),
        ...(nameOf(token) in methods
          ? { methods: mapValues(methods[nameOf(token)] ?? {}, (_, name) => `${token}/${name}`) }
          : {}),
      })),
      ...customResources,
    },
    types: Object.fromEntries(
      own.map((token) => [
        schemaToken(token),
        enrichType(types[token], descriptions[nameOf(token)], reference),
      ]),
    ),
    functions: methodFunctions(Object.keys(resources)),
    language: languages(aws.version),
  };
}

/** The functions through which the engine calls the methods of components. */
function methodFunctions(tokens: readonly string[]): Record<string, unknown> {
  const functions = tokens.flatMap((token) =>
    Object.entries(methods[nameOf(token)] ?? {}).map(([name, { description, type }]) => [
      `${token}/${name}`,
      {
        description,
        inputs: {
          properties: { __self__: { $ref: `#/resources/${token}` } },
          required: ["__self__"],
          type: "object",
        },
        outputs: { type, plain: true },
      },
    ]),
  );
  return Object.fromEntries(functions);
}

function enrichResource(
  resource: ResourceSpec,
  name: string,
  reference: (ref: string) => string,
): ResourceSpec {
  const isShared = (key: string) => !ownProcessOnly[name]?.includes(key);
  const properties = Object.entries(resource.properties).filter(([key]) => isShared(key));
  return {
    ...resource,
    required: resource.required.filter(isShared),
    inputProperties: mapValues(resource.inputProperties, (property, key) => {
      const value = defaults[name]?.[key];
      return {
        ...enrichProperty(property, reference),
        ...(value === undefined ? {} : { default: value }),
        ...(secretInputs[name]?.includes(key) ? { secret: true } : {}),
      };
    }),
    properties: mapValues(Object.fromEntries(properties), (property) => enrichProperty(property, reference)),
  };
}

function enrichType(
  type: TypeSpec | undefined,
  description = "",
  reference: (ref: string) => string,
): TypeSpec {
  if (type === undefined) throw new Error("a type without definition");
  if (type.properties === undefined) return { ...type, description };
  return {
    ...type,
    description,
    properties: mapValues(type.properties, (property) => enrichProperty(property, reference)),
  };
}

function enrichProperty(property: PropertySpec, reference: (ref: string) => string): PropertySpec {
  const { optional: _, ...spec } = property;
  if (spec.type === "number") spec.type = "integer";
  if (spec.$ref !== undefined) spec.$ref = reference(spec.$ref);
  if (spec.items) spec.items = enrichProperty(spec.items, reference);
  if (spec.additionalProperties)
    spec.additionalProperties = enrichProperty(spec.additionalProperties, reference);
  return spec;
}

const pythonReadme = `# clickstack_lambda

AWS Lambda functions whose logs, traces and metrics go to ClickStack: the Python SDK of the Pulumi package
clickstack-lambda, generated from its schema.

    import clickstack_lambda as clickstack

    layers = clickstack.ExtensionLayers("clickstack-extension", regions=["us-east-2"])
    orders = clickstack.ObservedFunction(
        "orders",
        runtime="python3.12",
        handler="main.handler",
        code=pulumi.FileArchive("orders"),
        extension=clickstack.ExtensionArgs(layer_version_arns=layers.layer_version_arns),
        endpoint="https://clickstack.example.com:4318",
        authorization=ingestion_key.arn,
    )
`;

/** The SDKs' names. They accept any AWS package of the same major version. */
function languages(awsVersion: string): Record<string, unknown> {
  const major = Number(awsVersion.split(".")[0]);
  return {
    nodejs: {
      packageName: "clickstack-lambda",
      respectSchemaVersion: true,
      dependencies: { "@pulumi/aws": `^${awsVersion}` },
    },
    python: {
      packageName: "clickstack_lambda",
      respectSchemaVersion: true,
      pyproject: { enabled: true },
      requires: { pulumi: ">=3.0.0,<4.0.0", pulumi_aws: `>=${awsVersion},<${major + 1}.0.0` },
      readme: pythonReadme,
    },
    go: {
      importBasePath: "example.com/pulumi-clickstack-lambda/sdk/go/clickstacklambda",
      rootPackageName: "clickstacklambda",
      generateResourceContainerTypes: true,
      respectSchemaVersion: true,
    },
    csharp: {
      rootNamespace: "ClickStack",
      namespaces: { "clickstack-lambda": "Lambda" },
      packageReferences: { "Pulumi.Aws": `${major}.*` },
      respectSchemaVersion: true,
    },
    java: { respectSchemaVersion: true },
  };
}

/** Name at the end of a token `package:module:Name`. */
function nameOf(token: string): string {
  return token.slice(token.lastIndexOf(":") + 1);
}

/** SDKs append `Args` to the names of input types; the TypeScript interface already has it. */
function schemaToken(token: string): string {
  return token.replace(/Args$/, "");
}

function mapValues<T, U>(record: Record<string, T>, map: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]));
}
