import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readDeployed } from "../../../dev/deployed";

const shop = "arn:aws:lambda:eu-central-1:123456789012:function:shop";
const queue = "arn:aws:sqs:eu-central-1:123456789012:audit";
const aliasQueue = "arn:aws:sqs:eu-central-1:123456789012:payments";
const code = Buffer.from("a zip");

/** What AWS answers: JSON, XML or a download; or an error's code and message. */
type Answer = object | string | Buffer;
type Refusal = [code: string, message: string];

/** A schedule as AWS stores it; `deleted` ones are deleted after they were listed. */
interface Stored {
  Name: string;
  GroupName: string;
  State?: string;
  ScheduleExpression: string;
  Target: { Arn: string; Input?: string };
  deleted?: boolean;
}

const daily = { GroupName: "default", ScheduleExpression: "rate(1 day)" };
const pages: readonly (readonly Stored[])[] = [
  [
    { ...daily, Name: "daily", Target: { Arn: shop } },
    { ...daily, Name: "other", Target: { Arn: `${shop}-other` } },
    { ...daily, Name: "universal", Target: { Arn: "arn:aws:scheduler:::aws-sdk:lambda:invoke" } },
    {
      ...{ Name: "daily", GroupName: "night", State: "DISABLED", ScheduleExpression: "cron(0 1 * * ? *)" },
      Target: { Arn: `${shop}:live`, Input: '{"a":1}' },
    },
  ],
  [
    { ...daily, Name: "gone", Target: { Arn: shop }, deleted: true },
    {
      ...{ Name: "launch", GroupName: "default", ScheduleExpression: "at(2030-01-01T00:00:00)" },
      Target: { Arn: queue, Input: '{"b":2}' },
    },
  ],
];

function listedSchedules(token: string | null): Answer {
  const at = Number(token ?? 0);
  const Schedules = pages[at]?.map(({ Target: { Arn }, ...listed }) => ({ ...listed, Target: { Arn } }));
  return { Schedules, ...(at + 1 < pages.length && { NextToken: String(at + 1) }) };
}

function storedSchedule(name: string, group: string | null): Answer | Refusal {
  const stored = pages.flat().find(({ Name, GroupName }) => Name === name && GroupName === group);
  return stored === undefined || stored.deleted
    ? ["ResourceNotFoundException", `no schedule ${name}`]
    : stored;
}

/** EventBridge's answer to a request: a rule that invokes the alias `live`, and one that sends to the alias's queue. */
function answerOfEvents(operation: string, body: string): Answer {
  const { TargetArn, Rule, Name }: { TargetArn?: string; Rule?: string; Name?: string } = JSON.parse(body);
  const targets: Readonly<Record<string, string>> = { paid: `${shop}:live`, stored: aliasQueue };
  if (operation === "ListEventBuses") return { EventBuses: [{ Name: "default" }] };
  if (operation === "ListRuleNamesByTarget")
    return { RuleNames: Object.keys(targets).filter((name) => targets[name] === TargetArn) };
  if (operation === "DescribeRule")
    return { Name, State: "ENABLED", EventPattern: `{"detail-type":["${Name}"]}` };
  return {
    Targets: [
      { Id: "1", Arn: targets[Rule ?? ""] },
      { Id: "2", Arn: `${shop}-other` },
    ],
  };
}

/** AWS's answer to a request other than those for schedules and rules. */
function answerOfFunction({ pathname, searchParams, origin }: URL): Answer | Refusal {
  const configuration = {
    ...{ FunctionName: "shop", FunctionArn: shop, PackageType: "Zip", Runtime: "nodejs22.x" },
    CodeSha256: createHash("sha256").update(code).digest("base64"),
  };
  if (pathname === "/code") return code;
  if (pathname.endsWith("/functions/shop"))
    return { Configuration: configuration, Code: { Location: `${origin}/code` } };
  if (pathname.endsWith("/configuration")) return configuration;
  if (pathname.endsWith("/event-invoke-config")) return ["ResourceNotFoundException", "there is none"];
  if (pathname.endsWith("/aliases")) return { Aliases: [{ Name: "live", FunctionVersion: "3" }] };
  if (pathname.includes("/event-source-mappings")) {
    const ofAlias = searchParams.get("FunctionName") === `${shop}:live`;
    return { EventSourceMappings: [{ EventSourceArn: ofAlias ? aliasQueue : queue }] };
  }
  return "<ListSubscriptionsResponse><ListSubscriptionsResult/></ListSubscriptionsResponse>";
}

describe("a deployed function's triggers", () => {
  let folder: string;
  let server: Server;
  /** The resource that the credentials have no permission to read. */
  let forbidden: "schedules" | "aliases" | undefined;
  let before: readonly (readonly [name: string, value: string | undefined])[];

  beforeEach(async () => {
    forbidden = undefined;
    folder = mkdtempSync(join(tmpdir(), "deployed-test-"));
    server = createServer((request, response) => {
      const url = new URL(request.url ?? "", `http://${request.headers.host}`);
      const [, name] = /^\/schedules(?:\/(.*))?$/.exec(url.pathname) ?? [];
      const reply = (given: Answer | Refusal) => {
        if (Array.isArray(given)) {
          const [type, message] = given;
          response.writeHead(type === "AccessDeniedException" ? 403 : 404, { "x-amzn-errortype": type });
          response.end(JSON.stringify({ message }));
        } else {
          response.end(typeof given === "object" && !Buffer.isBuffer(given) ? JSON.stringify(given) : given);
        }
      };
      const body: Buffer[] = [];
      request.on("data", (data) => body.push(data));
      request.on("end", () => {
        const [, operation] =
          /^AWSEvents\.(.*)$/.exec(request.headers["x-amz-target"]?.toString() ?? "") ?? [];
        if (forbidden !== undefined && url.pathname.includes(`/${forbidden}`))
          reply(["AccessDeniedException", `not authorized to read ${forbidden}`]);
        else if (operation !== undefined) reply(answerOfEvents(operation, Buffer.concat(body).toString()));
        else if (!url.pathname.startsWith("/schedules")) reply(answerOfFunction(url));
        else if (name === undefined) reply(listedSchedules(url.searchParams.get("NextToken")));
        else reply(storedSchedule(name, url.searchParams.get("groupName")));
      });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const variables = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...{ AWS_ACCESS_KEY_ID: "id", AWS_SECRET_ACCESS_KEY: "key", AWS_SESSION_TOKEN: "", AWS_PROFILE: "" },
      ...{ AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null" },
    };
    before = Object.keys(variables).map((name) => [name, process.env[name]]);
    Object.assign(process.env, variables);
  });
  afterEach(async () => {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
    rmSync(folder, { recursive: true, force: true });
  });

  const read = () => readDeployed("shop", { region: "eu-central-1", cacheDirectory: folder });

  it("include the schedules of all pages, groups and states that lead to it or to its queues", async () => {
    const { routes, notices } = await read();
    assert.deepEqual(notices, []);
    const to = { kind: "function", name: "shop" };
    assert.deepEqual(routes.schedules, [
      { name: "daily", group: "default", expression: "rate(1 day)", of: "scheduler", to, input: {} },
      {
        ...{ name: "daily", group: "night", expression: "cron(0 1 * * ? *)", of: "scheduler", to },
        input: { constant: '{"a":1}' },
      },
      {
        ...{ name: "launch", group: "default", expression: "at(2030-01-01T00:00:00)", of: "scheduler" },
        ...{ to: { kind: "queue", name: "audit" }, input: { constant: '{"b":2}' } },
      },
    ]);
  });

  it("include the rules and the queues of its aliases", async () => {
    const { functions, routes, notices } = await read();
    assert.deepEqual(notices, []);
    assert.deepEqual(functions[0]?.queues, ["audit", "payments"]);
    assert.deepEqual(
      routes.rules.map(({ pattern, to }) => ({ pattern, to })),
      [
        { pattern: { "detail-type": ["paid"] }, to: { kind: "function", name: "shop" } },
        { pattern: { "detail-type": ["stored"] }, to: { kind: "queue", name: "payments" } },
      ],
    );
  });

  for (const [denied, notice, queues] of [
    [
      "schedules",
      "its schedules of EventBridge Scheduler are unknown, since AWS does not return them",
      ["audit", "payments"],
    ],
    [
      "aliases",
      "queues and rules that invoke one of its aliases are unknown, since AWS does not return them",
      ["audit"],
    ],
  ] as const)
    it(`are reported once as unknown without the permission to read ${denied}, and the rest is read`, async () => {
      forbidden = denied;
      const { functions, routes, notices } = await read();
      assert.deepEqual(notices, [`shop: ${notice}: not authorized to read ${denied}`]);
      assert.equal(routes.schedules.length, denied === "schedules" ? 0 : 3);
      assert.deepEqual(
        functions.map((read) => [read.name, read.queues]),
        [["shop", queues]],
      );
    });
});
