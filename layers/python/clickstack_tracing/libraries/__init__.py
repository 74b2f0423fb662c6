"""Libraries whose calls become spans: module to watch for, name for CLICKSTACK_TRACING_DISABLED, file of the hook."""

LIBRARIES = {
    "http.client": ("http", "http_client"),
    "botocore.client": ("botocore", "aws"),
    "httpx": ("httpx", "httpx_client"),
    "aiohttp.client": ("aiohttp", "aiohttp_client"),
    "psycopg": ("psycopg", "postgres"),
    "psycopg2": ("psycopg2", "postgres2"),
    "sqlalchemy.engine": ("sqlalchemy", "sql_alchemy"),
    "redis.client": ("redis", "redis_client"),
    "redis.asyncio.client": ("redis", "redis_async"),
    "pymongo.monitoring": ("pymongo", "mongo"),
}
