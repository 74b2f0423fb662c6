"""The tracer of the process: it collects spans and sends them to the extension."""

import threading
import time

# Contextvars without the surrounding module, which is not loaded yet.
from _contextvars import ContextVar

from .span import ERROR, INTERNAL, PassiveSpan, RecordedSpan, SpanIds, new_span_id, new_trace_id

# Maximum number of ended spans that wait for the end of an invocation, and their size in bytes; the extension accepts 8
# MiB.
MOST_WAITING = 256
MOST_WAITING_BYTES = 4 << 20

# The extension completes it with the service, the function and the user's own attributes.
RESOURCE = {"telemetry.sdk.name": "clickstack-lambda", "telemetry.sdk.language": "python"}
SCOPE = ("clickstack-lambda", None)

# The invocation of the running code.
invocation_var = ContextVar("clickstack_lambda_invocation", default=None)


class OwnContexts:
    """Holds the active span while the function has not imported opentelemetry-api."""

    def __init__(self):
        self._active = ContextVar("clickstack_lambda_span", default=(None, None))

    def span(self):
        """The ids of the active span, or None."""
        span = self._active.get()[0]
        return None if span is None else span.ids

    def headers(self, ids):
        """`traceparent`, `tracestate` and `baggage` for a request of the span with these ids."""
        baggage = self._active.get()[1]
        return trace_headers(ids) + ([("baggage", baggage)] if baggage else [])

    def attach(self, span, baggage=None):
        """Makes a span the active one; `baggage` is a header, by default the one that is active."""
        return self._active.set((span, self._active.get()[1] if baggage is None else baggage))

    def detach(self, token):
        self._active.reset(token)

    def is_suppressed(self):
        return False

    def has_other_tracer(self):
        return False


def trace_headers(ids):
    flags = "01" if ids.flags & 1 else "00"
    headers = [("traceparent", f"00-{ids.trace_id:032x}-{ids.span_id:016x}-{flags}")]
    return headers + ([("tracestate", ids.state)] if ids.state else [])


class Layer:
    def __init__(self, settings):
        self.settings = settings
        self.limits = settings.limits
        self.contexts = OwnContexts()
        # Creates a SpanContext of the API from ids; set when the function imports it.
        self.api_context = None
        self.running = []
        # Loaded with the first invocation: nothing of it is needed during initialisation.
        self._encoder = None
        self._sender = None
        self._waiting = []
        self._waiting_bytes = 0
        # A snapshot may interrupt the thread of the handler anywhere, also from a signal handler or a destructor.
        self._lock = threading.RLock()

    def start_span(self, name, parent, kind=INTERNAL, scope=SCOPE, trace_id=None, start_time=None):
        """Creates a span, which is recorded if it is sampled; `parent` is the ids of the parent span, or None."""
        if parent is not None:
            trace_id = parent.trace_id
        elif trace_id is None:
            trace_id = new_trace_id()
        is_sampled = self.settings.sampler(trace_id, parent)
        ids = SpanIds(trace_id, new_span_id(), 1 if is_sampled else 0, parent.state if parent else None)
        if not is_sampled:
            return PassiveSpan(self, ids)
        parent_id = parent.span_id if parent else None
        span = RecordedSpan(self, ids, parent_id, str(name), kind, scope, start_time)
        span.invocation = invocation = self.invocation()
        if invocation is not None:
            invocation.open[span] = True
        return span

    def invocation(self):
        """The running invocation: the one of the context or, in a thread of the function, the only one."""
        found = invocation_var.get()
        if found is not None:
            return None if found.is_over else found
        return self.running[0] if len(self.running) == 1 else None

    def start_child(self, name, scope, kind):
        """A span of a library below the active one, or None if there is none or the function's own SDK creates it."""
        contexts = self.contexts
        parent = contexts.span()
        if parent is None or contexts.is_suppressed() or contexts.has_other_tracer():
            return None
        return self.start_span(name, parent, kind, scope)

    def ended(self, span):
        if span.invocation is not None:
            span.invocation.open.pop(span, None)
        self._add(span, span.end_time)

    def add_unfinished(self, spans, message):
        """Sends spans in their current state, as failed; one that does end is sent again, in a later request."""
        unfinished = {"clickstack.unfinished": True}
        with self._lock:
            for span in spans:
                # Another thread may have ended it.
                if span.end_time is None:
                    status = (ERROR, span.message if span.status == ERROR else message)
                    self._add(span, time.time_ns(), unfinished, status)
            self.flush()

    def load(self):
        """Loads the modules for sending spans, unless loaded."""
        with self._lock:
            if self._encoder is None:
                from . import encode
                from .sender import Sender

                self._sender = Sender(self.settings.endpoint)
                self._encoder = encode

    def _add(self, span, *more):
        with self._lock:
            self.load()
            encoded = self._encoder.encode_span(span, *more)
            self._waiting.append((span.scope, encoded))
            self._waiting_bytes += len(encoded)
            # Outside invocations nothing waits: the environment may be frozen at any time.
            is_full = len(self._waiting) >= MOST_WAITING or self._waiting_bytes >= MOST_WAITING_BYTES
            if is_full or not self.running:
                self.flush()

    def flush(self, ended_invocation=None):
        with self._lock:
            waiting, self._waiting, self._waiting_bytes = self._waiting, [], 0
            if waiting:
                self._sender.send(self._encoder.encode_request(waiting, RESOURCE), ended_invocation)
