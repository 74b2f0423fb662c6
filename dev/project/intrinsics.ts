import { listOf, mapOf } from "./values";

/** A resource of a template, as written there. */
export interface TemplateResource {
  Type?: string;
  Properties?: Record<string, unknown>;
  Metadata?: Record<string, unknown>;
}

/** A queue, topic or bus of a template; its name is its logical id unless the template sets one. */
export interface PlayedResource {
  kind: "queue" | "topic" | "bus";
  name: string;
}

/** The values that intrinsic functions of a template refer to. */
export interface TemplateContext {
  /** Values of parameters, by their names. */
  parameters: Readonly<Record<string, string>>;
  /** Names of the template's functions, by their logical ids. */
  functionNames: Readonly<Record<string, string>>;
  region: string;
  accountId: string;
  stackName: string;
  /** The template's queues, topics and buses, which are emulated, by their logical ids. */
  played: Readonly<Record<string, PlayedResource>>;
}

/** A value, and the logical ids of the resources that it refers to and that exist only in AWS. */
export interface Resolved {
  value: unknown;
  unknown: string[];
}

const playedTypes: Readonly<Record<string, { kind: PlayedResource["kind"]; name: string }>> = {
  "AWS::SQS::Queue": { kind: "queue", name: "QueueName" },
  "AWS::SNS::Topic": { kind: "topic", name: "TopicName" },
  "AWS::Events::EventBus": { kind: "bus", name: "Name" },
};

/** The queues, topics and buses of a template. */
export function playedResources(
  resources: Readonly<Record<string, TemplateResource>>,
  context: Omit<TemplateContext, "played">,
): Record<string, PlayedResource> {
  return Object.fromEntries(
    Object.entries(resources).flatMap(([id, { Type = "", Properties = {} }]) => {
      const type = playedTypes[Type];
      if (type === undefined) return [];
      const { value, unknown } = resolveIntrinsics(Properties[type.name], { ...context, played: {} });
      const name = typeof value === "string" && unknown.length === 0 ? value : id;
      return [[id, { kind: type.kind, name }]];
    }),
  );
}

/**
 * A template's value with its intrinsic functions resolved. Values known only after a deployment, such as a table's name, become
 * the logical id.
 */
export function resolveIntrinsics(value: unknown, context: TemplateContext): Resolved {
  const resolver = new Resolver(context);
  return { value: resolver.of(value), unknown: [...resolver.unknown] };
}

class Resolver {
  readonly unknown = new Set<string>();

  constructor(private readonly context: TemplateContext) {}

  of(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.of(item));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    const [[name, argument] = ["", undefined]] = entries;
    if (entries.length === 1 && (name === "Ref" || name.startsWith("Fn::"))) return this.call(name, argument);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.of(item)]));
  }

  private call(name: string, argument: unknown): unknown {
    switch (name) {
      case "Ref":
        return this.reference(String(argument));
      case "Fn::GetAtt": {
        const [id = "", attribute = ""] = (
          Array.isArray(argument) ? argument.map(String) : String(argument).split(".")
        ) as string[];
        return this.attribute(id, attribute);
      }
      case "Fn::Sub":
        return this.substitute(argument);
      case "Fn::Join": {
        const [separator, items] = listOf(argument);
        return listOf(this.of(items)).map(String).join(String(separator));
      }
      case "Fn::Select": {
        const [index, items] = listOf(argument);
        return listOf(this.of(items))[Number(index)];
      }
      case "Fn::Split": {
        const [separator, text] = listOf(argument);
        return String(this.of(text)).split(String(separator));
      }
      case "Fn::Base64":
        return Buffer.from(String(this.of(argument))).toString("base64");
      case "Fn::If":
        return this.of(listOf(argument)[1]);
      default:
        this.unknown.add(`${name}(${JSON.stringify(argument)})`);
        return undefined;
    }
  }

  private reference(id: string): string {
    const { parameters, functionNames, region, accountId, stackName } = this.context;
    const pseudo: Readonly<Record<string, string>> = {
      "AWS::Region": region,
      "AWS::AccountId": accountId,
      "AWS::StackName": stackName,
      "AWS::Partition": "aws",
      "AWS::URLSuffix": "amazonaws.com",
      "AWS::NoValue": "",
    };
    const { [id]: played } = this.context.played;
    if (played !== undefined) return this.referenceOf(played);
    const known = pseudo[id] ?? parameters[id] ?? functionNames[id];
    if (known === undefined) this.unknown.add(id);
    return known ?? id;
  }

  private attribute(id: string, attribute: string): string {
    const { functionNames, region, accountId } = this.context;
    const name = functionNames[id];
    if (name !== undefined && attribute === "Arn")
      return `arn:aws:lambda:${region}:${accountId}:function:${name}`;
    const { [id]: played } = this.context.played;
    if (played !== undefined && attribute.endsWith("Arn")) return this.arnOf(played);
    if (played !== undefined) return attribute === "QueueUrl" ? this.referenceOf(played) : played.name;
    this.unknown.add(`${id}.${attribute}`);
    return id;
  }

  /** What `Ref` returns, according to the user guide's pages on the resources. */
  private referenceOf(played: PlayedResource): string {
    const { region, accountId } = this.context;
    if (played.kind === "topic") return this.arnOf(played);
    return played.kind === "queue"
      ? `https://sqs.${region}.amazonaws.com/${accountId}/${played.name}`
      : played.name;
  }

  private arnOf({ kind, name }: PlayedResource): string {
    const { region, accountId } = this.context;
    const place = `${region}:${accountId}`;
    if (kind === "bus") return `arn:aws:events:${place}:event-bus/${name}`;
    return `arn:aws:${kind === "queue" ? "sqs" : "sns"}:${place}:${name}`;
  }

  private substitute(argument: unknown): string {
    const [template, values] = Array.isArray(argument) ? argument : [argument, {}];
    const own = mapOf(values);
    return String(template).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      const id = name.trim();
      if (id in own) return String(this.of(own[id]));
      const dot = id.indexOf(".");
      return dot < 0 ? this.reference(id) : this.attribute(id.slice(0, dot), id.slice(dot + 1));
    });
  }
}
