"""Compiles the modules that every function loads, for the version of Python that runs this.

    python compile.py SOURCES TARGET

A layer contains them as sources, which Python would compile again in each environment: /opt is read-only. This adds a
version to the file TARGET/compiled, whose format clickstack_compiled.py describes.
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

# Strings without references to earlier ones, which would differ between versions.
PLAIN = 2


def compile_modules(source):
    """The columns of the file."""
    modules, codes = {}, []
    for module in MODULES:
        is_package = module.endswith("__init__")
        name = f"{PACKAGE}/{module}".replace("/__init__", "").replace("/", ".")
        modules[name] = (is_package, len(codes))
        codes.extend(with_inner(compiled(source, f"{PACKAGE}/{module}.py")))
    bytecode = b"".join([code.co_code for code in codes])
    columns = [modules, bytecode[::2], bytecode[1::2]]
    rows = [values(code) for code in codes]
    return [marshal.dumps(column, PLAIN) for column in columns] + [
        # Constants may be of types that older formats do not have.
        marshal.dumps([row[name] for row in rows], *(() if name == "consts" else (PLAIN,)))
        for name in rows[0]
    ]


def compiled(source, path):
    with open(os.path.join(source, path), encoding="utf-8") as file:
        # Without docstrings.
        return compile(file.read(), path, "exec", dont_inherit=True, optimize=2)


def with_inner(code):
    yield code
    for value in code.co_consts:
        if isinstance(value, type(code)):
            yield from with_inner(value)


def values(code):
    from clickstack_compiled import INNER, ROW

    consts = tuple([INNER if isinstance(value, type(code)) else value for value in code.co_consts])
    known = {"size": len(code.co_code), "consts": consts}
    return {name: known[name] if name in known else getattr(code, f"co_{name}") for name in ROW}


def verify(source, target):
    """What is read back is what was compiled. A comparison of code objects leaves out some of their values."""
    from clickstack_compiled import Compiled

    read_back = Compiled(target)
    for name in read_back.modules:
        spec = read_back.find_spec(name)
        if spec is None:
            raise ValueError(f"{name} cannot be read back in Python {sys.version}")
        pair = (compiled(source, os.path.relpath(spec.origin, target)), spec.loader_state)
        expected, found = ([(code, values(code)) for code in with_inner(one)] for one in pair)
        if found != expected:
            raise ValueError(f"{name} differs when it is read back in Python {sys.version}")


def main(source, target):
    sys.path.insert(0, source)
    from clickstack_compiled import TAG

    os.makedirs(target, exist_ok=True)
    path = os.path.join(target, "compiled")
    added = compile_modules(source)
    columns = [{} for _ in added]
    if os.path.exists(path):
        with open(path, "rb") as file:
            columns = marshal.loads(file.read())
    for column, value in zip(columns, added):
        column[TAG] = value
    with open(path, "wb") as file:
        file.write(marshal.dumps(columns, PLAIN))
    verify(source, target)


if __name__ == "__main__":
    main(*sys.argv[1:])
