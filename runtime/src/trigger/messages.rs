//! Messages. Attributes of OpenTelemetry's "Semantic conventions for messaging spans".

use super::arn::{arn_name, arn_resource};
use super::carrier::Carrier;
use super::found::Found;
use super::json::{at, fields, has, list, text};
use super::origin::Message;
use crate::record::{Attributes, SpanKind, Value};

/// The trigger, if it is a messaging trigger. The first match is used.
pub fn find(event: &Value) -> Option<Found<'_>> {
    let source =
        text(event, &["Records", "0", "eventSource"]).or_else(|| text(event, &["Records", "0", "EventSource"]));
    let found = match source.or_else(|| text(event, &["eventSource"])) {
        Some("aws:sqs") => sqs(event),
        Some("aws:sns") => sns(event),
        Some("aws:kinesis") => kinesis(event),
        Some("aws:kafka" | "SelfManagedKafka") => kafka(event),
        Some("aws:mq") => active_mq(event),
        Some("aws:rmq") => rabbit_mq(event),
        _ if text(event, &["detail-type"]).is_some() && text(event, &["source"]).is_some() => event_bridge(event),
        _ => return None,
    };
    Some(found)
}

/// A batch also has the number of its messages.
fn messaging<'v>(
    name: &'static str,
    system: &'static str,
    destination: Option<&str>,
    messages: Vec<Message<'v>>,
) -> Found<'v> {
    let several = i64::try_from(messages.len()).ok().filter(|count| *count > 1);
    let found = Found::new(name, "pubsub", SpanKind::Consumer)
        .named(destination.map(|destination| format!("process {destination}")))
        .with("messaging.system", Some(system))
        .with("messaging.operation.name", Some("process"))
        .with("messaging.operation.type", Some("process"))
        .with("messaging.destination.name", destination)
        .with("messaging.batch.message_count", several);
    Found { messages, ..found }
}

fn message<'v>(carriers: Vec<Carrier<'v>>, id: Option<&str>) -> Message<'v> {
    let id = id.map(|id| ("messaging.message.id".into(), Value::from(id)));
    Message {
        carriers,
        attributes: id.into_iter().collect(),
        ..Message::default()
    }
}

fn source_arn(event: &Value) -> Option<&str> {
    text(event, &["Records", "0", "eventSourceARN"])
}

fn sqs(event: &Value) -> Found<'_> {
    let records = list(event, &["Records"]);
    let messages = records.iter().map(|record| Message {
        xray: text(record, &["attributes", "AWSTraceHeader"]).map(str::to_owned),
        ..message(
            vec![
                Carrier::Fields(at(record, &["messageAttributes"])),
                Carrier::Envelope(at(record, &["body"])),
            ],
            text(record, &["messageId"]),
        )
    });
    let id = text(event, &["Records", "0", "messageId"]).filter(|_| records.len() == 1);
    messaging("sqs", "aws_sqs", arn_name(source_arn(event)), messages.collect()).with("messaging.message.id", id)
}

fn sns(event: &Value) -> Found<'_> {
    let messages = list(event, &["Records"]).iter().map(|record| {
        message(
            vec![
                Carrier::Fields(at(record, &["Sns", "MessageAttributes"])),
                Carrier::Envelope(at(record, &["Sns", "Message"])),
            ],
            text(record, &["Sns", "MessageId"]),
        )
    });
    let topic = arn_name(text(event, &["Records", "0", "Sns", "TopicArn"]));
    let id = text(event, &["Records", "0", "Sns", "MessageId"]);
    messaging("sns", "aws.sns", topic, messages.collect()).with("messaging.message.id", id)
}

fn kinesis(event: &Value) -> Found<'_> {
    let messages = list(event, &["Records"]).iter().map(|record| {
        message(
            vec![Carrier::Data(at(record, &["kinesis", "data"]))],
            text(record, &["kinesis", "sequenceNumber"]),
        )
    });
    messaging(
        "kinesis",
        "aws.kinesis",
        arn_resource(source_arn(event)),
        messages.collect(),
    )
}

/// The items of lists by partition or queue.
fn items<'v>(event: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    let lists = fields(event, &[name]).iter();
    lists.flat_map(|(_, value)| list(value, &[]))
}

fn kafka(event: &Value) -> Found<'_> {
    let messages = items(event, "records").map(|record| {
        let headers = list(record, &["headers"]).iter();
        let offset = match at(record, &["offset"]) {
            Some(Value::Int(offset)) => Some(("messaging.kafka.offset".into(), Value::Int(*offset))),
            _ => None,
        };
        Message {
            carriers: headers.map(|header| Carrier::Fields(Some(header))).collect(),
            attributes: offset.into_iter().collect(),
            ..Message::default()
        }
    });
    let messages = messages.collect();
    let topic = items(event, "records")
        .next()
        .and_then(|record| text(record, &["topic"]));
    messaging("kafka", "kafka", topic, messages)
}

fn active_mq(event: &Value) -> Found<'_> {
    let messages = list(event, &["messages"]).iter().map(|one| {
        message(
            vec![Carrier::Fields(at(one, &["properties"]))],
            text(one, &["messageID"]),
        )
    });
    let queue = text(event, &["messages", "0", "destination", "physicalName"]);
    messaging("activemq", "activemq", queue, messages.collect())
}

fn rabbit_mq(event: &Value) -> Found<'_> {
    let messages = items(event, "rmqMessagesByQueue").map(|one| {
        message(
            vec![Carrier::Fields(at(one, &["basicProperties", "headers"]))],
            text(one, &["basicProperties", "messageId"]),
        )
    });
    // Keys are `queue::virtual host`.
    let queue = fields(event, &["rmqMessagesByQueue"]).first();
    let queue = queue
        .and_then(|(name, _)| name.split("::").next())
        .filter(|name| !name.is_empty());
    messaging("rabbitmq", "rabbitmq", queue, messages.collect())
}

fn event_bridge(event: &Value) -> Found<'_> {
    let kind = text(event, &["detail-type"]);
    if kind == Some("Scheduled Event") {
        return Found::new("schedule", "timer", SpanKind::Consumer)
            .with("aws.event_bridge.rule", arn_resource(text(event, &["resources", "0"])))
            .with("faas.time", text(event, &["time"]));
    }
    let attributes: Attributes = vec![
        ("messaging.system".into(), Value::from("aws.eventbridge")),
        ("messaging.operation.name".into(), Value::from("process")),
        ("messaging.operation.type".into(), Value::from("process")),
    ];
    let found = Found {
        attributes,
        ..Found::new("eventbridge", "pubsub", SpanKind::Consumer)
    };
    let detail = has(event, &["detail"]).then(|| Carrier::Detail(at(event, &["detail"])));
    found
        .named(kind.map(|kind| format!("process {kind}")))
        .with("aws.event_bridge.source", text(event, &["source"]))
        .with("aws.event_bridge.detail_type", kind)
        .with("messaging.message.id", text(event, &["id"]))
        .carried(detail.into_iter().collect())
}
