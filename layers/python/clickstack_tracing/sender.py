"""Sends requests to the extension over one connection that stays open."""

import os
import re

# The socket module costs several milliseconds of imports; its underlying C module is built into the interpreter.
import _socket

# Without an extension nothing may accumulate.
MOST_UNANSWERED = 64
MOST_UNANSWERED_BYTES = 8 << 20
# Consecutive failed connections after which the extension is considered missing.
MOST_FAILURES = 3
# Maximum time that the end of an invocation waits until the kernel has the request, in seconds; once it took longer,
# nothing waits.
LONGEST_WAIT = 0.05

_REQUEST_ID = re.compile(r"[\w-]{1,128}", re.ASCII)


class Sender:
    """A written request is in the kernel, so a freeze right afterwards loses nothing: no response is awaited.

    Requests without a response when a connection breaks are sent again over the next one. Calls come from one thread at a time:
    the layer has a lock.
    """

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.socket = None
        self.process = None
        self.unanswered = []
        self.failures = 0
        self.received = b""
        self.is_slow = False

    def send(self, body, ended_invocation=None):
        """`ended_invocation` is the request id of the invocation whose handler has ended, and whose last spans these are."""
        if self.failures >= MOST_FAILURES:
            return
        if self.process != os.getpid():
            # After a fork the connection and its pending requests belong to the parent.
            self.process = os.getpid()
            self.socket, self.unanswered, self.received = None, [], b""
        self._read()
        if len(self.unanswered) >= MOST_UNANSWERED:
            return
        if sum(map(len, self.unanswered)) > MOST_UNANSWERED_BYTES:
            return
        request = self._head(body, ended_invocation) + body
        self.unanswered.append(request)
        if self.socket is not None:
            self._write(request)
        if self.socket is None:
            self._connect()

    def _head(self, body, ended_invocation):
        host, port, path = self.endpoint
        is_safe = ended_invocation and _REQUEST_ID.fullmatch(ended_invocation)
        # The extension need not wait for Lambda's own event about the end, which arrives at least 25 ms later.
        ended = f"clickstack-invocation-ended: {ended_invocation}\r\n" if is_safe else ""
        return (
            f"POST {path} HTTP/1.1\r\nhost: {host}:{port}\r\ncontent-type: application/json\r\n{ended}"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode("latin-1", "replace")

    def _connect(self):
        """Connects, and sends unanswered requests; tries once more if the connection breaks at once."""
        for _ in range(2):
            if self.failures >= MOST_FAILURES:
                break
            connection = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM)
            try:
                connection.settimeout(0.001 if self.is_slow else LONGEST_WAIT)
                connection.connect(self.endpoint[:2])
                connection.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
                # Each blocking call would first check whether it would block.
                connection.settimeout(0)
            except OSError:
                connection.close()
                self.failures += 1
                continue
            self.socket, self.received = connection, b""
            for request in list(self.unanswered):
                if self.socket is not None:
                    self._write(request)
            if self.socket is not None:
                return
        if self.failures >= MOST_FAILURES:
            self.unanswered = []

    def _write(self, request):
        try:
            try:
                sent = self.socket.send(request)
            except BlockingIOError:
                sent = 0
            if sent < len(request):
                self.socket.settimeout(0 if self.is_slow else LONGEST_WAIT)
                self.socket.sendall(request[sent:])
                self.socket.settimeout(0)
        except OSError as error:
            self.is_slow = self.is_slow or isinstance(error, (TimeoutError, _socket.timeout))
            # After a partly written request, its rest would be interpreted as the next one.
            self._close()

    def _read(self):
        """Reads responses, which arrive in the order of the requests. Nothing can be done here about errors in them."""
        if self.socket is None or not self.unanswered:
            return
        try:
            data = self.socket.recv(65536)
        except (BlockingIOError, TimeoutError, _socket.timeout):
            return
        except OSError:
            data = b""
        if not data:
            self._close()
            self.failures += 1
            self._connect()
            return
        self.received += data
        self._take_answers()

    def _take_answers(self):
        while self.unanswered:
            head, end, rest = self.received.partition(b"\r\n\r\n")
            if not end:
                return
            length = _content_length(head)
            if len(rest) < length:
                return
            self.received = rest[length:]
            self.unanswered.pop(0)
            self.failures = 0
            self.is_slow = False

    def _close(self):
        self.socket.close()
        self.socket, self.received = None, b""


def _content_length(head):
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length" and value.strip().isdigit():
            return int(value)
    return 0
