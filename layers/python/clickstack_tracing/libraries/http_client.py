"""http.client, and libraries built on it: urllib, urllib3, requests."""

import functools

from .calls import begin, quietly, request_attributes, span_name

_CALL = "_clickstack_call"
_REQUEST = "_clickstack_request"


def patch(layer, module):
    connection = module.HTTPConnection

    def begun(self):
        """Before the headers are sent, within the function's own call."""
        request = self.__dict__.pop(_REQUEST, None)
        if request is None or any(line.lower().startswith(b"traceparent:") for line in self._buffer):
            # Another library traces this request.
            return
        method, url = request
        path = url if url.startswith("/") else "/" + url.split("://", 1)[-1].partition("/")[2]
        tunnel = getattr(self, "_tunnel_host", None)
        host, port = (tunnel, getattr(self, "_tunnel_port", None)) if tunnel else (self.host, self.port)
        scheme = "https" if isinstance(self, module.HTTPSConnection) else "http"
        attributes = request_attributes(method, scheme, host, port, path)
        call = begin(layer, span_name(method), "http.client", attributes)
        if call is None:
            return
        setattr(self, _CALL, call)
        for name, value in call.headers:
            self.putheader(name, value)

    _wrap_put_request(connection)
    _wrap(connection, "endheaders", begun, None)
    _wrap(connection, "getresponse", None, lambda call, response: call.status(response.status))


def _wrap_put_request(connection):
    original = connection.putrequest

    @functools.wraps(original)
    def putrequest(self, method, url, *args, **named):
        quietly(setattr, self, _REQUEST, (method, url))
        return original(self, method, url, *args, **named)

    connection.putrequest = putrequest


def _wrap(connection, name, before, after):
    original = getattr(connection, name)

    @functools.wraps(original)
    def traced(self, *args, **named):
        if before:
            quietly(before, self)
        try:
            result = original(self, *args, **named)
        except BaseException as error:
            _end(self, lambda call: call.fail(error))
            raise
        if after:
            _end(self, lambda call: after(call, result))
        return result

    setattr(connection, name, traced)


def _end(connection, how):
    call = getattr(connection, _CALL, None)
    if call is not None:
        setattr(connection, _CALL, None)
        quietly(how, call)
        quietly(call.end)
