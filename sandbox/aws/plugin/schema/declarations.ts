import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { classOutputs, enumLiterals, interfaceMembers, type Member, parse } from "./members";

/** Reads resource types, functions and their types from the declarations of the installed `@pulumi/aws`. */
export class Declarations {
  private readonly directory = dirname(require.resolve("@pulumi/aws/package.json"));
  private readonly texts = new Map<string, string>();

  /**
   * Inputs and outputs of a resource type, and the names of those outputs that are secret.
   * @throws when the package has no such type.
   */
  public resource(token: string): { inputs: Member[]; outputs: Member[]; secrets: string[] } {
    const { path, name } = located(token);
    const source = parse(this.read(`${path}.d.ts`));
    const inputs = interfaceMembers(source, `${name}Args`);
    const outputs = classOutputs(source, name);
    if (!inputs || !outputs) throw new Error(`@pulumi/aws/${path}.d.ts does not declare ${name}`);
    return { inputs, outputs, secrets: secretOutputs(this.read(`${path}.js`)) };
  }

  /**
   * Arguments and result of a function.
   * @throws when the package has no such function.
   */
  public function(token: string): { inputs: Member[]; outputs: Member[] } {
    const { path, name } = located(token);
    const source = parse(this.read(`${path}.d.ts`));
    const type = name.charAt(0).toUpperCase() + name.slice(1);
    const outputs = interfaceMembers(source, `${type}Result`);
    if (!outputs) throw new Error(`@pulumi/aws/${path}.d.ts does not declare ${type}Result`);
    return { inputs: interfaceMembers(source, `${type}Args`) ?? [], outputs };
  }

  /** The provider's own settings. */
  public providerInputs(): Member[] {
    return interfaceMembers(parse(this.read("provider.d.ts")), "ProviderArgs") ?? [];
  }

  /** The properties of an object type, `lambda.FunctionEnvironment`, as inputs have it, or else as outputs do. */
  public objectType(name: string): Member[] | undefined {
    const [module, type = ""] = name.includes(".") ? name.split(".") : [undefined, name];
    const files = ["types/input.d.ts", "types/output.d.ts"];
    const texts = files.map((file) => declaration(this.read(file), module, type));
    const text = texts.find((found) => found !== undefined);
    return text === undefined ? undefined : interfaceMembers(parse(text), type);
  }

  /** The values of an enumeration. */
  public enumValues(module: string, name: string): string[] {
    return enumLiterals(parse(this.read(`types/enums/${module}/index.d.ts`)), name);
  }

  private read(path: string): string {
    const text = this.texts.get(path) ?? readFileSync(join(this.directory, path), "utf8");
    this.texts.set(path, text);
    return text;
  }
}

/** File without its ending, and name in it, of `aws:lambda/function:Function`. */
function located(token: string): { path: string; name: string } {
  const [, path = "", name = ""] = token.split(":");
  return { path: path.replace(/^index\//, ""), name };
}

/** The text of one interface of a file that is too long to be parsed as a whole. */
function declaration(text: string, module: string | undefined, type: string): string | undefined {
  if (module === undefined) return between(text, `\nexport interface ${type} {`, "\n}");
  const namespace = between(text, `\nexport declare namespace ${module} {`, "\n}");
  return namespace && between(namespace, `\n    interface ${type} {`, "\n    }");
}

/** From the line that starts with `start` to the end of the first line that starts with `end`. */
function between(text: string, start: string, end: string): string | undefined {
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  return from < 0 || to < 0 ? undefined : text.slice(from, to + end.length);
}

function secretOutputs(module: string): string[] {
  const [, names = ""] = /additionalSecretOutputs: \[([^\]]*)\]/.exec(module) ?? [];
  return [...names.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name);
}
