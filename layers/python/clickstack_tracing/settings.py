"""The layer's settings from environment variables."""

_OFF = ("off", "false", "0", "no")
_NO_LIMIT = 1 << 62


class Limits:
    """OpenTelemetry's "Span Limits"; `value_length` in characters."""

    __slots__ = ("attributes", "events", "links", "value_length")

    def __init__(self, attributes=128, events=128, links=128, value_length=_NO_LIMIT):
        self.attributes = attributes
        self.events = events
        self.links = links
        self.value_length = value_length


class Settings:
    """`endpoint` is the host, port and path of the extension; `disabled` contains names of libraries that create no spans,
    `injected` names of services whose payloads the context is added to."""

    __slots__ = ("disabled", "enabled", "endpoint", "injected", "limits", "sampler")

    def __init__(self, env):
        self.enabled = is_enabled(env)
        self.sampler = sampler_of(env.get("OTEL_TRACES_SAMPLER"), env.get("OTEL_TRACES_SAMPLER_ARG"))
        self.limits = _limits(env)
        self.endpoint = _endpoint(env)
        self.disabled = _names(env.get("CLICKSTACK_TRACING_DISABLED"))
        self.injected = _names(env.get("CLICKSTACK_TRACING_INJECT"))


def is_enabled(env):
    """`CLICKSTACK_TRACING=off` and `OTEL_SDK_DISABLED=true` switch everything off."""
    off = env.get("CLICKSTACK_TRACING", "").strip().lower() in _OFF
    return not off and env.get("OTEL_SDK_DISABLED", "").strip().lower() != "true"


def sampler_of(name, argument):
    """The function of a trace's id and its parent's ids (or None) for `OTEL_TRACES_SAMPLER`.

    Default, and for unknown names: `parentbased_always_on` (OpenTelemetry's "Environment Variable Specification").
    """
    chosen = (name or "").strip().lower()
    kind = chosen[len("parentbased_") :] if chosen.startswith("parentbased_") else chosen
    share = {"always_off": 0.0, "traceidratio": _share(argument)}.get(kind, 1.0)
    # As in OpenTelemetry's SDK for Python: by the lower half of the id.
    bound = round(share * (1 << 64))

    def root(trace_id, _parent):
        return trace_id & 0xFFFFFFFFFFFFFFFF < bound

    def parent_based(trace_id, parent):
        return root(trace_id, None) if parent is None else bool(parent.flags & 1)

    return root if chosen in ("always_on", "always_off", "traceidratio") else parent_based


def _names(text):
    return {name.strip().lower() for name in (text or "").split(",") if name.strip()}


def _share(argument):
    try:
        share = float((argument or "").strip() or 1)
    except ValueError:
        return 1.0
    return share if 0 <= share <= 1 else 1.0


def _count(env, names, otherwise):
    for name in names:
        value = env.get(name, "").strip()
        if value:
            return int(value) if value.isdecimal() else otherwise
    return otherwise


def _limits(env):
    return Limits(
        _count(env, ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "OTEL_ATTRIBUTE_COUNT_LIMIT"), 128),
        _count(env, ("OTEL_SPAN_EVENT_COUNT_LIMIT",), 128),
        _count(env, ("OTEL_SPAN_LINK_COUNT_LIMIT",), 128),
        _count(
            env,
            ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT"),
            _NO_LIMIT,
        ),
    )


def _endpoint(env):
    """The extension's OTLP/HTTP receiver. The extension handles backends: no other endpoint setting is read."""
    host, port = "127.0.0.1", 4318
    address = env.get("ROTEL_OTLP_HTTP_ENDPOINT", "").rsplit("://", 1)[-1].rstrip("/")
    given_host, colon, given_port = address.rpartition(":")
    if colon and given_host and ":" not in given_host and given_port.isdecimal():
        port = int(given_port)
        if given_host not in ("0.0.0.0", "localhost"):
            host = given_host
    return host, port, env.get("ROTEL_OTLP_RECEIVER_TRACES_HTTP_PATH") or "/v1/traces"
