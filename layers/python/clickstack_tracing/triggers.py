"""Triggers: how their events are recognised and interpreted. Nothing here raises, whatever the event."""

from importlib import import_module

from .carrier import carrier_of, first_of
from .jsons import at
from .trigger import Trigger


def _direct_messages(event):
    if not isinstance(event, dict):
        return []
    return [(first_of(carrier_of(event), carrier_of(at(event, "headers"))), None, None)]


# Any other event: an invocation through the API, an SDK, or a service with a user-defined payload.
DIRECT = Trigger("direct", "other", (), lambda event: True, messages=_direct_messages)

# Modules of triggers in the order in which they are tried, with keys of which an event has at least one. A module that
# cannot match is not loaded: it would be compiled in the first invocation.
MODULES = (
    ("message_triggers", frozenset(("Records", "eventSource", "detail-type"))),
    ("http_triggers", frozenset(("type", "requestContext", "raw_path"))),
    (
        "other_triggers",
        frozenset(
            ("Records", "Execution", "Context", "context", "StepFunctions", "triggerSource", "info", "awslogs")
            + ("authorizationToken", "alarmArn", "deliveryStreamArn", "eventSource", "CodePipeline.job")
            + ("invokingEvent", "RequestType", "invocationSchemaVersion", "bot", "Name", "requestPayload")
            + ("clientId", "clientid", "client_id", "mqttTopic", "protocolData", "deviceEvent")
        ),
    ),
)


def triggers_in(module):
    return import_module(f".{module}", __package__).TRIGGERS


def trigger_of(event):
    """The trigger of this event."""
    # A list is a batch of AppSync's.
    keys = event[0] if isinstance(event, list) and event else event
    if not isinstance(keys, dict):
        return DIRECT
    for module, known in MODULES:
        if known.isdisjoint(keys):
            continue
        for trigger in triggers_in(module):
            if not trigger.keys.isdisjoint(keys) and trigger.matches(event):
                return trigger
    return DIRECT
