"""Sends open spans when invocations run for a while, shortly before their deadlines, and when the process exits.

One thread for all invocations: it sleeps until the earliest moment that it knew when it fell asleep and then checks again, so
that an invocation needs no wake-up. Later invocations have later moments, since the function's timeout is always the same.
"""

import _thread
import atexit
import time

# How many seconds before the deadline open spans are sent in their current state.
SNAPSHOT = 0.05

# Also after this many seconds of an invocation: its lines are sent while it runs, and the extension has to know their
# span.
EARLY = 0.25

_state = {"thread": False, "exit": False}
_lock = _thread.allocate_lock()
ENDED = "the function ended before this span did"
TIMEOUT = "the function was about to time out before this span ended"
EXIT = "the process exited before this span ended"


def watch(layer, invocation, context):
    try:
        _watch(layer, invocation, context)
    except Exception:
        # Without threads, or a deadline, the other spans of the invocation are not affected.
        pass


def _watch(layer, invocation, context):
    if not _state["exit"]:
        _state["exit"] = True
        atexit.register(_at_exit, layer)
    remaining = context.get_remaining_time_in_millis() / 1000
    if not remaining > SNAPSHOT * 2:
        return
    now = time.time()
    invocation.deadline = now + remaining - SNAPSHOT
    invocation.snapshot_at = min(now + EARLY, invocation.deadline)
    with _lock:
        if not _state["thread"]:
            _thread.start_new_thread(_run, (layer,))
            _state["thread"] = True


def _run(layer):
    try:
        # While a handler keeps the processor busy, this would take longer than the time between snapshot and deadline.
        layer.load()
    except Exception:
        # As with a snapshot: the function continues.
        pass
    is_idle = False
    while True:
        with _lock:
            times = [one.snapshot_at for one in list(layer.running) if one.snapshot_at is not None]
            if is_idle and not times:
                _state["thread"] = False
                return
        # Nothing that begins in the meantime is due earlier; a thread for each short invocation would cost more than
        # its span.
        is_idle = not times
        pause = EARLY if is_idle else min(times) - time.time()
        if pause > 0:
            time.sleep(pause)
            continue
        for invocation in list(layer.running):
            if invocation.snapshot_at is not None and invocation.snapshot_at <= time.time():
                is_last = invocation.snapshot_at == invocation.deadline
                invocation.snapshot_at = None if is_last else invocation.deadline
                try:
                    invocation.send_snapshot(TIMEOUT if is_last else ENDED)
                except Exception:
                    # A snapshot is optional; the function continues.
                    pass


def _at_exit(layer):
    for invocation in list(layer.running):
        try:
            invocation.abandon(EXIT)
        except Exception:
            # The process ends anyway.
            pass
