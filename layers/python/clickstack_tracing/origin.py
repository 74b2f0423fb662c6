"""The origin of an invocation, for its span."""

import re

from .carrier import LONGEST, carrier_of, first_of
from .span import SpanIds

# W3C Trace Context, level 2: https://www.w3.org/TR/trace-context-2/
_TRACEPARENT = re.compile(r"([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?", re.ASCII)
# Maximum number of entries of a `tracestate`.
_MOST_STATES = 32

_TRACE = re.compile(r"1-([\da-f]{8})-([\da-f]{24})", re.ASCII)
_PARENT = re.compile(r"[\da-f]{16}", re.ASCII)

# X-Ray rejects traces older than this, in seconds.
_XRAY_KEEPS = 30 * 24 * 60 * 60
# Maximum clock difference of the services that create ids, in seconds.
_CLOCK_SKEW = 300


class Origin:
    """`parent` is the ids of the parent span, `trace_id` X-Ray's trace for this invocation if there is none,
    `xray_parent_id` X-Ray's parent span, which is not in this function's backend, `links` pairs of ids and attributes,
    `baggage` a header."""

    __slots__ = ("baggage", "links", "parent", "trace_id", "xray_parent_id")

    def __init__(self, parent=None, trace_id=None, xray_parent_id=None):
        self.parent = parent
        self.trace_id = trace_id
        self.xray_parent_id = xray_parent_id
        self.links = []
        self.baggage = None


def parse_traceparent(header):
    """None for an invalid header."""
    match = _TRACEPARENT.fullmatch(header.strip())
    if match is None:
        return None
    version, trace, span, flags, rest = match.groups()
    trace_id, span_id = int(trace, 16), int(span, 16)
    if version == "ff" or (version == "00" and rest) or not trace_id or not span_id:
        return None
    return SpanIds(trace_id, span_id, int(flags, 16) & 1)


def context_from(carrier):
    """The W3C context in a carrier."""
    header = carrier("traceparent")
    ids = None if header is None else parse_traceparent(header)
    state = carrier("tracestate") if ids else None
    if state:
        members = [member.strip() for member in state.split(",")]
        ids.state = ",".join([member for member in members if member.find("=") > 0][:_MOST_STATES]) or None
    return ids


def parse_xray(header):
    """Trace, parent or None, and whether it is sampled, of `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=…;Sampled=1`.

    If a field occurs twice, the first is used.
    """
    trace = parent = None
    is_sampled = False
    for part in header.split(";"):
        field = part.strip()
        if field == "Sampled=1":
            is_sampled = True
        elif field.startswith("Root="):
            trace = trace or _TRACE.fullmatch(field, 5)
        elif field.startswith("Parent="):
            parent = parent or _PARENT.fullmatch(field, 7)
    trace_id = int(trace[1] + trace[2], 16) if trace else 0
    return (trace_id, (int(parent[0], 16) if parent else 0) or None, is_sampled) if trace_id else None


def stored_parent(xray, now):
    """The caller's span, if it can be in the same backend as this function's spans: it was recorded, and its trace id was not
    created by X-Ray, which begins ids with the time. The extension has the same rule and explains it
    (runtime/src/invocation/trace.rs).
    """
    trace_id, parent_id, is_sampled = xray
    made = trace_id >> 96
    is_xrays = made <= now + _CLOCK_SKEW and made + _XRAY_KEEPS >= now
    return parent_id if is_sampled and not is_xrays else None


def origin_of(trigger, event, client_contexts, xray, now, most_links):
    """With one message, its sender's span is the parent. With several, each sender's span is a link, and none is the parent, as
    OpenTelemetry specifies for batches. W3C takes precedence over X-Ray, and the event over Lambda's own data.
    """
    messages = trigger.messages(event) if trigger.messages else []
    if len(messages) > 1:
        origin = _xray_origin([xray], now)
        origin.links = _links_of(messages, now, most_links)
        return origin
    sender, sender_xray, _ = messages[0] if messages else (None, None, None)
    carrier = first_of(*([sender] if sender else []), *map(carrier_of, client_contexts))
    parent = context_from(carrier)
    origin = Origin(parent) if parent else _xray_origin([sender_xray, xray], now)
    baggage = carrier("baggage")
    origin.baggage = baggage if baggage and len(baggage) <= LONGEST and "\n" not in baggage else None
    return origin


def _links_of(messages, now, most_links):
    links = []
    for carrier, xray, attributes in messages:
        if len(links) >= most_links:
            break
        ids = context_from(carrier) or _xray_ids(xray, now)
        if ids:
            links.append((ids, attributes))
    return links


def _xray_ids(header, now):
    """The sender's span, if X-Ray's header names one: a link is harmless if that span is not stored."""
    xray = parse_xray(header) if header else None
    if xray is None or xray[1] is None:
        return None
    return SpanIds(xray[0], xray[1], 0 if stored_parent(xray, now) is None else 1)


def _xray_origin(headers, now):
    for header in headers:
        xray = parse_xray(header) if header else None
        if xray is None:
            continue
        stored = stored_parent(xray, now)
        if stored is not None:
            return Origin(SpanIds(xray[0], stored, 1))
        return Origin(None, xray[0], f"{xray[1]:016x}" if xray[1] else None)
    return Origin()
