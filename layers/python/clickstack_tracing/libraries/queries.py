"""Attributes of OpenTelemetry's "Semantic conventions for database client spans". Values of queries stay out."""

# Characters of a statement.
LONGEST = 2048


def query_attributes(system, statement, database=None, host=None, port=None):
    text = statement.decode("utf-8", "replace") if isinstance(statement, bytes) else str(statement)
    words = text.split(None, 1)
    return {
        "db.system.name": system,
        "db.namespace": database,
        "db.operation.name": words[0].upper() if words else None,
        "db.query.text": text[:LONGEST],
        "server.address": host,
        "server.port": int(port) if str(port or "").isdecimal() else None,
    }


def query_name(attributes):
    operation, database = attributes["db.operation.name"] or "query", attributes["db.namespace"]
    return f"{operation} {database}" if database else operation
