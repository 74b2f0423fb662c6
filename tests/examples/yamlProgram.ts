import { readFileSync } from "node:fs";
import { schemaPath } from "../../scripts/schema";

/** The checked parts of a Pulumi program in YAML. */
export interface YamlProgram {
  config?: Record<string, unknown>;
  resources: Record<string, { type: string; properties?: Record<string, unknown> }>;
  outputs?: Record<string, unknown>;
}

interface TypeSpec {
  type?: string;
  $ref?: string;
  items?: TypeSpec;
  additionalProperties?: TypeSpec;
  properties?: Record<string, TypeSpec>;
  required?: string[];
  enum?: { value: unknown }[];
}

interface ResourceSpec {
  inputProperties: Record<string, TypeSpec>;
  requiredInputs?: string[];
  properties: Record<string, TypeSpec>;
}

const schema = JSON.parse(readFileSync(schemaPath, "utf8")) as {
  name: string;
  resources: Record<string, ResourceSpec>;
  types: Record<string, TypeSpec>;
};

/** What Pulumi's YAML host would refuse in a program: types, properties, values and references, each with its path. */
export function findMistakes(program: YamlProgram): string[] {
  const checker = new Checker(program);
  for (const [name, { type, properties = {} }] of Object.entries(program.resources)) {
    const spec = resourceSpec(type);
    if (spec === undefined) checker.mistakes.push(`${name}: there is no resource ${type}`);
    else
      checker.object(properties, { properties: spec.inputProperties, required: spec.requiredInputs }, name);
  }
  checker.value(program.outputs, {}, "outputs");
  return checker.mistakes;
}

class Checker {
  public readonly mistakes: string[] = [];

  constructor(private readonly program: YamlProgram) {}

  public object(value: Record<string, unknown>, spec: TypeSpec, path: string): void {
    for (const [key, part] of Object.entries(value)) {
      const of = spec.properties === undefined ? (spec.additionalProperties ?? {}) : spec.properties[key];
      if (of === undefined) this.mistakes.push(`${path}.${key}: there is no such property`);
      else this.value(part, of, `${path}.${key}`);
    }
    for (const key of spec.required ?? []) {
      if (!(key in value)) this.mistakes.push(`${path}.${key}: is required`);
    }
  }

  public value(value: unknown, given: TypeSpec, path: string): void {
    const spec = resolved(given);
    if (typeof value === "string" && value.includes("${")) {
      this.references(value, path);
    } else if (Array.isArray(value)) {
      if (spec.type !== undefined && spec.type !== "array") this.wrong(spec, value, path);
      for (const [i, part] of value.entries()) this.value(part, spec.items ?? {}, `${path}[${i}]`);
    } else if (typeof value === "object" && value !== null) {
      const archive = Object.keys(value).every((key) =>
        /^fn::(file|string|remote)(Archive|Asset)$/.test(key),
      );
      if (isFileType(spec) ? !archive : spec.type !== undefined && spec.type !== "object")
        this.wrong(spec, value, path);
      else if (!archive) this.object(value as Record<string, unknown>, spec, path);
    } else if (!matches(value, spec)) this.wrong(spec, value, path);
  }

  private wrong(spec: TypeSpec, value: unknown, path: string): void {
    const wanted = spec.enum
      ? `one of ${spec.enum.map((one) => one.value).join(", ")}`
      : (spec.type ?? "an archive");
    this.mistakes.push(`${path}: ${JSON.stringify(value)} is not ${wanted}`);
  }

  /** `${configuration}`, `${resource}`, `${resource.output…}` and `${pulumi.stack}`; `$$` is a `$`. */
  private references(value: string, path: string): void {
    for (const [, reference] of value.matchAll(/\$\$|\$\{([^}]+)\}/g)) {
      if (reference === undefined) continue;
      const [name = "", output] = reference.split(".");
      const resource = this.program.resources[name];
      const outputs = { urn: {}, ...(resource && resourceSpec(resource.type)?.properties) };
      const known =
        name === "pulumi" ||
        name in (this.program.config ?? {}) ||
        (resource && (!output || output in outputs));
      if (!known) this.mistakes.push(`${path}: \${${reference}} is nothing in this program`);
    }
  }
}

function matches(value: unknown, spec: TypeSpec): boolean {
  if (spec.enum !== undefined) return spec.enum.some((one) => one.value === value);
  switch (spec.type) {
    case undefined:
      return spec.properties === undefined && !isFileType(spec);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === spec.type;
  }
}

function isFileType({ $ref = "" }: TypeSpec): boolean {
  return $ref === "pulumi.json#/Archive" || $ref === "pulumi.json#/Asset";
}

function resolved(spec: TypeSpec): TypeSpec {
  const own = /^#\/types\/(.+)$/.exec(spec.$ref ?? "")?.[1];
  return own === undefined ? spec : (schema.types[own] ?? {});
}

/** A resource of this package's schema, or of the installed AWS package; `package:Name` is short for `package:index:Name`. */
function resourceSpec(type: string): ResourceSpec | undefined {
  const [packageName = "", ...parts] = type.split(":");
  const [name = ""] = parts.slice(-1);
  if (packageName === schema.name) return schema.resources[`${schema.name}:index:${name}`];
  return packageName === "aws" && parts.length === 2 ? awsResource(parts[0] ?? "", name) : undefined;
}

/** Only the properties' names: the AWS package includes its declarations, but not its schema. */
function awsResource(module: string, name: string): ResourceSpec | undefined {
  const file = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  let declaration: string;
  try {
    declaration = readFileSync(require.resolve(`@pulumi/aws/${module}/${file}.d.ts`), "utf8");
  } catch {
    return undefined;
  }
  const args = declaration.slice(declaration.indexOf(`export interface ${name}Args {`));
  const inputs = [...args.matchAll(/^ {4}(\w+)(\??): /gm)];
  const outputs = [...declaration.matchAll(/^ {4}readonly (\w+): /gm)].map(([, key]) => key);
  return {
    inputProperties: Object.fromEntries(inputs.map(([, key]) => [key, {}])),
    requiredInputs: inputs.filter(([, , optional]) => optional === "").map(([, key]) => key ?? ""),
    properties: Object.fromEntries(["id", ...outputs].map((key) => [key, {}])),
  };
}
