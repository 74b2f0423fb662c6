import {
  DescribeRuleCommand,
  type DescribeRuleCommandOutput,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRuleNamesByTargetCommand,
  ListTargetsByRuleCommand,
  type Target,
} from "@aws-sdk/client-eventbridge";
import {
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  LambdaClient,
  ResourceNotFoundException,
} from "@aws-sdk/client-lambda";
import {
  GetScheduleCommand,
  type GetScheduleCommandOutput,
  paginateListSchedules,
  ResourceNotFoundException as ScheduleNotFoundException,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { GetSubscriptionAttributesCommand, paginateListSubscriptions, SNSClient } from "@aws-sdk/client-sns";
import { type AwsAccess, clientOf } from "./access";

/** A subscription that leads to a function or one of its queues, with its attributes as SNS names them. */
export interface DeployedSubscription {
  topicArn: string;
  endpoint: string;
  attributes: Readonly<Record<string, string>>;
}

/** A rule with those of its targets that were asked for. */
export interface DeployedRule {
  rule: Pick<
    DescribeRuleCommandOutput,
    "Name" | "EventBusName" | "EventPattern" | "ScheduleExpression" | "State"
  >;
  targets: Pick<Target, "Arn" | "Input" | "InputPath" | "InputTransformer">[];
}

/** A schedule of EventBridge Scheduler. */
export type DeployedSchedule = Pick<
  GetScheduleCommandOutput,
  "Name" | "GroupName" | "ScheduleExpression" | "Target"
>;

/**
 * The subscriptions that lead to a function or to its queues: all of the account's are listed, since SNS has no search
 * by endpoint.
 * @param arns of the function and its queues.
 * @throws when they can't be read.
 */
export async function readSubscriptions(
  aws: AwsAccess,
  { region, arns }: { region: string; arns: readonly string[] },
): Promise<DeployedSubscription[]> {
  const client = new SNSClient(clientOf(aws, region));
  try {
    const found: DeployedSubscription[] = [];
    for await (const { Subscriptions = [] } of paginateListSubscriptions({ client }, {}))
      for (const { SubscriptionArn, TopicArn: topicArn = "", Endpoint: endpoint = "" } of Subscriptions) {
        if (!leadsTo(arns, endpoint)) continue;
        const { Attributes = {} } = await client.send(
          new GetSubscriptionAttributesCommand({ SubscriptionArn }),
        );
        found.push({ topicArn, endpoint, attributes: Attributes });
      }
    return found;
  } finally {
    client.destroy();
  }
}

/** Whether a target is one of these; a function's may name a version or an alias. */
function leadsTo(arns: readonly string[], target: string): boolean {
  return arns.some((arn) => target === arn || target.startsWith(`${arn}:`));
}

/**
 * The schedules of EventBridge Scheduler, in all groups and states, that lead to a function or to its queues: all of the
 * region's are listed, since Scheduler has no search by target.
 * @param arns of the function and its queues.
 * @throws when they can't be read.
 */
export async function readSchedules(
  aws: AwsAccess,
  { region, arns }: { region: string; arns: readonly string[] },
): Promise<DeployedSchedule[]> {
  const client = new SchedulerClient(clientOf(aws, region));
  try {
    const found: DeployedSchedule[] = [];
    for await (const { Schedules = [] } of paginateListSchedules({ client }, {}))
      for (const { Name, GroupName, Target } of Schedules) {
        if (!leadsTo(arns, Target?.Arn ?? "")) continue;
        // The list has no inputs.
        const read = client.send(new GetScheduleCommand({ Name, GroupName }));
        found.push(...(await read.then((schedule) => [schedule], noneIfDeleted)));
      }
    return found;
  } finally {
    client.destroy();
  }
}

/** A schedule that ran for the last time may be deleted by itself after it was listed. */
function noneIfDeleted(error: unknown): [] {
  if (error instanceof ScheduleNotFoundException) return [];
  throw error;
}

/**
 * The rules of all buses that lead to a function or to its queues.
 * @param arns of the function, its aliases and its queues: EventBridge searches for exactly these.
 * @throws when they can't be read.
 */
export async function readRules(
  aws: AwsAccess,
  { region, arns }: { region: string; arns: readonly string[] },
): Promise<DeployedRule[]> {
  const client = new EventBridgeClient(clientOf(aws, region));
  try {
    const buses: string[] = [];
    let NextToken: string | undefined;
    do {
      const listed = await client.send(new ListEventBusesCommand({ NextToken }));
      buses.push(...(listed.EventBuses ?? []).flatMap(({ Name }) => Name ?? []));
      ({ NextToken } = listed);
    } while (NextToken !== undefined);
    const found: DeployedRule[] = [];
    for (const bus of buses)
      for (const name of await ruleNames(client, bus, arns)) found.push(await rule(client, bus, name, arns));
    return found;
  } finally {
    client.destroy();
  }
}

async function ruleNames(
  client: EventBridgeClient,
  EventBusName: string,
  arns: readonly string[],
): Promise<Set<string>> {
  const names = new Set<string>();
  for (const TargetArn of arns) {
    let NextToken: string | undefined;
    do {
      const listed = await client.send(
        new ListRuleNamesByTargetCommand({ TargetArn, EventBusName, NextToken }),
      );
      for (const name of listed.RuleNames ?? []) names.add(name);
      ({ NextToken } = listed);
    } while (NextToken !== undefined);
  }
  return names;
}

async function rule(
  client: EventBridgeClient,
  EventBusName: string,
  name: string,
  arns: readonly string[],
): Promise<DeployedRule> {
  const [described, { Targets = [] }] = await Promise.all([
    client.send(new DescribeRuleCommand({ Name: name, EventBusName })),
    // A rule has five targets at most, unless AWS raised that: one page.
    client.send(new ListTargetsByRuleCommand({ Rule: name, EventBusName })),
  ]);
  const targets = Targets.filter(({ Arn = "" }) => arns.includes(Arn));
  return { rule: { ...described, Name: name, EventBusName }, targets };
}

/** How asynchronous invocations of a function end, as Lambda's API gives it. */
export interface DeployedAsyncConfig {
  /** As GetFunctionEventInvokeConfig gives it; empty where there is none. */
  eventInvokeConfig: object;
  deadLetterArn: string | undefined;
}

/** @throws when it can't be read. */
export async function readAsyncConfig(
  aws: AwsAccess,
  { region, name }: { region: string; name: string },
): Promise<DeployedAsyncConfig> {
  const client = new LambdaClient(clientOf(aws, region));
  try {
    const [eventInvokeConfig, { DeadLetterConfig }] = await Promise.all([
      client.send(new GetFunctionEventInvokeConfigCommand({ FunctionName: name })).catch((error: unknown) => {
        if (error instanceof ResourceNotFoundException) return {};
        throw error;
      }),
      client.send(new GetFunctionConfigurationCommand({ FunctionName: name })),
    ]);
    return { eventInvokeConfig, deadLetterArn: DeadLetterConfig?.TargetArn };
  } finally {
    client.destroy();
  }
}
