"""Carries TCP connections between the environment's own loopback and that of the machine."""

import errno
import json
import os
import selectors
import socket
import struct
import weakref

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
CHUNK = 256 * 1024


class Link:
    """Two sockets; what arrives at one is sent to the other, and the end of one direction is passed on."""

    def __init__(self, selector, left, right):
        self.selector = selector
        self.peers = {left: right, right: left}
        self.unsent = {left: b"", right: b""}
        self.connecting = {left: False, right: False}
        self.ended = {left: False, right: False}
        self.registered = {left: 0, right: 0}
        self.stale = False
        for end in self.peers:
            end.setblocking(False)
            if end.family == socket.AF_INET:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self, connecting=None):
        if connecting is not None:
            self.connecting[connecting] = True
        self.update()

    def update(self):
        """Waits for exactly what can make progress: reading pauses while the peer has unsent data."""
        if all(self.ended.values()) and not any(self.unsent.values()):
            self.close()
            return
        for end, peer in self.peers.items():
            busy = self.connecting[end] or bool(self.unsent[end])
            reads = not self.ended[end] and not self.connecting[end] and not self.unsent[peer]
            wanted = (WRITE if busy else 0) | (READ if reads else 0)
            if wanted == self.registered[end]:
                continue
            if not wanted:
                self.selector.unregister(end)
            elif self.registered[end]:
                self.selector.modify(end, wanted, self)
            else:
                self.selector.register(end, wanted, self)
            self.registered[end] = wanted

    def go_stale(self, inside):
        """Ends the outer connection. The inner one stays as it is, and is reset when something is written to it."""
        if inside.fileno() < 0:
            return
        self.stale = True
        for end, registered in self.registered.items():
            if registered:
                self.selector.unregister(end)
        self.peers[inside].close()
        self.registered = {inside: READ}
        self.selector.register(inside, READ, self)
        inside.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # its close is a reset

    def handle(self, end, events):
        if self.stale:
            self.close()
            return
        try:
            if events & WRITE:
                self.write(end)
            if events & READ:
                self.read(end)
        except BlockingIOError:
            pass
        except OSError:
            self.close()
            return
        self.update()

    def write(self, end):
        if self.connecting[end]:
            code = end.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code:
                raise OSError(code, os.strerror(code))
            self.connecting[end] = False
        self.send(end)

    def read(self, end):
        data = end.recv(CHUNK)
        peer = self.peers[end]
        if data:
            self.unsent[peer] = data
            if not self.connecting[peer]:
                self.send(peer)
            return
        self.ended[end] = True
        if not self.unsent[peer]:
            peer.shutdown(socket.SHUT_WR)

    def send(self, end):
        if self.unsent[end]:
            sent = end.send(self.unsent[end])
            self.unsent[end] = self.unsent[end][sent:]
        if not self.unsent[end] and self.ended[self.peers[end]]:
            end.shutdown(socket.SHUT_WR)

    def close(self):
        for end, registered in self.registered.items():
            if registered:
                self.selector.unregister(end)
            end.close()
        self.registered = dict.fromkeys(self.registered, 0)


class Relay:
    """
    Runs on the machine's side. The environment's side passes its listening sockets, and sockets that it connected,
    through `control`, so that a connection crosses only one process.
    """

    def __init__(self, control, connect_path):
        self.control = control
        self.selector = selectors.DefaultSelector()
        self.waiting = {}
        self.requests = 0
        # The links that the environment opened, each with its end inside and the port that it leads to.
        self.outgoing = weakref.WeakKeyDictionary()
        # A client first writes a line: a port of the environment's loopback, or "break" with a port of the machine's:
        # connections to this port are kept, and all other outgoing ones are broken.
        self.door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.door.bind(connect_path)
        self.door.listen(128)
        self.selector.register(self.door, READ, self.accept_at_door)
        self.selector.register(control, READ, self.receive_control)
        self.open = True

    def run(self):
        while self.open:
            for key, events in self.selector.select():
                if isinstance(key.data, Link):
                    if key.fileobj.fileno() >= 0:
                        key.data.handle(key.fileobj, events)
                else:
                    key.data(key.fileobj)

    def receive_control(self, control):
        message, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
        if not message:
            self.open = False
            return
        content = json.loads(message)
        ends = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        if "listen" in content:
            listener = ends[0]
            listener.setblocking(False)
            self.selector.register(listener, READ, lambda end: self.accept(end, content["listen"]))
            return
        guest = self.waiting.pop(content["id"])
        if ends:
            Link(self.selector, guest, ends[0]).start(connecting=ends[0])
        else:
            guest.close()

    def accept(self, listener, port):
        try:
            inside, _ = listener.accept()
        except OSError:
            return
        outside = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        outside.setblocking(False)
        code = outside.connect_ex(("127.0.0.1", port))
        if code not in (0, errno.EINPROGRESS):
            inside.close()
            outside.close()
            return
        link = Link(self.selector, inside, outside)
        self.outgoing[link] = (inside, port)
        link.start(connecting=outside)

    def break_outgoing(self, kept):
        for link, (inside, port) in list(self.outgoing.items()):
            if port != kept:
                link.go_stale(inside)
                del self.outgoing[link]

    def accept_at_door(self, door):
        guest, _ = door.accept()
        line = b""
        guest.settimeout(1)
        try:
            while not line.endswith(b"\n"):
                byte = guest.recv(1)
                if not byte:
                    raise ConnectionError("closed before it named a port")
                line += byte
        except OSError:
            guest.close()
            return
        if line.startswith(b"break "):
            self.break_outgoing(int(line[6:]))
            guest.close()
            return
        self.requests += 1
        self.waiting[self.requests] = guest
        request = {"id": self.requests, "connect": int(line)}
        self.control.send(json.dumps(request).encode())


class InnerEnd:
    """The environment's side: creates the sockets that the relay works with."""

    def __init__(self, control):
        self.control = control

    def listen(self, port, target):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        socket.send_fds(self.control, [json.dumps({"listen": target}).encode()], [listener.fileno()])
        listener.close()

    def serve(self):
        request = json.loads(self.control.recv(4096))
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as end:
            end.setblocking(False)
            code = end.connect_ex(("127.0.0.1", request["connect"]))
            answer = [json.dumps({"id": request["id"]}).encode()]
            connected = code in (0, errno.EINPROGRESS)
            socket.send_fds(self.control, answer, [end.fileno()] if connected else [])
