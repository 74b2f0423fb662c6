import { lastPart, mapOf, textOf } from "./values";

/** A function or a queue of the project, by its name. */
export interface Destination {
  kind: "function" | "queue";
  name: string;
}

/** Who gets what is published to a topic. */
export interface Subscription {
  /** Name of the topic. */
  topic: string;
  to: Destination;
  /** Filter policy; undefined for everything. */
  filter?: unknown;
  filterScope: "MessageAttributes" | "MessageBody";
  /** Whether a queue gets the message itself, and not SNS's notification around it. */
  raw: boolean;
}

/** What a rule's target gets in place of the event. Default: the event. */
export interface TargetInput {
  /** A constant, as JSON. */
  constant?: string;
  /** JSON path of a part of the event. */
  path?: string;
  /** Values of the event by names, and the template that they are set into. */
  transformer?: { paths: Readonly<Record<string, string>>; template: string };
}

/** Who gets an event of a bus that has a pattern. */
export interface Rule {
  /** Name of the bus. */
  bus: string;
  pattern: unknown;
  to: Destination;
  input: TargetInput;
}

/** A rule with a schedule, or a schedule of EventBridge Scheduler, with one target. */
export interface Schedule {
  name: string;
  /** Such as `rate(1 day)`. */
  expression: string;
  /** Decides what the target gets. */
  of: "rule" | "scheduler";
  to: Destination;
  input: TargetInput;
}

/** What leads from topics, buses and schedules to functions and queues of a project. */
export interface Routes {
  subscriptions: Subscription[];
  rules: Rule[];
  schedules: Schedule[];
}

/** Where an ARN or a name that a template or state gives leads to; undefined for what is not played here. */
export function destinationOf(given: string | undefined): Destination | undefined {
  if (given === undefined) return undefined;
  const [, name] = /:function:([^:]+)/.exec(given) ?? [];
  if (name !== undefined) return { kind: "function", name };
  return given.includes(":sqs:") ? { kind: "queue", name: lastPart(given) } : undefined;
}

/** What a subscription says besides its topic and its end, as SNS names it. */
export interface SubscriptionProperties {
  FilterPolicy?: unknown;
  FilterPolicyScope?: unknown;
  RawMessageDelivery?: unknown;
}

/** A subscription to a topic, which is given by its ARN or name. */
export function subscriptionOf(
  topic: string,
  to: Destination,
  { FilterPolicy, FilterPolicyScope, RawMessageDelivery }: SubscriptionProperties,
): Subscription {
  return {
    topic: lastPart(topic),
    to,
    ...(FilterPolicy !== undefined && { filter: FilterPolicy }),
    filterScope: FilterPolicyScope === "MessageBody" ? "MessageBody" : "MessageAttributes",
    raw: RawMessageDelivery === true || RawMessageDelivery === "true",
  };
}

/** What a target says besides its end, as EventBridge names it. */
interface TargetProperties {
  Input?: unknown;
  InputPath?: unknown;
  InputTransformer?: unknown;
}

/** What a target gets. */
function targetInput({ Input, InputPath, InputTransformer }: TargetProperties): TargetInput {
  const { InputPathsMap, InputTemplate } = mapOf(InputTransformer);
  const [constant, path, template] = [Input, InputPath, InputTemplate].map(textOf);
  const paths = Object.entries(mapOf(InputPathsMap)).map(([name, value]) => [name, String(value)]);
  return {
    ...(constant !== undefined && { constant }),
    ...(path !== undefined && { path }),
    ...(template !== undefined && { transformer: { paths: Object.fromEntries(paths), template } }),
  };
}

/** The bus that events are put to which name none. */
export const DEFAULT_BUS = "default";

/** A rule with one target. @param bus its ARN or name; undefined for the default one. */
export function ruleOf(
  bus: string | undefined,
  pattern: unknown,
  to: Destination,
  properties: TargetProperties,
): Rule {
  return { bus: lastPart(bus ?? DEFAULT_BUS), pattern, to, input: targetInput(properties) };
}

/** A schedule with one target. */
export function scheduleOf(
  schedule: Pick<Schedule, "name" | "expression" | "of" | "to">,
  properties: TargetProperties,
): Schedule {
  return { ...schedule, input: targetInput(properties) };
}

/** Routes of a project without topics, buses and schedules. */
export function noRoutes(): Routes {
  return { subscriptions: [], rules: [], schedules: [] };
}

/** All of several routes. */
export function joinRoutes(all: readonly Routes[]): Routes {
  return {
    subscriptions: all.flatMap(({ subscriptions }) => subscriptions),
    rules: all.flatMap(({ rules }) => rules),
    schedules: all.flatMap(({ schedules }) => schedules),
  };
}
