"""An invocation and the span of its handler."""

import os
import time

from . import deadline
from .jsons import list_at, string_at
from .layer import SCOPE, invocation_var
from .origin import origin_of
from .span import ERROR
from .trigger import arn_account
from .triggers import trigger_of

# On Managed Instances invocations overlap. Each access to the environment costs as much as a span's attributes.
_OVERLAPS = os.environ.get("AWS_LAMBDA_MAX_CONCURRENCY") is not None

# Maximum number of failed messages of a batch that become events of the span.
MOST_FAILURES = 100

_is_cold = True


class Invocation:
    def __init__(self, layer, event, context):
        global _is_cold
        self.layer = layer
        self.is_over = False
        self.snapshot_at = None
        # In the order in which they began; a dictionary, because spans are added and removed by any thread.
        self.open = {}
        self.request_id = str(getattr(context, "aws_request_id", ""))
        self.trigger = trigger_of(event)
        header = os.environ.get("_X_AMZN_TRACE_ID")
        origin = origin_of(self.trigger, event, client_contexts(context), header, time.time(), layer.limits.links)
        if not _OVERLAPS:
            for left in list(layer.running):
                left.abandon()
        layer.running.append(self)
        self._invocation_token = invocation_var.set(self)
        self.span = self._start_span(event, context, origin)
        _is_cold = False
        self._token = layer.contexts.attach(self.span, origin.baggage or "")
        self._contexts = layer.contexts
        deadline.watch(layer, self, context)

    def _start_span(self, event, context, origin):
        name = self.trigger.span_name(event) if self.trigger.span_name else None
        function = getattr(context, "function_name", None) or os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "handler")
        kind = self.trigger.kind
        span = self.layer.start_span(name or function, origin.parent, kind, SCOPE, origin.trace_id)
        arn = getattr(context, "invoked_function_arn", None)
        span.set_attributes(
            {
                "faas.invocation_id": self.request_id,
                "faas.coldstart": _is_cold,
                "faas.trigger": self.trigger.faas,
                "aws.lambda.trigger": self.trigger.name,
                "cloud.resource_id": arn,
                "cloud.account.id": arn_account(arn),
                "aws.xray.parent_id": origin.xray_parent_id,
            }
        )
        if self.trigger.attributes:
            span.set_attributes(self.trigger.attributes(event))
        for ids, attributes in origin.links:
            span.link(ids, attributes)
        return span

    def succeeded(self, response):
        """Handles the handler's response."""
        try:
            self._describe(response)
        finally:
            self._end()

    def failed(self, error):
        """The handler raised an exception, so the invocation failed."""
        try:
            # The first frame is the layer's.
            frames = error.__traceback__
            self.span.failed(error, (frames and frames.tb_next) or frames)
        finally:
            # SystemExit and the like end the process, which then sends open spans.
            if isinstance(error, Exception):
                self._end()

    def abandon(self, reason=None):
        """The end was not reported: the process exits, or another invocation has begun."""
        if self.is_over:
            return
        if reason:
            self.send_snapshot(reason)
        else:
            self._end(is_told=False)

    def send_snapshot(self, message):
        """Sends open spans as failed; a span that does end is sent again, as it ended."""
        self.layer.add_unfinished(list(self.open), message)

    def _describe(self, response):
        status = self.trigger.status(response) if self.trigger.status else None
        if status is not None:
            self.span.set_attribute("http.response.status_code", status)
        if status is not None and status >= 500:
            self.span.set_attribute("error.type", str(status))
            self.span.put_status(ERROR)
        failures = list_at(response, "batchItemFailures")
        if failures:
            self.span.set_attribute("aws.lambda.batch_item_failures", len(failures))
        for failure in failures[:MOST_FAILURES]:
            item = string_at(failure, "itemIdentifier")
            self.span.add_event("batch item failure", {"messaging.message.id": item})

    def _end(self, is_told=True):
        if self.is_over:
            return
        self.span.end()
        self.is_over = True
        if self in self.layer.running:
            self.layer.running.remove(self)
        if is_told:
            # Not for an invocation that has been overtaken by another one, to which this context belongs.
            self._contexts.detach(self._token)
            invocation_var.reset(self._invocation_token)
            self.layer.flush(self.request_id)
        else:
            self.layer.flush()


def client_contexts(context):
    """Where callers put a context besides the payload: Lambda's own `w3c`, and what SDKs send as client context."""
    found = []
    w3c = getattr(context, "w3c", None)
    if callable(w3c):
        found.append(w3c())
    client = getattr(context, "client_context", None)
    for name in ("custom", "env"):
        fields = client.get(name) if isinstance(client, dict) else getattr(client, name, None)
        if isinstance(fields, dict):
            found.append(fields)
    return found
