import { resolveIntrinsics, type TemplateContext } from "./intrinsics";
import {
  type Destination,
  noRoutes,
  type Routes,
  ruleOf,
  type Schedule,
  scheduleOf,
  subscriptionOf,
} from "./routes";
import { lastPart, mapOf, textOf } from "./values";

/** Names of the queues among a function's events. */
export function eventQueues(events: readonly unknown[], context: TemplateContext): string[] {
  return events.flatMap((event) => {
    const { sqs } = resolved(event, context);
    const arn = textOf(mapOf(sqs).arn ?? sqs);
    return arn === undefined ? [] : [lastPart(arn)];
  });
}

/**
 * Routes from topics, buses and schedules to a function (Serverless Framework documentation, "SNS", "EventBridge" and
 * "Schedule").
 * @param id prefix of the function's logical ids in the framework.
 */
export function eventRoutes(
  name: string,
  id: string,
  events: readonly unknown[],
  context: TemplateContext,
): Routes {
  const to: Destination = { kind: "function", name };
  const routes = noRoutes();
  let rates = 0;
  for (const [index, event] of events.entries()) {
    const { sns, eventBridge, schedule } = resolved(event, context);
    const { arn, topicName, filterPolicy, filterPolicyScope } = mapOf(sns);
    const topic = textOf(arn ?? topicName ?? sns);
    if (topic !== undefined)
      routes.subscriptions.push(
        subscriptionOf(topic, to, { FilterPolicy: filterPolicy, FilterPolicyScope: filterPolicyScope }),
      );
    const own = schedule === undefined ? [] : schedulesOf(schedule, id, to, rates);
    rates += own.length;
    routes.schedules.push(...own);
    const { eventBus, pattern, enabled, schedule: expression } = mapOf(eventBridge);
    if (typeof expression === "string") {
      const named = textOf(mapOf(eventBridge).name) ?? `${name}-rule-${index + 1}`;
      const given = { name: named, expression, of: "rule", to } as const;
      routes.schedules.push(scheduleOf(given, targetOf(mapOf(eventBridge))));
    }
    if (pattern === undefined || enabled === false) continue;
    routes.rules.push(ruleOf(textOf(eventBus), pattern, to, targetOf(mapOf(eventBridge))));
  }
  return routes;
}

/**
 * Each rate of an event is a separate schedule.
 * @param before number of the function's earlier schedules, for their numbering.
 */
function schedulesOf(event: unknown, id: string, to: Destination, before: number): Schedule[] {
  const given = typeof event === "string" ? { rate: event } : mapOf(event);
  const of = given.method === "scheduler" ? "scheduler" : "rule";
  const kind = of === "scheduler" ? "SchedulerSchedule" : "EventsRuleSchedule";
  const rates = [given.rate].flat().flatMap((rate) => textOf(rate) ?? []);
  return rates.map((expression, index) => {
    const name = textOf(given.name) ?? `${id}${kind}${before + index + 1}`;
    return scheduleOf({ name, expression, of, to }, targetOf(given));
  });
}

/** Properties of a target, with CloudFormation's names. */
function targetOf({ input, inputPath, inputTransformer }: Record<string, unknown>) {
  const { inputPathsMap, inputTemplate } = mapOf(inputTransformer);
  return {
    // A map here; a string in CloudFormation.
    Input: input === undefined ? undefined : (textOf(input) ?? JSON.stringify(input)),
    InputPath: inputPath,
    InputTransformer: { InputPathsMap: inputPathsMap, InputTemplate: inputTemplate },
  };
}

function resolved(event: unknown, context: TemplateContext): Record<string, unknown> {
  return mapOf(resolveIntrinsics(event, context).value);
}
