"""The span of one call of a library. A failure in it must not make the call fail."""

import functools

from _contextvars import ContextVar

from ..span import CLIENT, ERROR

# Whether a surrounding span covers nested calls: an AWS call covers the request that it sends.
_covered = ContextVar("clickstack_lambda_covered", default=False)


class Call:
    """A span in progress. `covers` is whether nested calls of other libraries create no spans."""

    __slots__ = ("_contexts", "_covered", "_token", "headers", "span")

    def __init__(self, layer, span, covers):
        self.span = span
        self._contexts = layer.contexts
        self.headers = self._contexts.headers(span.ids)
        self._token = self._contexts.attach(span) if covers else None
        self._covered = _covered.set(True) if covers else None

    def put(self, attributes):
        self.span.set_attributes(attributes)

    def status(self, code):
        """The status of an HTTP response; any from 400 on is an error."""
        self.span.set_attribute("http.response.status_code", code)
        if code >= 400:
            self.span.set_attribute("error.type", str(code))
            self.span.put_status(ERROR)

    def fail(self, error):
        self.span.failed(error)

    def end(self):
        self.span.end()
        if self._token is not None:
            _covered.reset(self._covered)
            self._contexts.detach(self._token)


def begin(layer, name, scope, attributes, covers=False):
    """None outside any span, within a covered call, and if the function's own SDK creates the spans."""
    if _covered.get():
        return None
    span = layer.start_child(name, (scope, None), CLIENT)
    if span is None:
        return None
    span.set_attributes({key: value for key, value in attributes.items() if value is not None})
    return Call(layer, span, covers)


def quietly(action, *args):
    try:
        return action(*args)
    except Exception:
        return None


def wrap(owner, name, describe):
    """Puts a span around a method. `describe(self, args, named)` starts the call, or returns None, and may return
    `(call, finish)`, with a function of the result."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def traced(self, *args, **named):
        started = quietly(describe, self, args, named)
        if not started:
            return original(self, *args, **named)
        call, finish = started
        try:
            result = original(self, *args, **named)
        except BaseException as error:
            quietly(call.fail, error)
            quietly(call.end)
            raise
        quietly(finish, result)
        quietly(call.end)
        return result

    setattr(owner, name, traced)


def wrap_async(owner, name, describe):
    """Like the above, for a coroutine method."""
    original = getattr(owner, name)

    @functools.wraps(original)
    async def traced(self, *args, **named):
        started = quietly(describe, self, args, named)
        if not started:
            return await original(self, *args, **named)
        call, finish = started
        try:
            result = await original(self, *args, **named)
        except BaseException as error:
            quietly(call.fail, error)
            quietly(call.end)
            raise
        quietly(finish, result)
        quietly(call.end)
        return result

    setattr(owner, name, traced)


def nothing(_result):
    pass


_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY")


def request_attributes(method, scheme, host, port, path):
    """Attributes of OpenTelemetry's "HTTP client spans". Queries may contain secrets and are omitted."""
    default = 443 if scheme == "https" else 80
    shown = "" if port in (None, default) else f":{port}"
    return {
        "http.request.method": method if method in _METHODS else "_OTHER",
        "server.address": host,
        "server.port": port or default,
        "url.full": f"{scheme}://{host}{shown}{path.split('?', 1)[0].split('#', 1)[0]}",
    }


def span_name(method):
    return method if method in _METHODS else "HTTP"
