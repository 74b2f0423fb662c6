"""httpx: one span for a request with its redirects."""

from .calls import begin, request_attributes, span_name, wrap, wrap_async


def patch(layer, module):
    def describe(_client, args, named):
        request = args[0] if args else named["request"]
        if "traceparent" in request.headers:
            return None
        url = request.url
        attributes = request_attributes(request.method, url.scheme, url.host, url.port, url.path)
        call = begin(layer, span_name(request.method), "httpx", attributes)
        if call is None:
            return None
        for name, value in call.headers:
            request.headers[name] = value
        return call, lambda response: call.status(response.status_code)

    wrap(module.Client, "send", describe)
    wrap_async(module.AsyncClient, "send", describe)
