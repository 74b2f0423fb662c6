"""What invokes functions, how its events are recognised, and what they say. Nothing here raises, whatever the event."""

from .carrier import carrier_of, first_of
from .http_triggers import http_triggers
from .jsons import at
from .message_triggers import message_triggers
from .other_triggers import other_triggers
from .trigger import Trigger, arn_account


def _direct_messages(event):
    if not isinstance(event, dict):
        return []
    return [(first_of(carrier_of(event), carrier_of(at(event, "headers"))), None, None)]


# Whatever nothing else is: an invocation by the API, by an SDK, or by a service that sends what it was told to send.
DIRECT = Trigger("direct", "other", lambda event: True, messages=_direct_messages)

# Every trigger that is told from others, in the order in which they are tried.
TRIGGERS = (*message_triggers, *http_triggers, *other_triggers, DIRECT)


def trigger_of(event):
    """What invoked a function with this event."""
    return next((trigger for trigger in TRIGGERS if trigger.matches(event)), DIRECT)


__all__ = ["DIRECT", "TRIGGERS", "arn_account", "trigger_of"]
