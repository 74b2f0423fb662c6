"""Reads arbitrary JSON: what is missing or has another type is None."""


def at(value, *path):
    """The value at a path of names and indexes."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def has(value, *path):
    """Whether there is something at the path, even null."""
    parent = at(value, *path[:-1])
    return isinstance(parent, dict) and path[-1] in parent


def string_at(value, *path):
    """The string at a path; an empty one is treated as missing."""
    found = at(value, *path)
    return found if isinstance(found, str) and found else None


def list_at(value, *path):
    found = at(value, *path)
    return found if isinstance(found, list) else []


def values_at(value, *path):
    """The values of the object at a path."""
    found = at(value, *path)
    return list(found.values()) if isinstance(found, dict) else []


def parsed(text):
    """The parsed JSON, or None for other text."""
    import json

    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
