"""Queues, topics, streams and buses."""

from .carrier import carrier_of, data_carrier, envelope_carrier, event_bridge_carrier, first_of
from .jsons import at, list_at, string_at, values_at
from .trigger import Trigger, arn_name, arn_resource, process


def source(event):
    return string_at(event, "Records", 0, "eventSource") or string_at(event, "Records", 0, "EventSource")


def _records(event):
    return list_at(event, "Records")


def _source_arn(event):
    return string_at(event, "Records", 0, "eventSourceARN")


def _messaging(system, destination, messages):
    """Attributes of OpenTelemetry's "Semantic conventions for messaging spans"; batches have a message count."""
    return {
        "messaging.system": system,
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "messaging.destination.name": destination,
        "messaging.batch.message_count": len(messages) if len(messages) > 1 else None,
    }


def _pubsub(name, system, keys, matches, destination, messages, message, attributes=None):
    """`message` returns the carrier, X-Ray header and attributes of one of `messages`."""

    def all_attributes(event):
        more = attributes(event) if attributes else {}
        return {**_messaging(system, destination(event), messages(event)), **more}

    return Trigger(
        name,
        "pubsub",
        keys,
        matches,
        lambda event: process(destination(event)),
        all_attributes,
        lambda event: [message(one) for one in messages(event)],
    )


def _id(value, *path):
    return {"messaging.message.id": string_at(value, *path)}


def _sqs_message(record):
    carrier = first_of(carrier_of(at(record, "messageAttributes")), envelope_carrier(at(record, "body")))
    return carrier, string_at(record, "attributes", "AWSTraceHeader"), _id(record, "messageId")


def _sns_message(record):
    sns = at(record, "Sns")
    carrier = first_of(carrier_of(at(sns, "MessageAttributes")), envelope_carrier(at(sns, "Message")))
    return carrier, None, _id(sns, "MessageId")


def _kinesis_message(record):
    return data_carrier(at(record, "kinesis", "data")), None, _id(record, "kinesis", "sequenceNumber")


def _kafka_records(event):
    return [record for partition in values_at(event, "records") if isinstance(partition, list) for record in partition]


def _kafka_message(record):
    offset = at(record, "offset")
    attributes = {"messaging.kafka.offset": offset if isinstance(offset, int) else None}
    return first_of(*map(carrier_of, list_at(record, "headers"))), None, attributes


def _rabbit_messages(event):
    queues = values_at(event, "rmqMessagesByQueue")
    return [message for queue in queues if isinstance(queue, list) for message in queue]


def _rabbit_queue(event):
    """Keys are `queue::virtual host`."""
    queues = at(event, "rmqMessagesByQueue")
    return next(iter(queues), "").split("::")[0] or None if isinstance(queues, dict) else None


def _rabbit_message(message):
    properties = at(message, "basicProperties")
    return carrier_of(at(properties, "headers")), None, _id(properties, "messageId")


def _detail_type(event):
    return string_at(event, "detail-type")


def _is_event_bridge(event):
    return _detail_type(event) is not None and string_at(event, "source") is not None


def _event_bridge_attributes(event):
    return {
        "messaging.system": "aws.eventbridge",
        "messaging.operation.name": "process",
        "messaging.operation.type": "process",
        "aws.event_bridge.source": string_at(event, "source"),
        "aws.event_bridge.detail_type": _detail_type(event),
        **_id(event, "id"),
    }


def _schedule_attributes(event):
    rule = arn_resource(string_at(event, "resources", 0))
    return {"aws.event_bridge.rule": rule, "faas.time": string_at(event, "time")}


def _active_mq(event):
    return list_at(event, "messages")


# The first match is used.
TRIGGERS = (
    _pubsub(
        "sqs",
        "aws_sqs",
        ("Records",),
        lambda event: source(event) == "aws:sqs",
        lambda event: arn_name(_source_arn(event)),
        _records,
        _sqs_message,
        lambda event: _id(event, "Records", 0, "messageId") if len(_records(event)) == 1 else {},
    ),
    _pubsub(
        "sns",
        "aws.sns",
        ("Records",),
        lambda event: source(event) == "aws:sns",
        lambda event: arn_name(string_at(event, "Records", 0, "Sns", "TopicArn")),
        _records,
        _sns_message,
        lambda event: _id(event, "Records", 0, "Sns", "MessageId"),
    ),
    _pubsub(
        "kinesis",
        "aws.kinesis",
        ("Records",),
        lambda event: source(event) == "aws:kinesis",
        lambda event: arn_resource(_source_arn(event)),
        _records,
        _kinesis_message,
    ),
    _pubsub(
        "kafka",
        "kafka",
        ("eventSource",),
        lambda event: string_at(event, "eventSource") in ("aws:kafka", "SelfManagedKafka"),
        lambda event: string_at(_kafka_records(event), 0, "topic"),
        _kafka_records,
        _kafka_message,
    ),
    _pubsub(
        "activemq",
        "activemq",
        ("eventSource",),
        lambda event: string_at(event, "eventSource") == "aws:mq",
        lambda event: string_at(_active_mq(event), 0, "destination", "physicalName"),
        _active_mq,
        lambda message: (carrier_of(at(message, "properties")), None, _id(message, "messageID")),
    ),
    _pubsub(
        "rabbitmq",
        "rabbitmq",
        ("eventSource",),
        lambda event: string_at(event, "eventSource") == "aws:rmq",
        _rabbit_queue,
        _rabbit_messages,
        _rabbit_message,
    ),
    Trigger(
        "schedule",
        "timer",
        ("detail-type",),
        lambda event: _is_event_bridge(event) and _detail_type(event) == "Scheduled Event",
        attributes=_schedule_attributes,
    ),
    Trigger(
        "eventbridge",
        "pubsub",
        ("detail-type",),
        _is_event_bridge,
        lambda event: process(_detail_type(event)),
        _event_bridge_attributes,
        lambda event: [(event_bridge_carrier(event), None, None)],
    ),
)
