"""Attributes of OpenTelemetry's "Semantic conventions for database client spans". Values in queries are removed."""

import re

# Characters of a statement.
LONGEST = 2048

_VALUE = re.compile(r"'(?:[^']|'')*'|(?<![\w$:%.])\d+(?:\.\d+)?\b")


def query_attributes(system, statement, database=None, host=None, port=None):
    text = statement.decode("utf-8", "replace") if isinstance(statement, bytes) else str(statement)
    words = text.split(None, 1)
    return {
        "db.system.name": system,
        "db.namespace": database,
        "db.operation.name": words[0].upper() if words else None,
        "db.query.text": _VALUE.sub("?", text[: 2 * LONGEST])[:LONGEST],
        "server.address": host,
        "server.port": int(port) if str(port or "").isdecimal() else None,
    }


def query_name(attributes):
    operation, database = attributes["db.operation.name"] or "query", attributes["db.namespace"]
    return f"{operation} {database}" if database else operation
