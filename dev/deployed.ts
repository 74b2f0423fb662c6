import type { DeployedRule, DeployedSchedule, DeployedSubscription } from "../sandbox/aws/deployedTriggers";
import { asyncSettingsOf, eventInvokeSettings } from "./project/asyncSettings";
import { type Project, ProjectError } from "./project/project";
import {
  destinationOf,
  noRoutes,
  type Routes,
  ruleOf,
  type Schedule,
  scheduleOf,
  subscriptionOf,
} from "./project/routes";
import { lastPart } from "./project/values";

/** Which deployed function to read. */
interface DeployedTarget {
  region: string;
  cacheDirectory: string;
}

/**
 * A deployed function, by its name or ARN, with the routes to it.
 * @throws ProjectError if AWS does not return it.
 */
export async function readDeployed(
  name: string,
  { region, cacheDirectory }: DeployedTarget,
): Promise<Project> {
  if (!/^(arn:|[A-Za-z0-9-_]{1,64}$)/.test(name))
    throw new ProjectError(
      `${name} does not exist. Pass a folder, a template, or the name of a deployed function`,
    );
  // AWS's clients take long to load, and only deployed functions need them.
  const { readDeployedFunction } = await import("../sandbox/aws/deployedFunction.js");
  const read = await readDeployedFunction({}, { region, name, cacheDirectory }).catch((error: Error) => {
    throw new ProjectError(
      `${name} is not a file or folder here, and AWS does not return a function of that name: ${error.message}`,
    );
  });
  const { environment, runtime, handler, code, layers, memorySizeMb, timeoutSeconds, logFormat } = read;
  const triggers = await readTriggers(read.name, read.arn, region);
  const secrets = Object.entries(environment).filter(([, value]) =>
    /arn:aws[^:]*:(secretsmanager|ssm):/.test(value),
  );
  return {
    kind: "deployed",
    source: read.arn,
    functions: [
      {
        name: read.name,
        aliases: [],
        runtime,
        handler,
        code,
        memorySizeMb,
        timeoutSeconds,
        environment,
        layers,
        queues: triggers.queues,
        ...(logFormat === undefined ? {} : { logFormat }),
        ...triggers.settings,
      },
    ],
    routes: triggers.routes,
    notices: [
      ...secrets.map(
        ([variable]) => `${name}: ${variable} refers to a secret, which is not read; it stays a reference`,
      ),
      ...triggers.notices.map((notice) => `${name}: ${notice}`),
    ],
  };
}

/** The routes to a function. What AWS does not return is reported and missing. */
async function readTriggers(name: string, arn: string, region: string) {
  const notices: string[] = [];
  const orNotice = <T>(reading: Promise<T>, otherwise: T, what: string) =>
    reading.catch((error: Error) => {
      notices.push(`${what}: ${error.message}`);
      return otherwise;
    });
  const { readAliases } = await import("../sandbox/aws/aliases.js");
  const { readEventSources } = await import("../sandbox/aws/eventSources.js");
  const { readAsyncConfig, readRules, readSchedules, readSubscriptions } = await import(
    "../sandbox/aws/deployedTriggers.js"
  );
  const aliases = await orNotice(
    readAliases({}, { region, name }),
    [],
    "queues and rules that invoke one of its aliases are unknown, since AWS does not return them",
  );
  const qualified = aliases.map((alias) => `${arn}:${alias}`);
  const sources = await orNotice(
    readEventSources({}, { region, names: [name, ...qualified] }),
    [],
    "its queues are unknown, since AWS does not return its event sources",
  );
  const queues = sources.filter((source) => source.includes(":sqs:"));
  const arns = [arn, ...qualified, ...queues];
  const [subscriptions, rules, schedules, config] = await Promise.all([
    orNotice(
      readSubscriptions({}, { region, arns }),
      [],
      "its topics are unknown, since AWS does not return their subscriptions",
    ),
    orNotice(readRules({}, { region, arns }), [], "its rules are unknown, since AWS does not return them"),
    orNotice(
      readSchedules({}, { region, arns }),
      [],
      "its schedules of EventBridge Scheduler are unknown, since AWS does not return them",
    ),
    orNotice(
      readAsyncConfig({}, { region, name }),
      undefined,
      "its destinations and dead-letter queue are unknown, since AWS does not return them",
    ),
  ]);
  const settings = asyncSettingsOf({
    ...eventInvokeSettings(config?.eventInvokeConfig),
    deadLetter: config?.deadLetterArn,
  });
  const routes = routesOf(subscriptions, rules);
  routes.schedules.push(...schedulesOf(schedules));
  return { queues: queues.map(lastPart), routes, settings, notices };
}

/** Schedules do not fire on their own here, so a disabled one can be fired as well. */
function schedulesOf(schedules: readonly DeployedSchedule[]): Schedule[] {
  return schedules.flatMap((schedule) => {
    const { Name: name = "", GroupName: group, ScheduleExpression: expression = "", Target } = schedule;
    const to = destinationOf(Target?.Arn);
    return to === undefined
      ? []
      : scheduleOf({ name, group, expression, of: "scheduler", to }, { Input: Target?.Input });
  });
}

function routesOf(subscriptions: readonly DeployedSubscription[], rules: readonly DeployedRule[]): Routes {
  const routes = noRoutes();
  for (const { topicArn, endpoint, attributes } of subscriptions) {
    const to = destinationOf(endpoint);
    const { FilterPolicy } = attributes;
    if (to !== undefined)
      routes.subscriptions.push(
        subscriptionOf(topicArn, to, {
          ...attributes,
          FilterPolicy: FilterPolicy === undefined ? undefined : JSON.parse(FilterPolicy),
        }),
      );
  }
  for (const { rule, targets } of rules)
    for (const target of targets) {
      const to = destinationOf(target.Arn);
      const { Name: name = "", ScheduleExpression: expression, EventPattern, EventBusName } = rule;
      if (to === undefined) continue;
      if (expression) routes.schedules.push(scheduleOf({ name, expression, of: "rule", to }, target));
      if (EventPattern && rule.State !== "DISABLED")
        routes.rules.push(ruleOf(EventBusName, JSON.parse(EventPattern), to, target));
    }
  return routes;
}
