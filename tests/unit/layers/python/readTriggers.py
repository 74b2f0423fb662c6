"""Reads events from standard input as the layer does, and prints what it makes of each."""

import json
import random
import sys

sys.path.insert(0, sys.argv[1])
from clickstack_tracing.origin import origin_of
from clickstack_tracing.triggers import DIRECT, MODULES, trigger_of, triggers_in

NOW = 1_795_953_600
TRIGGERS = [*(trigger for module, _ in MODULES for trigger in triggers_in(module)), DIRECT]
for module, keys in MODULES:
    # The keys of a trigger's module must match every event of the trigger.
    assert keys == {key for trigger in triggers_in(module) for key in trigger.keys}, module


def ids_of(ids):
    if ids is None:
        return None
    return {"traceId": f"{ids.trace_id:032x}", "spanId": f"{ids.span_id:016x}", "flags": ids.flags, "state": ids.state}


def read(case):
    event = case.get("event")
    trigger = trigger_of(event)
    origin = origin_of(trigger, event, case.get("client", []), case.get("xray"), NOW, 128)
    attributes = trigger.attributes(event) if trigger.attributes else {}
    return {
        "trigger": trigger.name,
        "kind": trigger.kind,
        "faas": trigger.faas,
        "name": trigger.span_name(event) if trigger.span_name else None,
        "attributes": {key: value for key, value in attributes.items() if value is not None},
        "parent": ids_of(origin.parent),
        "traceId": origin.trace_id and f"{origin.trace_id:032x}",
        "xrayParentId": origin.xray_parent_id,
        "baggage": origin.baggage,
        "links": [[ids_of(ids), attributes] for ids, attributes in origin.links],
        "statuses": [trigger.status(one) if trigger.status else None for one in case.get("responses", [])],
    }


def survives(event):
    for trigger in TRIGGERS:
        trigger.matches(event)
        for read_event in (trigger.span_name, trigger.attributes, trigger.status):
            if read_event:
                read_event(event)
        for carrier, _, _ in trigger.messages(event) if trigger.messages else []:
            carrier("traceparent")
    origin_of(trigger_of(event), event, [event], None, NOW, 128)


def broken(value, generator, depth):
    """The event with one of its values replaced by anything."""
    if depth == 0 or not isinstance(value, (dict, list)) or not value:
        return generator.choice([None, 0, -1, True, 1.5, "", "x", [], [None], {}, {"a": 1}, "arn:aws:a:b:c:d/"])
    if isinstance(value, dict):
        key = generator.choice(list(value))
        return {**value, key: broken(value[key], generator, depth - 1)}
    place = generator.randrange(len(value))
    return [broken(one, generator, depth - 1) if n == place else one for n, one in enumerate(value)]


cases = json.load(sys.stdin)
generator = random.Random(7)
for number in range(3000):
    changed = broken(generator.choice(cases).get("event"), generator, generator.randint(0, 6))
    try:
        survives(changed)
    except Exception as error:
        raise AssertionError(f"{json.dumps(changed)}: {error!r}") from error
print(json.dumps([read(case) for case in cases]))
