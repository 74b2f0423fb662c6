"""aiohttp's client: one span for a request with its redirects."""

from .calls import begin, request_attributes, span_name, wrap_async


def patch(layer, module):
    def describe(session, args, named):
        from multidict import CIMultiDict
        from yarl import URL

        method = str(args[0] if args else named["method"]).upper()
        target = args[1] if len(args) > 1 else named["str_or_url"]
        build = getattr(session, "_build_url", URL)
        url = build(target)
        headers = CIMultiDict(named.get("headers") or {})
        if "traceparent" in headers:
            return None
        attributes = request_attributes(method, url.scheme, url.host, url.port, url.path)
        call = begin(layer, span_name(method), "aiohttp", attributes)
        if call is None:
            return None
        headers.update(call.headers)
        named["headers"] = headers
        return call, lambda response: call.status(response.status)

    wrap_async(module.ClientSession, "_request", describe)
