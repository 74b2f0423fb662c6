import type { GivenAsyncSettings } from "./asyncSettings";
import { destinationOf, noRoutes, type Routes, ruleOf, scheduleOf, subscriptionOf } from "./routes";
import { lastPart, listOf, mapOf, textOf } from "./values";

/** Reads a property of a resource as a string; undefined for secrets and for values known only after a deployment. */
export type ReadText = (value: unknown) => string | undefined;

/** Routes from the topics, buses and queues of a stack to its functions. */
export interface PulumiRoutes {
  routes: Routes;
  /** Names of queues by the names or ARNs of their functions. */
  queues: { function: string; queue: string }[];
  /** Settings of asynchronous invocations, by the names or ARNs of the functions. */
  asynchronous: { function: string; settings: GivenAsyncSettings }[];
}

/** Reads the routes from the event sources, subscriptions and rules in the resources of a stack. */
export function routesOfResources(resources: readonly unknown[], read: ReadText): PulumiRoutes {
  const found: PulumiRoutes = { routes: noRoutes(), queues: [], asynchronous: [] };
  const all = resources.map((resource) => new Resource(mapOf(resource), read));
  const rules = all.filter(({ type }) => type === "aws:cloudwatch/eventRule:EventRule");
  for (const resource of all) {
    const { type } = resource;
    if (type === "aws:lambda/eventSourceMapping:EventSourceMapping") {
      const [source, target] = [resource.text("eventSourceArn"), resource.text("functionName")];
      if (target !== undefined && source !== undefined && /:sqs:/.test(source))
        found.queues.push({ function: lastPart(target), queue: lastPart(source) });
    }
    if (type === "aws:sns/topicSubscription:TopicSubscription") addSubscription(found.routes, resource);
    if (type === "aws:cloudwatch/eventTarget:EventTarget") addTarget(found.routes, resource, rules);
    if (type === "aws:scheduler/schedule:Schedule") addSchedule(found.routes, resource);
    if (type === "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig") {
      const name = resource.text("functionName");
      if (name !== undefined)
        found.asynchronous.push({ function: lastPart(name), settings: resource.asyncSettings() });
    }
  }
  return found;
}

/** A resource of a stack's state. */
class Resource {
  readonly type: string;
  readonly urn: string;
  private readonly inputs: Record<string, unknown>;
  private readonly outputs: Record<string, unknown>;

  constructor(
    private readonly given: Record<string, unknown>,
    readonly read: ReadText,
  ) {
    this.type = String(given.type);
    this.urn = String(given.urn);
    this.inputs = mapOf(given.inputs);
    this.outputs = mapOf(given.outputs);
  }

  /** A property, from the inputs or outputs; before a deployment, an ARN with the name of the resource that it comes from. */
  text(property: string): string | undefined {
    return this.read(this.inputs[property]) ?? this.read(this.outputs[property]) ?? this.plannedArn(property);
  }

  /** A property that contains JSON as a string. */
  json(property: string): unknown {
    const text = this.text(property);
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** In the form of FunctionEventInvokeConfig. */
  asyncSettings(): GivenAsyncSettings {
    const { onSuccess, onFailure } = mapOf(this.value("destinationConfig"));
    return {
      retries: this.value("maximumRetryAttempts"),
      onSuccess: this.read(mapOf(onSuccess).destination),
      onFailure: this.read(mapOf(onFailure).destination),
    };
  }

  value(property: string): unknown {
    return this.inputs[property] ?? this.outputs[property];
  }

  /** Its name in the program. */
  get logicalName(): string {
    return lastPart(this.urn);
  }

  /** The ARN that a property will have, or the first ARN of a service if it comes from several resources. */
  plannedArn(property: string, service = "\\w+"): string | undefined {
    const urns = listOf(mapOf(this.given.propertyDependencies)[property]).map((urn) => textOf(urn) ?? "");
    const pattern = new RegExp(`::aws:(${service})/[^:]*:\\w+::(.+)$`);
    const [, type = "", name] = urns.map((urn) => pattern.exec(urn)).find((match) => match !== null) ?? [];
    if (name === undefined) return undefined;
    return type === "lambda" ? `arn:aws:lambda:::function:${name}` : `arn:aws:${type}:::${name}`;
  }
}

function addSubscription({ subscriptions }: Routes, resource: Resource): void {
  const topic = resource.text("topic");
  const to = destinationOf(resource.text("endpoint"));
  if (topic === undefined || to === undefined) return;
  subscriptions.push(
    subscriptionOf(topic, to, {
      FilterPolicy: resource.json("filterPolicy"),
      FilterPolicyScope: resource.text("filterPolicyScope"),
      RawMessageDelivery: resource.value("rawMessageDelivery"),
    }),
  );
}

/** A target names its rule, which has the pattern. */
function addTarget(routes: Routes, target: Resource, rules: readonly Resource[]): void {
  const name = target.text("rule");
  const to = destinationOf(target.text("arn"));
  const rule = rules.find(
    (one) => one.text("name") === name || one.urn.endsWith(`::${lastPart(name ?? "")}`),
  );
  if (rule === undefined || to === undefined) return;
  const { inputPaths, inputTemplate } = mapOf(target.value("inputTransformer"));
  const properties = {
    Input: target.text("input"),
    InputPath: target.text("inputPath"),
    InputTransformer: { InputPathsMap: inputPaths, InputTemplate: inputTemplate },
  };
  const expression = rule.text("scheduleExpression");
  if (expression !== undefined) {
    const named = rule.text("name") ?? rule.logicalName;
    routes.schedules.push(scheduleOf({ name: named, expression, of: "rule", to }, properties));
  }
  const pattern = rule.json("eventPattern");
  if (pattern !== undefined) routes.rules.push(ruleOf(rule.text("eventBusName"), pattern, to, properties));
}

/** A schedule of EventBridge Scheduler. */
function addSchedule({ schedules }: Routes, resource: Resource): void {
  const { arn, input } = mapOf(resource.value("target"));
  const to = destinationOf(resource.read(arn) ?? resource.plannedArn("target", "lambda|sqs"));
  const expression = resource.text("scheduleExpression");
  if (to === undefined || expression === undefined) return;
  const name = resource.text("name") ?? resource.logicalName;
  // Before a deployment, an ARN with the group's name.
  const group = lastPart(resource.text("groupName") ?? "");
  schedules.push(
    scheduleOf({ name, group, expression, of: "scheduler", to }, { Input: resource.read(input) }),
  );
}
