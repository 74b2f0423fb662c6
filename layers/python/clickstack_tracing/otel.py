"""The layer as opentelemetry-api's tracer provider, for any version that the function bundles."""

from contextlib import contextmanager

from .layer import SCOPE, trace_headers
from .span import PassiveSpan, RecordedSpan, SpanIds


def patch(layer, trace):
    """Takes the API's slot for "no SDK yet", so that an SDK that the function sets up replaces it."""
    for kind in (RecordedSpan, PassiveSpan):
        trace.Span.register(kind)
    layer.api_context = lambda ids: _api_context(trace, ids)
    contexts = ApiContexts(trace)
    provider = _provider_class(layer, trace, contexts)()
    if hasattr(trace, "_PROXY_TRACER_PROVIDER"):
        trace._PROXY_TRACER_PROVIDER = provider
    elif trace._TRACER_PROVIDER is None:
        # Versions before 1.3 load the default on first use.
        trace._TRACER_PROVIDER = contexts.own_provider = provider
    contexts.take_over(layer.contexts)
    layer.contexts = contexts


class ApiContexts:
    """The API's contexts, which the user's code reads and changes."""

    def __init__(self, trace):
        from opentelemetry import context

        self._trace = trace
        self._context = context
        self._suppress = getattr(context, "_SUPPRESS_INSTRUMENTATION_KEY", "suppress_instrumentation")
        self.own_provider = None

    def take_over(self, own):
        """Within an invocation, the active span remains active."""
        span, baggage = own._active.get()
        if span is not None:
            self.attach(span, baggage or "")

    def span(self, context=None):
        """The ids of the active span, or of the one in a context; None for none."""
        return ids_of(self._trace.get_current_span(context))

    def headers(self, ids):
        from opentelemetry.baggage.propagation import W3CBaggagePropagator

        carrier = {}
        W3CBaggagePropagator().inject(carrier)
        return trace_headers(ids) + list(carrier.items())

    def attach(self, span, baggage=None):
        """With baggage, even if it is empty, a new context without other values starts."""
        context = None if baggage is None else self._context.Context()
        if baggage:
            from opentelemetry.baggage.propagation import W3CBaggagePropagator

            context = W3CBaggagePropagator().extract({"baggage": [baggage]}, context)
        return self._context.attach(self._trace.set_span_in_context(span, context))

    def detach(self, token):
        self._context.detach(token)

    def is_suppressed(self):
        return bool(self._context.get_value(self._suppress))

    def other_provider(self):
        """The function's own SDK, if it has set one up."""
        provider = self._trace._TRACER_PROVIDER
        return None if provider is self.own_provider else provider

    def has_other_tracer(self):
        return self.other_provider() is not None


def ids_of(span):
    if isinstance(span, (RecordedSpan, PassiveSpan)):
        return span.ids if span.ids.trace_id else None
    context = span.get_span_context()
    if not context.is_valid:
        return None
    state = context.trace_state.to_header() if context.trace_state else None
    return SpanIds(context.trace_id, context.span_id, int(context.trace_flags), state)


def _api_context(trace, ids):
    state = trace.TraceState.from_header([ids.state]) if ids.state else trace.TraceState()
    return trace.SpanContext(ids.trace_id, ids.span_id, False, trace.TraceFlags(ids.flags), state)


def _provider_class(layer, trace, contexts):
    base = getattr(trace, "ProxyTracerProvider", trace.TracerProvider)
    managed = getattr(trace, "_agnosticcontextmanager", contextmanager)
    shared = {"start_as_current_span": managed(_as_current), "layer": layer, "trace": trace, "contexts": contexts}
    tracer = type("SpanTracer", (_SpanTracer, trace.Tracer), shared)

    class SpanTracerProvider(base):
        def get_tracer(self, instrumenting_module_name="", *args, **named):
            return tracer((instrumenting_module_name, *args), named)

        def force_flush(self, timeout_millis=30_000):
            """SDK users call this before an environment freezes; spans are sent at the end of the invocation anyway."""
            return True

        def shutdown(self):
            pass

    return SpanTracerProvider


class _SpanTracer:
    """`Tracer` of the API. It keeps its arguments, for an SDK that is set up later."""

    def __init__(self, args, named):
        self._got = args, named
        version = args[1] if len(args) > 1 else named.get("instrumenting_library_version")
        self._scope = (str(args[0] or SCOPE[0]), str(version) if version else None)
        self._other = None

    def _others(self):
        provider = self.contexts.other_provider()
        if provider is None:
            return None
        if self._other is None:
            args, named = self._got
            self._other = provider.get_tracer(*args, **named)
        return self._other

    def start_span(self, name, context=None, kind=None, attributes=None, links=None, start_time=None, **options):
        kind = kind or self.trace.SpanKind.INTERNAL
        other = self._others()
        if other is not None:
            return other.start_span(name, context, kind, attributes, links, start_time, **options)
        parent = self.contexts.span(context)
        span = self.layer.start_span(name, parent, kind.value, self._scope, start_time=start_time)
        if attributes:
            span.set_attributes(attributes)
        for link in links or ():
            span.add_link(link.context, link.attributes)
        return span


def _as_current(self, name, *args, end_on_exit=True, **named):
    exceptions = ("record_exception", "set_status_on_exception")
    options = {key: named[key] for key in exceptions if key in named}
    span = self.start_span(name, *args, **named)
    with self.trace.use_span(span, end_on_exit=end_on_exit, **options) as current:
        yield current
