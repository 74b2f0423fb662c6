"""Spans, with the OpenTelemetry API's names for their operations."""

import os
import time

INTERNAL, SERVER, CLIENT, PRODUCER, CONSUMER = range(5)
UNSET, OK, ERROR = range(3)

_PRIMITIVES = (str, bool, int, float)


class SpanIds:
    """The position of a span in a trace. `flags` is 1 for a recorded trace, `state` a `tracestate` header or None."""

    __slots__ = ("flags", "span_id", "state", "trace_id")

    def __init__(self, trace_id, span_id, flags, state=None):
        self.trace_id = trace_id
        self.span_id = span_id
        self.flags = flags
        self.state = state


def new_trace_id():
    return int.from_bytes(os.urandom(16), "big") or new_trace_id()


def new_span_id():
    return int.from_bytes(os.urandom(8), "big") or new_span_id()


def attribute_value(value, length):
    """A value that OpenTelemetry allows, within its limit, or None: a primitive, or a list of one kind of primitives."""
    kind = type(value)
    if kind is str:
        return value if len(value) <= length else value[:length]
    if kind in (bool, int, float):
        return value
    if kind in (list, tuple):
        return _list_value(value, length)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")[:length]
    # Enumerations are often subclasses of their values' type.
    for primitive in _PRIMITIVES:
        if isinstance(value, primitive):
            return attribute_value(primitive(value), length)
    return None


def _list_value(values, length):
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) > 1 or not kinds <= set(_PRIMITIVES):
        return None
    return [value[:length] if isinstance(value, str) else value for value in values]


def valid_attributes(given, limits):
    """The valid ones of arbitrary attributes, and how many were dropped because of the limit."""
    attributes, dropped = {}, 0
    for key, value in given.items() if given else ():
        value = attribute_value(value, limits.value_length)
        if value is None or not key:
            continue
        if len(attributes) >= limits.attributes and key not in attributes:
            dropped += 1
        else:
            attributes[str(key)] = value
    return attributes, dropped


def exception_attributes(error, traceback=None):
    """Attributes of OpenTelemetry's "Semantic conventions for exceptions on spans"."""
    import traceback as formatting

    kind = type(error)
    lines = formatting.format_exception(kind, error, traceback or error.__traceback__)
    return {
        "exception.type": type_name(kind),
        "exception.message": str(error),
        "exception.stacktrace": "".join(lines),
    }


def type_name(kind):
    module = kind.__module__
    return kind.__qualname__ if module in ("builtins", None) else f"{module}.{kind.__qualname__}"


class RecordedSpan:
    """A span that is sent when it has ended. Later calls on it have no effect. Times are in nanoseconds."""

    __slots__ = (
        "__weakref__",
        "attributes",
        "dropped",
        "end_time",
        "events",
        "ids",
        "invocation",
        "kind",
        "links",
        "message",
        "name",
        "parent_id",
        "scope",
        "start_time",
        "status",
        "tracing",
    )

    def __init__(self, tracing, ids, parent_id, name, kind, scope, start_time=None):
        self.tracing = tracing
        self.ids = ids
        self.parent_id = parent_id
        self.name = name
        self.kind = kind
        self.scope = scope
        self.start_time = start_time or time.time_ns()
        self.end_time = None
        self.attributes = {}
        self.events = []
        self.links = []
        self.dropped = [0, 0, 0]
        self.status = UNSET
        self.message = None
        self.invocation = None

    def get_span_context(self):
        return self.tracing.api_context(self.ids)

    def is_recording(self):
        return self.end_time is None

    def set_attribute(self, key, value):
        limits = self.tracing.limits
        value = attribute_value(value, limits.value_length)
        if self.end_time is not None or value is None or not key:
            return
        if len(self.attributes) >= limits.attributes and key not in self.attributes:
            self.dropped[0] += 1
        else:
            self.attributes[str(key)] = value

    def set_attributes(self, attributes):
        for key, value in attributes.items():
            self.set_attribute(key, value)

    def add_event(self, name, attributes=None, timestamp=None):
        if self.end_time is not None:
            return
        if len(self.events) >= self.tracing.limits.events:
            self.dropped[1] += 1
            return
        valid, _ = valid_attributes(attributes, self.tracing.limits)
        self.events.append((str(name), timestamp or time.time_ns(), valid))

    def add_link(self, context, attributes=None):
        """`context` is a SpanContext of the API."""
        self.link(SpanIds(context.trace_id, context.span_id, context.trace_flags), attributes)

    def link(self, ids, attributes=None):
        if self.end_time is not None or not ids.trace_id or not ids.span_id:
            return
        if len(self.links) >= self.tracing.limits.links:
            self.dropped[2] += 1
            return
        valid, _ = valid_attributes(attributes, self.tracing.limits)
        self.links.append((ids, valid))

    def update_name(self, name):
        if self.end_time is None:
            self.name = name

    def set_status(self, status, description=None):
        """Accepts a Status or StatusCode of the API. A status of OK is final, as OpenTelemetry specifies."""
        code = getattr(status, "status_code", status)
        message = description or getattr(status, "description", None)
        self.put_status(getattr(code, "value", code), message)

    def put_status(self, code, message=None):
        if self.end_time is not None or self.status == OK or code == UNSET:
            return
        self.status = code
        self.message = str(message) if code == ERROR and message else None

    def record_exception(self, exception, attributes=None, timestamp=None, escaped=False):
        report = exception_attributes(exception)
        if escaped:
            report["exception.escaped"] = "True"
        report.update(attributes or {})
        self.add_event("exception", report, timestamp)

    def failed(self, error, traceback=None):
        """An uncaught exception within the span."""
        report = exception_attributes(error, traceback)
        report["exception.escaped"] = True
        self.add_event("exception", report)
        self.put_status(ERROR, report["exception.message"])
        self.set_attribute("error.type", report["exception.type"])

    def end(self, end_time=None):
        if self.end_time is not None:
            return
        self.end_time = max(end_time or time.time_ns(), self.start_time)
        self.tracing.ended(self)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if error is not None and self.end_time is None:
            self.record_exception(error)
            self.put_status(ERROR, f"{kind.__name__}: {error}")
        self.end()


class PassiveSpan:
    """A span that is not recorded and only has ids."""

    __slots__ = ("ids", "tracing")

    def __init__(self, tracing, ids):
        self.tracing = tracing
        self.ids = ids

    def get_span_context(self):
        return self.tracing.api_context(self.ids)

    def is_recording(self):
        return False

    def _nothing(self, *args, **named):
        pass

    set_attribute = set_attributes = add_event = add_link = link = update_name = _nothing
    set_status = put_status = record_exception = failed = end = __exit__ = _nothing

    def __enter__(self):
        return self
