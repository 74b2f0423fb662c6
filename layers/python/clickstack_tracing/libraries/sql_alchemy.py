"""SQLAlchemy's engines. A query covers the calls of the database's driver."""

from .calls import begin, quietly
from .queries import query_attributes, query_name

_CALLS = "clickstack_calls"


def patch(layer, module):
    from sqlalchemy import event

    def before(connection, _cursor, statement, _parameters, context, _many):
        url = connection.engine.url
        attributes = query_attributes(connection.dialect.name, statement, url.database, url.host, url.port)
        call = begin(layer, query_name(attributes), "sqlalchemy", attributes, covers=True)
        if call is not None:
            connection.info.setdefault(_CALLS, []).append((context, call))

    def after(connection, _cursor, _statement, _parameters, context, _many):
        _end(connection, context, None)

    def failed(error):
        if error.connection is not None:
            _end(error.connection, error.execution_context, error.original_exception)

    def listener(action):
        # An exception in a listener would make the query fail.
        return lambda *args: quietly(action, *args)

    event.listen(module.Engine, "before_cursor_execute", _six(before))
    event.listen(module.Engine, "after_cursor_execute", _six(after))
    event.listen(module.Engine, "handle_error", listener(failed))


def _six(action):
    """SQLAlchemy inspects the number of a listener's parameters."""

    def listener(connection, cursor, statement, parameters, context, executemany):
        quietly(action, connection, cursor, statement, parameters, context, executemany)

    return listener


def _end(connection, context, error):
    calls = connection.info.get(_CALLS) or []
    for index in range(len(calls) - 1, -1, -1):
        if calls[index][0] is context:
            _, call = calls.pop(index)
            if error is not None:
                quietly(call.fail, error)
            quietly(call.end)
            return
