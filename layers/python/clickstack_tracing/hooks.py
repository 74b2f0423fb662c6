"""Changes modules when the function imports them; what it does not import costs nothing."""

import sys


def install(layer):
    return layer, sys
