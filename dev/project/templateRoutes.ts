import { resolveIntrinsics, type TemplateContext, type TemplateResource } from "./intrinsics";
import {
  type Destination,
  destinationOf,
  noRoutes,
  type Routes,
  ruleOf,
  scheduleOf,
  subscriptionOf,
} from "./routes";
import { lastPart, listOf, mapOf, textOf } from "./values";

/** Routes, and the parts of them that are not emulated. */
export interface FoundRoutes {
  routes: Routes;
  notices: string[];
}

/** Routes from a template's topics and buses to its functions and queues. */
export function templateRoutes(
  resources: Readonly<Record<string, TemplateResource>>,
  context: TemplateContext,
): FoundRoutes {
  const found: FoundRoutes = { routes: noRoutes(), notices: [] };
  for (const [id, { Type, Properties = {} }] of Object.entries(resources)) {
    const properties = mapOf(resolveIntrinsics(Properties, context).value);
    if (Type === "AWS::Serverless::Function") addEvents(found, id, properties, context);
    if (Type === "AWS::SNS::Topic") {
      const topic = context.played[id]?.name ?? id;
      for (const subscription of listOf(properties.Subscription))
        addSubscription(found, `${id}'s subscription`, { TopicArn: topic, ...mapOf(subscription) });
    }
    if (Type === "AWS::SNS::Subscription") addSubscription(found, id, properties);
    if (Type === "AWS::Events::Rule") addRule(found, id, properties);
    if (Type === "AWS::Scheduler::Schedule") addSchedule(found, id, properties);
  }
  return found;
}

/** The queue between a topic and a function in SAM with `SqsSubscription: true`. */
export function subscriptionQueue(id: string, event: string): string {
  return `${id}${event}Queue`;
}

/** The routes that SAM creates from a function's events. */
function addEvents(
  { routes }: FoundRoutes,
  id: string,
  { Events }: Record<string, unknown>,
  { functionNames }: TemplateContext,
): void {
  const to: Destination = { kind: "function", name: functionNames[id] ?? id };
  for (const [name, event] of Object.entries(mapOf(Events))) {
    const { Type, Properties } = mapOf(event);
    const properties = mapOf(Properties);
    const topic = textOf(properties.Topic);
    if (Type === "SNS" && topic !== undefined) {
      const queued = properties.SqsSubscription;
      const queue = textOf(mapOf(queued).QueueArn) ?? subscriptionQueue(id, name);
      const receiver: Destination = queued ? { kind: "queue", name: lastPart(queue) } : to;
      routes.subscriptions.push(subscriptionOf(topic, receiver, properties));
    }
    if ((Type === "EventBridgeRule" || Type === "CloudWatchEvent") && properties.State !== "DISABLED")
      routes.rules.push(ruleOf(textOf(properties.EventBusName), properties.Pattern, to, properties));
    const expression = textOf(properties.Schedule ?? properties.ScheduleExpression);
    if ((Type === "Schedule" || Type === "ScheduleV2") && expression !== undefined) {
      const of = Type === "Schedule" ? "rule" : "scheduler";
      // SAM's logical id of the resource that it creates for the event.
      const own = textOf(properties.Name) ?? `${id}${name}`;
      const group = textOf(properties.GroupName);
      routes.schedules.push(scheduleOf({ name: own, group, expression, of, to }, properties));
    }
  }
}

function addSubscription(found: FoundRoutes, id: string, properties: Record<string, unknown>): void {
  const topic = textOf(properties.TopicArn);
  const to = destinationOf(textOf(properties.Endpoint));
  if (topic !== undefined && to !== undefined)
    found.routes.subscriptions.push(subscriptionOf(topic, to, properties));
  else found.notices.push(notPlayed(id, String(properties.Protocol)));
}

function addRule(found: FoundRoutes, id: string, properties: Record<string, unknown>): void {
  const { EventPattern, EventBusName, State, Targets } = properties;
  const name = textOf(properties.Name) ?? id;
  const expression = textOf(properties.ScheduleExpression);
  for (const target of listOf(Targets).map(mapOf)) {
    const arn = textOf(target.Arn);
    const to = destinationOf(arn);
    if (to === undefined) {
      found.notices.push(notPlayed(id, arn ?? "a target"));
      continue;
    }
    // Schedules do not fire on their own here, so a disabled one can be fired as well.
    if (expression !== undefined)
      found.routes.schedules.push(scheduleOf({ name, expression, of: "rule", to }, target));
    if (EventPattern !== undefined && State !== "DISABLED")
      found.routes.rules.push(ruleOf(textOf(EventBusName), EventPattern, to, target));
  }
}

/** A schedule of EventBridge Scheduler. */
function addSchedule(found: FoundRoutes, id: string, properties: Record<string, unknown>): void {
  const target = mapOf(properties.Target);
  const arn = textOf(target.Arn);
  const to = destinationOf(arn);
  const expression = textOf(properties.ScheduleExpression) ?? "";
  const name = textOf(properties.Name) ?? id;
  const group = textOf(properties.GroupName);
  if (to === undefined) found.notices.push(notPlayed(id, arn ?? "a target"));
  else found.routes.schedules.push(scheduleOf({ name, group, expression, of: "scheduler", to }, target));
}

function notPlayed(id: string, what: string): string {
  return `${id}: its target is ${what}, which is not emulated here; ignored`;
}
