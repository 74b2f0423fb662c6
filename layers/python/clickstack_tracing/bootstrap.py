"""The function's handler, with a span around each invocation.

The file's name matters: the runtime omits frames of files called bootstrap.py from the stack traces that it reports.
"""

import sys


def traced_handler(env):
    """The original handler, which the exec wrapper has stored. If the layer cannot start, it is returned unchanged.

    Errors of the function's own code are raised, with the runtime's messages.
    """
    original = env.pop("_CLICKSTACK_HANDLER", "")
    env.pop("_CLICKSTACK_ROOT", None)
    # Code that reads it later expects the function's own handler.
    env["_HANDLER"] = original
    layer = safely(_start, env)
    handler = _load(original)
    return handler if layer is None or not callable(handler) else _traced(handler, layer)


def safely(action, *args):
    """A failure here must not make the handler fail."""
    try:
        return action(*args)
    except Exception:
        return None


def _start(env):
    from .settings import Settings

    settings = Settings(env)
    if not settings.enabled:
        return None
    from .layer import Layer

    layer = Layer(settings)
    safely(_install_hooks, layer)
    return layer


def _install_hooks(layer):
    from .hooks import install

    install(layer)


def _load(name):
    """Loads the handler with the runtime's own function, so that the runtime's rules and errors apply."""
    runtime = sys.modules.get("awslambdaric.bootstrap") or sys.modules.get("bootstrap")
    load = getattr(runtime, "_get_handler", None)
    if load is None:
        from importlib import import_module

        module, attribute = name.rsplit(".", 1)
        return getattr(import_module(module.replace("/", ".")), attribute)
    fault = runtime.FaultException
    try:
        return load(name)
    except fault:
        raise
    except Exception as error:
        # The runtime would add the frames of this layer to the stack trace.
        raise _fault_of(error, fault) from error


def _fault_of(error, fault):
    import traceback

    frames = [(one.filename, one.lineno, one.name, one.line) for one in traceback.extract_tb(error.__traceback__)]
    own = next((n for n, frame in enumerate(frames) if "/bootstrap.py" not in frame[0]), 0)
    return fault(type(error).__name__, str(error), traceback.format_list(frames[own:]))


def _traced(handler, layer):
    def traced(event, context):
        invocation = safely(_begin, layer, event, context)
        if invocation is None:
            return handler(event, context)
        try:
            response = handler(event, context)
        except BaseException as error:
            safely(invocation.failed, error)
            raise
        safely(invocation.succeeded, response)
        return response

    for name in ("__name__", "__qualname__", "__doc__", "__module__"):
        safely(lambda name=name: setattr(traced, name, getattr(handler, name)))
    safely(lambda: traced.__dict__.update(getattr(handler, "__dict__", {})))
    traced.__wrapped__ = handler
    return traced


def _begin(layer, event, context):
    # Not needed during initialisation.
    from .invocation import Invocation

    return Invocation(layer, event, context)
