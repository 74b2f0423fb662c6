"""The function's handler, with a span around each invocation.

The file's name is its task: the runtime leaves frames of files called bootstrap.py out of the stack traces that it reports.
"""

import sys


def traced_handler(env):
    """The handler that the exec wrapper has put aside. If the layer cannot start, it is as it was.

    Errors of the function's own code are raised, in the words of the runtime.
    """
    original = env.pop("_CLICKSTACK_HANDLER", "")
    env.pop("_CLICKSTACK_ROOT", None)
    # Whoever reads it later means the function's own.
    env["_HANDLER"] = original
    layer = safely(_start, env)
    handler = _load(original)
    return handler if layer is None or not callable(handler) else _traced(handler, layer)


def safely(action, *args):
    """Whatever fails here must not fail the handler."""
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
    """Loads the handler by the runtime's own function, so that its rules and errors are the runtime's."""
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
    # Not needed while the environment is initialised.
    from .invocation import Invocation

    return Invocation(layer, event, context)
