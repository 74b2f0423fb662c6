"""Spans as an OTLP export request in JSON, assembled from strings quoted by compiled code: the fastest way in Python."""

from json.encoder import encode_basestring_ascii as quoted

_INFINITY = float("inf")

# Attribute names recur; this many are cached in quoted form.
_MOST_NAMES = 512
_names = {}


def _name(key):
    text = _names.get(key)
    if text is None:
        text = f'{{"key":{quoted(key)},"value":'
        if len(_names) < _MOST_NAMES:
            _names[key] = text
    return text


def _value(value):
    kind = type(value)
    if kind is str:
        return f'{{"stringValue":{quoted(value)}}}'
    if kind is bool:
        return '{"boolValue":true}' if value else '{"boolValue":false}'
    if kind is int and -(1 << 63) <= value < 1 << 63:
        return f'{{"intValue":"{value}"}}'
    if kind is float:
        if -_INFINITY < value < _INFINITY:
            return f'{{"doubleValue":{value!r}}}'
        name = "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
        return f'{{"doubleValue":"{name}"}}'
    if kind is list:
        return f'{{"arrayValue":{{"values":[{",".join([_value(one) for one in value])}]}}}}'
    # OTLP has no integers with more than 64 bits.
    return "{}" if value is None else f'{{"stringValue":{quoted(str(value))}}}'


def _attributes(attributes):
    return ",".join([f"{_name(key)}{_value(value)}}}" for key, value in attributes.items() if value is not None])


def _event(event):
    name, timestamp, attributes = event
    return f'{{"name":{quoted(name)},"timeUnixNano":"{timestamp}","attributes":[{_attributes(attributes)}]}}'


def _link(link):
    ids, attributes = link
    state = f'"traceState":{quoted(ids.state)},' if ids.state else ""
    return (
        f'{{"traceId":"{ids.trace_id:032x}","spanId":"{ids.span_id:016x}",{state}'
        f'"attributes":[{_attributes(attributes)}]}}'
    )


def encode_span(span, end_time, extra=None, status=None):
    """A Span of ScopeSpans; `extra` attributes, and another status (code and message), for one that has not ended."""
    ids = span.ids
    # W3C's flags; bit 8 says that bit 9, "the parent is remote", is valid, and a span without a parent has none.
    flags = ids.flags & 0xFF if span.parent_id else ids.flags & 0xFF | 0x100
    parent = f'"parentSpanId":"{span.parent_id:016x}",' if span.parent_id else ""
    parts = [
        f'{{"traceId":"{ids.trace_id:032x}","spanId":"{ids.span_id:016x}",{parent}"flags":{flags},'
        f'"name":{quoted(span.name)},"kind":{span.kind + 1},"startTimeUnixNano":"{span.start_time}",'
        f'"endTimeUnixNano":"{end_time}","attributes":[{_attributes(span.attributes)}'
    ]
    if extra:
        parts.append(("," if span.attributes else "") + _attributes(extra))
    parts.append("]")
    if ids.state:
        parts.append(f',"traceState":{quoted(ids.state)}')
    if span.events:
        parts.append(f',"events":[{",".join([_event(event) for event in span.events])}]')
    if span.links:
        parts.append(f',"links":[{",".join([_link(link) for link in span.links])}]')
    if any(span.dropped):
        for name, count in zip(("Attributes", "Events", "Links"), span.dropped):
            parts.append(f',"dropped{name}Count":{count}')
    code, message = status or (span.status, span.message)
    if code:
        parts.append(f',"status":{{"code":{code},"message":{quoted(message or "")}}}')
    parts.append("}")
    return "".join(parts)


def encode_request(spans, resource):
    """An ExportTraceServiceRequest of `(scope, encoded span)` pairs; a scope is a name and a version or None."""
    scopes = {}
    for scope, encoded in spans:
        scopes.setdefault(scope, []).append(encoded)
    scope_spans = ",".join(
        [
            f'{{"scope":{{"name":{quoted(name)},"version":{quoted(version or "")}}},"spans":[{",".join(group)}]}}'
            for (name, version), group in scopes.items()
        ]
    )
    resource = f'{{"attributes":[{_attributes(resource)}]}}'
    text = f'{{"resourceSpans":[{{"resource":{resource},"scopeSpans":[{scope_spans}]}}]}}'
    return _without_halves(text) if "\\ud" in text else text.encode()


def _without_halves(text):
    """Lone surrogates, as created by os.fsdecode, are not JSON that others can parse."""
    import json

    return json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace")
