"""psycopg2, whose cursors have a C type: connections get a subclass of it."""

import functools

from .calls import begin, nothing, wrap
from .queries import query_attributes, query_name


def patch(layer, module):
    from psycopg2.extensions import cursor as plain

    def describe(cursor, args, named):
        query = args[0] if args else named.get("query", named.get("sql"))
        if not isinstance(query, (str, bytes)):
            query = query.as_string(cursor)
        settings = cursor.connection.get_dsn_parameters()
        attributes = query_attributes(
            "postgresql", query, settings.get("dbname"), settings.get("host"), settings.get("port")
        )
        call = begin(layer, query_name(attributes), "psycopg2", attributes, covers=True)
        return call and (call, nothing)

    @functools.lru_cache(maxsize=None)
    def traced(base):
        methods = {name: _calling(base, name) for name in ("execute", "executemany")}
        kind = type(base.__name__, (base,), methods)
        for name in methods:
            wrap(kind, name, describe)
        return kind

    connect = module.connect

    @functools.wraps(connect)
    def traced_connect(*args, **named):
        connection = connect(*args, **named)
        try:
            connection.cursor_factory = traced(connection.cursor_factory or plain)
        except Exception:
            # A connection class of the function.
            pass
        return connection

    module.connect = traced_connect


def _calling(base, name):
    original = getattr(base, name)
    return lambda self, *args, **named: original(self, *args, **named)
