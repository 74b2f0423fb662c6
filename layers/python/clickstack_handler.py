"""What the runtime loads instead of the function's handler: the function's handler, traced.

A layer contains two copies: one in /opt/python, where the runtime looks, and one beside the package, for functions that set
PYTHONPATH, with which the runtime does not look into /opt/python.
"""

import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
_layer = os.path.join(os.path.dirname(_here), "clickstack", "python")
_added = os.path.isdir(_layer)
if _added:
    sys.path.append(_layer)
else:
    _layer = _here


class _Compiled:
    """An entry of sys.meta_path: it finds the layer's modules in the code that compile.py compiled."""

    def __init__(self):
        import marshal
        from _frozen_importlib import ModuleSpec
        from _frozen_importlib_external import MAGIC_NUMBER

        self.spec = ModuleSpec
        tag = f"{sys.implementation.cache_tag}-{int.from_bytes(MAGIC_NUMBER[:2], 'little')}"
        with open(f"{_layer}/compiled/{tag}", "rb") as file:
            self.codes = marshal.loads(file.read())

    def find_spec(self, name, path=None, target=None):
        found = self.codes.get(name)
        if found is None:
            return None
        place = f"{_layer}/{name.replace('.', '/')}"
        spec = self.spec(name, self, origin=f"{place}/__init__.py" if found[0] else f"{place}.py", is_package=found[0])
        spec.has_location = True
        if found[0]:
            spec.submodule_search_locations.append(place)
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(self.codes[module.__name__][1], module.__dict__)


try:
    # If it is missing for this version, Python compiles the sources in every environment.
    sys.meta_path.insert(0, _Compiled())
except Exception:
    pass
try:
    from clickstack_tracing.bootstrap import traced_handler
finally:
    if _added:
        sys.path.remove(_layer)

handler = traced_handler(os.environ)
