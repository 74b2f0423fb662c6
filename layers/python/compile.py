"""Compiles the modules that every function loads, for the version of Python that runs this.

A layer contains them as sources, which Python would compile again in each environment: /opt is read-only. One file per version contains the code of all of them, by their names, with whether each is a package.
"""

import marshal
import os
import sys

PACKAGE = "clickstack_tracing"

# Modules used during initialisation and the first invocation. Others, such as those for libraries, are compiled when
# needed.
MODULES = (
    ("__init__", "bootstrap", "settings", "layer", "span", "hooks", "libraries/__init__")
    + ("invocation", "deadline", "jsons", "origin", "carrier", "trigger", "triggers", "encode", "sender")
    + ("http_triggers", "message_triggers")
)


def compiled(read, folder):
    """The file's content. `read` gives a module's source by its path, `folder` is where tracebacks look for it."""
    codes = {}
    for module in MODULES:
        is_package = module.endswith("__init__")
        name = f"{PACKAGE}/{module}".replace("/__init__", "").replace("/", ".")
        path = f"{folder}/{PACKAGE}/{module}.py"
        # Without docstrings.
        code = compile(read(f"{PACKAGE}/{module}.py"), path, "exec", dont_inherit=True, optimize=2)
        codes[name] = (is_package, code)
    return marshal.dumps(codes)


def tag():
    """Which Python can load it: implementation, version, and the magic number of its bytecode format."""
    from importlib.util import MAGIC_NUMBER

    return f"{sys.implementation.cache_tag}-{int.from_bytes(MAGIC_NUMBER[:2], 'little')}"


def read_from(folder):
    def read(path):
        with open(os.path.join(folder, path), encoding="utf-8") as file:
            return file.read()

    return read


if __name__ == "__main__":
    source, target, tracebacks = sys.argv[1:]
    os.makedirs(target, exist_ok=True)
    with open(os.path.join(target, tag()), "wb") as output:
        output.write(compiled(read_from(source), tracebacks))
