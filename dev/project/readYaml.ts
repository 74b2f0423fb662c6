import { readFileSync } from "node:fs";
import { parseDocument, type ScalarTag, type Tags, type YAMLMap, type YAMLSeq } from "yaml";
import { ProjectError } from "./project";

/** CloudFormation's short forms of intrinsic functions (CloudFormation user guide, "Intrinsic function reference"). */
const intrinsics = [
  "And",
  "Base64",
  "Cidr",
  "Condition",
  "Equals",
  "FindInMap",
  "GetAtt",
  "GetAZs",
  "If",
  "ImportValue",
  "Join",
  "Length",
  "Not",
  "Or",
  "Ref",
  "Select",
  "Split",
  "Sub",
  "ToJsonString",
  "Transform",
];

/** The long form, as in JSON templates: `!Ref x` is `{ Ref: x }`, `!Sub x` is `{ "Fn::Sub": x }`. */
function longForm(name: string, value: unknown): Record<string, unknown> {
  if (name === "Ref" || name === "Condition") return { [name]: value };
  if (name === "GetAtt" && typeof value === "string") {
    const dot = value.indexOf(".");
    return { "Fn::GetAtt": dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)] };
  }
  return { [`Fn::${name}`]: value };
}

const tags: Tags = intrinsics.flatMap((name) => [
  { tag: `!${name}`, resolve: (text: string) => longForm(name, text) } satisfies ScalarTag,
  {
    tag: `!${name}`,
    collection: "seq" as const,
    resolve: (items: YAMLSeq | YAMLMap) => longForm(name, items.toJSON()),
  },
  {
    tag: `!${name}`,
    collection: "map" as const,
    resolve: (items: YAMLSeq | YAMLMap) => longForm(name, items.toJSON()),
  },
]);

/**
 * Reads YAML or JSON with CloudFormation's tags, which are converted to their long forms.
 * @param path of the file, for the message.
 * @throws ProjectError that names the line of the syntax error.
 */
export function readYaml(path: string): unknown {
  const document = parseDocument(readFileSync(path, "utf8"), { customTags: tags, merge: true });
  const [error] = document.errors;
  if (error !== undefined) throw new ProjectError(`${path}: ${error.message.split("\n")[0]}`);
  return document.toJS();
}
