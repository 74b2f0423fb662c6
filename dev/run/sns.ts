import { randomUUID } from "node:crypto";
import type { AwsAnswer, AwsCall } from "../../sandbox/aws/proxy";
import { lastPart } from "../project/values";
import type { PublishedMessage } from "./router";

const VERSION = "2010-03-31";
const namespace = `xmlns="https://sns.amazonaws.com/doc/${VERSION}/"`;

/**
 * Answers SNS's Publish and PublishBatch, which are sent as forms and answered in XML: each message is delivered to the topic's
 * subscribers.
 * @param publish delivers a message to the subscribers of a topic.
 * @returns undefined for calls of other services.
 */
export function answerSns(
  call: AwsCall,
  publish: (topic: string, message: PublishedMessage) => void,
  now: () => number,
): AwsAnswer | undefined {
  if (!/x-www-form-urlencoded/.test(call.headers["content-type"] ?? "")) return undefined;
  const form = new URLSearchParams(call.body.toString());
  if (form.get("Version") !== VERSION) return undefined;
  const action = form.get("Action") ?? "";
  const topicArn = form.get("TopicArn") ?? form.get("TargetArn") ?? "";
  const send = (prefix: string): string => {
    const message = messageOf(form, prefix, topicArn, now());
    publish(lastPart(topicArn), message);
    return message.MessageId;
  };
  if (action !== "Publish" && action !== "PublishBatch")
    return failure("InvalidAction", `\`dev\` emulates only Publish and PublishBatch of SNS, not ${action}`);
  if (topicArn === "") return failure("InvalidParameter", "`dev` emulates only topics: TopicArn is missing");
  if (action === "Publish") return answer(action, `<MessageId>${send("")}</MessageId>`);
  const entries = indexed(form, "PublishBatchRequestEntries.member").map((prefix) => {
    const id = escaped(form.get(`${prefix}Id`) ?? "");
    return `<member><Id>${id}</Id><MessageId>${send(prefix)}</MessageId></member>`;
  });
  return answer(action, `<Successful>${entries.join("")}</Successful><Failed/>`);
}

function messageOf(form: URLSearchParams, prefix: string, TopicArn: string, now: number): PublishedMessage {
  const of = (name: string) => form.get(prefix + name) ?? undefined;
  const attributes = indexed(form, `${prefix}MessageAttributes.entry`).map((entry) => {
    const part = (name: string) => form.get(`${entry}${name}`) ?? undefined;
    const Value = part("Value.StringValue") ?? part("Value.BinaryValue") ?? "";
    return [part("Name") ?? "", { Type: part("Value.DataType") ?? "String", Value }] as const;
  });
  const Subject = of("Subject");
  const given = of("Message") ?? "";
  const texts = of("MessageStructure") === "json" ? (JSON.parse(given) as Record<string, string>) : undefined;
  return {
    MessageId: randomUUID(),
    TopicArn,
    ...(Subject !== undefined && { Subject }),
    Message: texts?.default ?? given,
    Timestamp: new Date(now).toISOString(),
    MessageAttributes: Object.fromEntries(attributes),
    ...(texts && { texts }),
  };
}

/** The prefixes of a list's entries in a form: `<name>.1.`, `<name>.2.`, … */
function indexed(form: URLSearchParams, name: string): string[] {
  const prefixes: string[] = [];
  for (let index = 1; ; index += 1) {
    const prefix = `${name}.${index}.`;
    if (![...form.keys()].some((key) => key.startsWith(prefix))) return prefixes;
    prefixes.push(prefix);
  }
}

function answer(action: string, result: string): AwsAnswer {
  const metadata = `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
  return xml(
    200,
    `<${action}Response ${namespace}><${action}Result>${result}</${action}Result>${metadata}</${action}Response>`,
  );
}

function failure(code: string, message: string): AwsAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return xml(
    400,
    `<ErrorResponse ${namespace}>${error}<RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function xml(status: number, body: string): AwsAnswer {
  return { status, headers: { "content-type": "text/xml" }, body: Buffer.from(body) };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
