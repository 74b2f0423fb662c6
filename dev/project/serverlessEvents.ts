import { resolveIntrinsics, type TemplateContext } from "./intrinsics";
import { type Destination, noRoutes, type Routes, ruleOf, subscriptionOf } from "./routes";
import { lastPart, mapOf, textOf } from "./values";

/** Names of the queues among a function's events. */
export function eventQueues(events: readonly unknown[], context: TemplateContext): string[] {
  return events.flatMap((event) => {
    const { sqs } = resolved(event, context);
    const arn = textOf(mapOf(sqs).arn ?? sqs);
    return arn === undefined ? [] : [lastPart(arn)];
  });
}

/** What leads from topics and buses to a function (Serverless Framework documentation, "SNS" and "EventBridge"). */
export function eventRoutes(name: string, events: readonly unknown[], context: TemplateContext): Routes {
  const to: Destination = { kind: "function", name };
  const routes = noRoutes();
  for (const event of events) {
    const { sns, eventBridge } = resolved(event, context);
    const { arn, topicName, filterPolicy, filterPolicyScope } = mapOf(sns);
    const topic = textOf(arn ?? topicName ?? sns);
    if (topic !== undefined)
      routes.subscriptions.push(
        subscriptionOf(topic, to, { FilterPolicy: filterPolicy, FilterPolicyScope: filterPolicyScope }),
      );
    const { eventBus, pattern, enabled, input, inputPath, inputTransformer } = mapOf(eventBridge);
    if (pattern === undefined || enabled === false) continue;
    const { inputPathsMap, inputTemplate } = mapOf(inputTransformer);
    routes.rules.push(
      ruleOf(textOf(eventBus), pattern, to, {
        // A map here, where CloudFormation has a string.
        Input: input === undefined ? undefined : (textOf(input) ?? JSON.stringify(input)),
        InputPath: inputPath,
        InputTransformer: { InputPathsMap: inputPathsMap, InputTemplate: inputTemplate },
      }),
    );
  }
  return routes;
}

function resolved(event: unknown, context: TemplateContext): Record<string, unknown> {
  return mapOf(resolveIntrinsics(event, context).value);
}
