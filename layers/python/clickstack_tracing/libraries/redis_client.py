"""redis-py: commands without their arguments, and pipelines."""

from .calls import begin, nothing, wrap


def patch(layer, module):
    wrap(module.Redis, "execute_command", command(layer))
    wrap(module.Pipeline, "execute", pipeline(layer))


def command(layer):
    def describe(client, args, _named):
        name = args[0].decode() if isinstance(args[0], bytes) else str(args[0])
        call = begin(layer, name, "redis", {"db.operation.name": name, **_server(client)})
        return call and (call, nothing)

    return describe


def pipeline(layer):
    def describe(client, _args, _named):
        commands = len(client.command_stack)
        attributes = {"db.operation.name": "PIPELINE", "db.operation.batch.size": commands, **_server(client)}
        call = begin(layer, "PIPELINE", "redis", attributes)
        return call and (call, nothing)

    return describe


def _server(client):
    given = client.connection_pool.connection_kwargs
    database = given.get("db")
    return {
        "db.system.name": "redis",
        "db.namespace": None if database is None else str(database),
        "server.address": given.get("host") or given.get("path"),
        "server.port": given.get("port"),
    }
