"""redis-py's clients for asyncio."""

from .calls import wrap_async
from .redis_client import command, pipeline


def patch(layer, module):
    wrap_async(module.Redis, "execute_command", command(layer))
    wrap_async(module.Pipeline, "execute", pipeline(layer))
