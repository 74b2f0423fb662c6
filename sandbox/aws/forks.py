"""Servers as forks of one process that has loaded everything, so that each starts in milliseconds and with nothing in it.

Commands come on standard input, one at a time, each answered by one line:

    start        -> listening <port> <pid>
    stop <pid>   -> stopped <pid>

Everything ends when standard input closes, so that nothing outlives the process that holds its other end.
"""

import os
import signal
import sys
import threading
import traceback
from typing import Callable

from werkzeug.serving import BaseWSGIServer


class Forks:
    """Starts and ends servers, on command.

    `bind` makes a server in a fork; `load` loads what servers load when they are used.
    """

    def __init__(self, bind: Callable[[], BaseWSGIServer], load: Callable[[], None]) -> None:
        self._bind = bind
        self._load = load
        self._starts = 0
        # Nothing is written into it: a fork reads end-of-file when this process is gone.
        self._alive, self._held = os.pipe()

    def serve_commands(self) -> None:
        for line in iter(sys.stdin.readline, ""):
            command, *arguments = line.split()
            if command == "start":
                print(self._start(), flush=True)
            else:
                print(self._stop(int(arguments[0])), flush=True)
        os._exit(0)

    def _start(self) -> str:
        # If only one server is started, it loads only what it uses.
        if self._starts == 1:
            self._load()
        self._starts += 1
        told, tell = os.pipe()
        pid = os.fork()
        if pid == 0:
            self._serve(tell)
        os.close(tell)
        with os.fdopen(told) as port:
            return f"listening {port.read()} {pid}"

    def _serve(self, tell: int) -> None:
        try:
            os.close(self._held)
            threading.Thread(target=self._end_with_parent, daemon=True).start()
            server = self._bind()
            with os.fdopen(tell, "w") as port:
                port.write(str(server.server_port))
            server.serve_forever()
        except Exception:
            traceback.print_exc()
        os._exit(1)

    def _end_with_parent(self) -> None:
        os.read(self._alive, 1)
        os._exit(0)

    @staticmethod
    def _stop(pid: int) -> str:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return f"stopped {pid}"
