"""Spans as an OTLP export request (opentelemetry-proto, collector/trace/v1/trace_service.proto)."""

_ONE_BYTE = [bytes((value,)) for value in range(128)]


def _varint(value):
    if value < 128:
        return _ONE_BYTE[value]
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _message(tag, content):
    """A field of wire type 2; `tag` is its number and that type, as bytes."""
    return tag + _varint(len(content)) + content


def _string(tag, text):
    return _message(tag, text.encode("utf-8", "replace"))


def _fixed64(tag, value):
    return tag + (value & 0xFFFFFFFFFFFFFFFF).to_bytes(8, "little")


def _value(value):
    """The content of an AnyValue; without content it is OTLP's null."""
    if isinstance(value, str):
        return _string(b"\x0a", value)
    if isinstance(value, bool):
        return b"\x10\x01" if value else b"\x10\x00"
    if isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 63:
            return _string(b"\x0a", str(value))
        return b"\x18" + _varint(value & 0xFFFFFFFFFFFFFFFF)
    if isinstance(value, float):
        import struct

        return b"\x21" + struct.pack("<d", value)
    if isinstance(value, list):
        return _message(b"\x2a", b"".join([_message(b"\x0a", _value(one)) for one in value]))
    return b""


def _attributes(tag, attributes):
    return [
        _message(tag, _string(b"\x0a", key) + _message(b"\x12", _value(value)))
        for key, value in attributes.items()
        if value is not None
    ]


def _event(event):
    name, timestamp, attributes = event
    parts = [_fixed64(b"\x09", timestamp), _string(b"\x12", name), *_attributes(b"\x1a", attributes)]
    return _message(b"\x5a", b"".join(parts))


def _link(link):
    ids, attributes = link
    parts = [
        b"\x0a\x10" + ids.trace_id.to_bytes(16, "big"),
        b"\x12\x08" + ids.span_id.to_bytes(8, "big"),
        *_attributes(b"\x22", attributes),
    ]
    if ids.state:
        parts.append(_string(b"\x1a", ids.state))
    return _message(b"\x6a", b"".join(parts))


def _status(status, message):
    content = _string(b"\x12", message) if message else b""
    return _message(b"\x7a", content + b"\x18" + _varint(status))


def encode_span(span, end_time, extra=None, status=None):
    """A Span of ScopeSpans; `extra` attributes, and another status (code and message), for one that has not ended."""
    ids = span.ids
    parts = [
        b"\x0a\x10" + ids.trace_id.to_bytes(16, "big"),
        b"\x12\x08" + ids.span_id.to_bytes(8, "big"),
        _string(b"\x2a", span.name),
        b"\x30" + _varint(span.kind + 1),
        _fixed64(b"\x39", span.start_time),
        _fixed64(b"\x41", end_time),
        *_attributes(b"\x4a", span.attributes),
        # W3C's flags; bit 8 says that bit 9, "the parent is remote", is meant, and a span without a parent has none.
        b"\x85\x01" + (ids.flags & 0xFF | (0 if span.parent_id else 0x100)).to_bytes(4, "little"),
    ]
    if ids.state:
        parts.append(_string(b"\x1a", ids.state))
    if span.parent_id:
        parts.append(b"\x22\x08" + span.parent_id.to_bytes(8, "big"))
    if extra:
        parts.extend(_attributes(b"\x4a", extra))
    parts.extend([_event(event) for event in span.events])
    parts.extend([_link(link) for link in span.links])
    for tag, count in zip((b"\x50", b"\x60", b"\x70"), span.dropped):
        if count:
            parts.append(tag + _varint(count))
    code, message = status or (span.status, span.message)
    if code:
        parts.append(_status(code, message))
    return _message(b"\x12", b"".join(parts))


def encode_request(encoded, resource):
    """An ExportTraceServiceRequest of `(scope, encoded span)` pairs; a scope is a name and a version or None."""
    scopes = {}
    for scope, span in encoded:
        scopes.setdefault(scope, []).append(span)
    parts = [_message(b"\x0a", b"".join(_attributes(b"\x0a", resource)))]
    for (name, version), spans in scopes.items():
        scope = _string(b"\x0a", name) + (_string(b"\x12", version) if version else b"")
        parts.append(_message(b"\x12", _message(b"\x0a", scope) + b"".join(spans)))
    return _message(b"\x0a", b"".join(parts))
