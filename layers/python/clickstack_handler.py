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
try:
    try:
        from clickstack_compiled import Compiled

        sys.meta_path.insert(0, Compiled(_layer))
    except Exception:
        # If code for this version is missing, Python compiles the sources in every environment.
        pass
    from clickstack_tracing.bootstrap import traced_handler
finally:
    if _added:
        sys.path.remove(_layer)

handler = traced_handler(os.environ)
