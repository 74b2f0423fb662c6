"""The code of the layer's modules, which compile.py has compiled for some versions of Python.

The file `compiled` is a list of columns, a dict each: from `TAG` to the column of that version. Versions differ little
within most columns, and a zip stores what is alike once. The columns are:

- a dict from a module's name to (whether it is a package, its row),
- the operations and the arguments of all bytecode, alternating bytes of it,
- those of `ROW`, a list each, with a row for each code object, those inside a code object after it.
"""

import marshal
import sys
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER

# Which Python can run it: implementation, version, and the magic number of its bytecode format.
TAG = f"{sys.implementation.cache_tag}-{int.from_bytes(MAGIC_NUMBER[:2], 'little')}"

# What stands for a code object among the constants of another one; it can be marshalled.
INNER = StopIteration

# The size of the bytecode, and the parameters of a code object's constructor that do not follow from others.
ROW = (
    ("size", "argcount", "posonlyargcount", "kwonlyargcount", "stacksize", "flags", "consts", "names", "varnames")
    + ("qualname", "firstlineno", "linetable", "exceptiontable", "freevars", "cellvars")
)

_CodeType = type((lambda: None).__code__)


def code_of(rows, file):
    """The code object of the next of the rows, which tracebacks find in `file`."""
    code, *counts, stack_size, flags, consts, names, variables, qualname, line, lines, handlers, free, cells = next(rows)
    consts = tuple([code_of(rows, file) if value is INNER else value for value in consts])
    sizes = (*counts, len(variables), stack_size, flags)
    texts = (names, variables, file, qualname.rpartition(".")[2], qualname)
    return _CodeType(*sizes, code, consts, *texts, line, lines, handlers, free, cells)


def bytecode(ops, args, sizes):
    """The bytecode of each code object."""
    code = bytearray(2 * len(ops))
    code[::2] = ops
    code[1::2] = args
    end = 0
    for size in sizes:
        start, end = end, end + size
        yield bytes(code[start:end])


class Compiled:
    """An entry of sys.meta_path: it finds the modules of a folder in its file `compiled`."""

    def __init__(self, folder):
        self.folder = folder
        with open(f"{folder}/compiled", "rb") as file:
            columns = marshal.loads(file.read())
        self.modules, ops, args, sizes, *columns = [marshal.loads(column[TAG]) for column in columns]
        self.rows = list(zip(bytecode(ops, args, sizes), *columns))

    def find_spec(self, name, path=None, target=None):
        if name not in self.modules:
            return None
        is_package, first = self.modules[name]
        place = f"{self.folder}/{name.replace('.', '/')}"
        file = f"{place}/__init__.py" if is_package else f"{place}.py"
        try:
            code = code_of(iter(self.rows[first:]), file)
        except Exception:
            # Then Python finds and compiles the source.
            return None
        spec = ModuleSpec(name, self, origin=file, loader_state=code, is_package=is_package)
        spec.has_location = True
        if is_package:
            spec.submodule_search_locations.append(place)
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(module.__spec__.loader_state, module.__dict__)
