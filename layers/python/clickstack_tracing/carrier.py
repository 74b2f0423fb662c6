"""Carriers of the sender's context in events: functions that return a header's value by its lower-case name."""

import re

from .jsons import at, parsed, string_at

# The longest header that is read: the maximum of W3C Baggage.
LONGEST = 8192

# Maximum depth of messages within messages: EventBridge within SNS within SQS.
DEEPEST = 3

_HAS_CONTEXT = re.compile(r'"traceparent\\*"', re.IGNORECASE)


def nothing(_name):
    return None


def carrier_of(fields):
    """The value in an object for a case-insensitive name.

    A string, the first of several (multi-value headers), the value of a message attribute of SQS (`stringValue`,
    `binaryValue`) or SNS (`Value`), or a list of bytes (Kafka, RabbitMQ).
    """
    if not isinstance(fields, dict):
        return nothing

    def get(name):
        if name in fields:
            return _text_of(fields[name])
        for key in fields:
            if isinstance(key, str) and len(key) == len(name) and key.lower() == name:
                return _text_of(fields[key])
        return None

    return get


def first_of(*carriers):
    """The first of several carriers that has a value."""

    def get(name):
        for carrier in carriers:
            found = carrier(name)
            if found is not None:
                return found
        return None

    return get


def _text_of(value):
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        if value and isinstance(value[0], int):
            return _bytes_of(value)
        return _text_of(value[0]) if value else None
    if not isinstance(value, dict):
        return None
    for key in ("stringValue", "Value", "value", "S", "bytes"):
        if key in value:
            text = _text_of(value[key])
            # SNS writes attributes of type Binary in Base64.
            return _decoded(text) if at(value, "Type") == "Binary" and text else text
    return _decoded(string_at(value, "binaryValue"))


def _decoded(base64):
    import binascii

    try:
        return binascii.a2b_base64(base64).decode("utf-8", "replace") if base64 else None
    except ValueError:
        return None


def _bytes_of(values):
    if len(values) > LONGEST or not all(isinstance(value, int) for value in values):
        return None
    # Java writes bytes as -128 to 127.
    return bytes(value & 0xFF for value in values).decode("utf-8", "replace")


def event_bridge_carrier(event):
    """The locations where producers of events put a context in `detail`: by this layer, by Datadog, and by hand."""
    detail = at(event, "detail")
    return first_of(carrier_of(detail), *(carrier_of(at(detail, key)) for key in ("_datadog", "metadata", "headers")))


def envelope_carrier(body, depth=0):
    """The context within a message's text: SNS's notification in a message of SQS, an event of EventBridge in either.

    It is only parsed when it is accessed, and if it can contain a context at all.
    """
    if not isinstance(body, str) or depth >= DEEPEST or not _HAS_CONTEXT.search(body):
        return nothing
    found = []

    def get(name):
        if not found:
            found.append(_unwrapped(parsed(body), depth))
        return found[0](name)

    return get


def _unwrapped(message, depth):
    if not isinstance(message, dict):
        return nothing
    if isinstance(message.get("detail"), dict):
        return event_bridge_carrier(message)
    if string_at(message, "TopicArn"):
        attributes = carrier_of(message.get("MessageAttributes"))
        return first_of(attributes, envelope_carrier(message.get("Message"), depth + 1))
    return first_of(*(carrier_of(part) for part in (message, message.get("_datadog"), message.get("headers"))))


def data_carrier(base64):
    """The context in the JSON of a record of Kinesis, which has no headers."""
    if not isinstance(base64, str):
        return nothing
    return lambda name: envelope_carrier(_decoded(base64))(name)
