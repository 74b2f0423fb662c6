"""What the runtime loads instead of the function's handler: the function's handler, traced.

Two copies lie in a layer: one in /opt/python, where the runtime looks, and one beside the package, for functions that set
PYTHONPATH, with which the runtime does not look into /opt/python.
"""

import os
import sys

_here = os.path.dirname(os.path.abspath(__file__))
_layer = os.path.join(os.path.dirname(_here), "clickstack", "python")
_added = os.path.isdir(_layer)
if _added:
    sys.path.append(_layer)
try:
    from clickstack_tracing.bootstrap import traced_handler
finally:
    if _added:
        sys.path.remove(_layer)

handler = traced_handler(os.environ)
