import { lastPart, mapOf, textOf } from "./values";

/** A function or a queue of the project, by its name. */
export interface Destination {
  kind: "function" | "queue";
  name: string;
}

/** A route from a topic to a subscriber. */
export interface Subscription {
  /** Name of the topic. */
  topic: string;
  to: Destination;
  /** Filter policy; undefined matches everything. */
  filter?: unknown;
  filterScope: "MessageAttributes" | "MessageBody";
  /** Whether a queue receives the message itself, without SNS's notification around it. */
  raw: boolean;
}

/** What a rule's target receives instead of the event. Default: the event. */
export interface TargetInput {
  /** A constant, as JSON. */
  constant?: string;
  /** JSON path of a part of the event. */
  path?: string;
  /** Named values of the event, and the template into which they are inserted. */
  transformer?: { paths: Readonly<Record<string, string>>; template: string };
}

/** A route from events of a bus that match a pattern to a target. */
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
  /** Determines what the target receives. */
  of: "rule" | "scheduler";
  /** The scheduler's group that contains it. Default: `default`. */
  group?: string;
  to: Destination;
  input: TargetInput;
}

/** Routes from topics, buses and schedules to functions and queues of a project. */
export interface Routes {
  subscriptions: Subscription[];
  rules: Rule[];
  schedules: Schedule[];
}

/** The target of an ARN or a name in a template or state; undefined for what is not emulated here. */
export function destinationOf(given: string | undefined): Destination | undefined {
  if (given === undefined) return undefined;
  const [, name] = /:function:([^:]+)/.exec(given) ?? [];
  if (name !== undefined) return { kind: "function", name };
  return given.includes(":sqs:") ? { kind: "queue", name: lastPart(given) } : undefined;
}

/** Properties of a subscription besides its topic and endpoint, with SNS's names. */
export interface SubscriptionProperties {
  FilterPolicy?: unknown;
  FilterPolicyScope?: unknown;
  RawMessageDelivery?: unknown;
}

/** A subscription to a topic, given by its ARN or name. */
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

/** Properties of a target besides its ARN, with EventBridge's names. */
interface TargetProperties {
  Input?: unknown;
  InputPath?: unknown;
  InputTransformer?: unknown;
}

/** What a target receives. */
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

/** The bus of events that do not name one. */
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

/** A schedule before its target's input is read. */
interface GivenSchedule extends Pick<Schedule, "name" | "expression" | "of" | "to"> {
  /** May be empty, as without a group. */
  group?: string | undefined;
}

/** A schedule with one target. */
export function scheduleOf({ group, ...schedule }: GivenSchedule, properties: TargetProperties): Schedule {
  return { ...schedule, ...(group && { group }), input: targetInput(properties) };
}

/** Routes of a project without topics, buses and schedules. */
export function noRoutes(): Routes {
  return { subscriptions: [], rules: [], schedules: [] };
}

/** Combines several routes. */
export function joinRoutes(all: readonly Routes[]): Routes {
  return {
    subscriptions: all.flatMap(({ subscriptions }) => subscriptions),
    rules: all.flatMap(({ rules }) => rules),
    schedules: all.flatMap(({ schedules }) => schedules),
  };
}
