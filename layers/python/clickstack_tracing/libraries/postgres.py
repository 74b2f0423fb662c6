"""psycopg 3."""

from .calls import begin, nothing, wrap, wrap_async
from .queries import query_attributes, query_name


def patch(layer, module):
    def describe(cursor, args, named):
        query = args[0] if args else named["query"]
        if not isinstance(query, (str, bytes)):
            query = query.as_string(cursor.connection)
        info = cursor.connection.info
        attributes = query_attributes("postgresql", query, info.dbname, info.host, info.port)
        call = begin(layer, query_name(attributes), "psycopg", attributes, covers=True)
        return call and (call, nothing)

    for name in ("execute", "executemany"):
        wrap(module.Cursor, name, describe)
        wrap_async(module.AsyncCursor, name, describe)
