"""pymongo, which reports its commands to listeners."""

from .calls import begin, quietly

# Commands that keep connections alive do not come from the function.
_HIDDEN = ("hello", "ismaster", "isMaster", "ping", "saslStart", "saslContinue", "endSessions")


def patch(layer, module):
    class Listener(module.CommandListener):
        def __init__(self):
            self._calls = {}

        def started(self, event):
            quietly(self._begin, event)

        def succeeded(self, event):
            quietly(self._end, event, None)

        def failed(self, event):
            quietly(self._end, event, event.failure)

        def _begin(self, event):
            if event.command_name in _HIDDEN:
                return
            collection = event.command.get(event.command_name)
            collection = collection if isinstance(collection, str) else None
            attributes = {
                "db.system.name": "mongodb",
                "db.namespace": event.database_name,
                "db.operation.name": event.command_name,
                "db.collection.name": collection,
                "server.address": event.connection_id[0],
                "server.port": event.connection_id[1],
            }
            name = f"{event.command_name} {collection}" if collection else event.command_name
            call = begin(layer, name, "pymongo", attributes)
            if call is not None:
                self._calls[event.request_id, event.connection_id] = call

        def _end(self, event, failure):
            call = self._calls.pop((event.request_id, event.connection_id), None)
            if call is None:
                return
            if failure is not None:
                code = failure.get("codeName") or "error"
                call.put({"error.type": str(code)})
                call.span.put_status(2, str(failure.get("errmsg") or code))
            call.end()

    module.register(Listener())
