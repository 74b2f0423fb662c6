"""Starts, signals and reaps the processes of one environment, as requested by JSON lines on standard input."""

import fcntl
import json
import os
import selectors
import signal
import subprocess
import sys

READ = selectors.EVENT_READ
LINUX = sys.platform == "linux"


class Channel:
    """JSON values, one per line, over two file descriptors."""

    def __init__(self, source, sink):
        self.source, self.sink = source, sink
        self.buffer = b""

    def receive(self):
        """What has arrived; None if the other side is gone. Blocks if nothing has arrived."""
        data = os.read(self.source, 65536)
        if not data:
            return None
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def send(self, value):
        data = json.dumps(value).encode() + b"\n"
        while data:
            data = data[os.write(self.sink, data) :]


class ProcessServer:
    """`namespaced` means that this process is the first of a process namespace, and that all others in it are its
    descendants."""

    def __init__(self, channel, directory, namespaced, on_fork=None):
        self.channel = channel
        self.directory = directory
        self.namespaced = namespaced
        self.on_fork = on_fork
        self.running = set()
        self.pipes = 0
        self.ended_memory = 0

    def run(self, others=()):
        """Serves until the other side is gone. `others` are further (file, handler) pairs to watch."""
        wake, wakened = os.pipe()
        os.set_blocking(wakened, False)
        signal.set_wakeup_fd(wakened, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        selector = selectors.DefaultSelector()
        selector.register(self.channel.source, READ, self.receive)
        selector.register(wake, READ, lambda: bool(os.read(wake, 4096)) and self.reap())
        for file, handler in others:
            selector.register(file, READ, lambda handler=handler: handler() or True)
        self.reap()
        while all(key.data() for key, _ in selector.select()):
            pass
        self.signal_all(signal.SIGKILL)

    def receive(self):
        requests = self.channel.receive()
        for request in requests or []:
            operation = getattr(self, "do_" + request["operation"])
            try:
                answer = operation(request)
            except (OSError, ValueError) as error:
                answer = {"error": str(error)}
            self.channel.send({"id": request["id"], **(answer or {})})
        return requests is not None

    def reap(self):
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return True
            if pid in self.running:
                self.running.discard(pid)
                self.ended_memory += usage.ru_maxrss if LINUX else usage.ru_maxrss // 1024
                code = os.waitstatus_to_exitcode(status)
                name = signal.Signals(-code).name if code < 0 else None
                self.channel.send({"event": "exit", "pid": pid, "code": max(code, 0), "signal": name})

    def do_pipes(self, request):
        """Named pipes, not sockets: a program may open /dev/stdout again. The other side opens them before the start."""
        names = []
        for _ in range(request["count"]):
            self.pipes += 1
            names.append(f"pipe-{self.pipes}")
            os.mkfifo(names[-1], 0o600, dir_fd=self.directory)
        return {"names": names}

    def do_start(self, request):
        ends = []
        for name in request["pipes"]:
            end = os.open(name, os.O_WRONLY, dir_fd=self.directory)
            os.unlink(name, dir_fd=self.directory)
            ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 16))
            os.close(end)
        failure, end = os.pipe()
        failed = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 16)  # to avoid the numbers that the program gets
        os.close(end)
        pid = os.fork()
        if pid == 0:
            self.become(request, ends, failed)
        for end in [*ends, failed]:
            os.close(end)
        with os.fdopen(failure, "rb") as file:
            message = file.read().decode()  # empty as soon as the program runs, because the pipe closes on exec
        if message:
            os.waitpid(pid, 0)
            return {"error": message}
        self.running.add(pid)
        return {"pid": pid}

    def become(self, request, ends, failed):
        try:
            os.setsid()
            if self.on_fork:
                self.on_fork()
            os.chdir(request["directory"])
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for number, end in enumerate(ends, 1):
                os.dup2(end, number)
            signal.set_wakeup_fd(-1)
            for name in (signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ, signal.SIGTERM):
                signal.signal(name, signal.SIG_DFL)
            os.execve(request["arguments"][0], request["arguments"], request["environment"])
        except BaseException as error:
            os.write(failed, str(error).encode())
        finally:
            os._exit(127)

    def do_signal(self, request):
        number = signal.Signals[request["signal"]]
        if request.get("pid") is None:
            self.signal_all(number)
        elif request["pid"] in self.running:
            os.killpg(request["pid"], number)

    def signal_all(self, number):
        if self.namespaced:
            targets = [-1]  # all except this process, which is the first of the namespace
        else:
            targets = [*descendants(self.running), *(-pid for pid in self.running)]
        for target in targets:
            try:
                os.kill(target, number)
            except (ProcessLookupError, PermissionError):
                pass

    def do_memory(self, _request):
        """The sum of the peak memory of each process since the last request, including those that have ended, in
        KiB."""
        ended, self.ended_memory = self.ended_memory, 0
        if not LINUX:
            return {"kibibytes": ended + resident_by_ps(self.running)}
        pids = process_ids() if self.namespaced else descendants(self.running)
        return {"kibibytes": ended + sum(peak_memory(pid) for pid in pids if pid != os.getpid())}


def process_ids():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def peak_memory(pid):
    try:
        with open(f"/proc/{pid}/status") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


def resident_by_ps(pids):
    if not pids:
        return 0
    listing = subprocess.run(["ps", "-o", "rss=", "-p", ",".join(map(str, pids))], capture_output=True, text=True)
    return sum(int(size) for size in listing.stdout.split())


def descendants(roots):
    """The processes with all their descendants, as far as the system reports them."""
    found = set(roots)
    if not LINUX:
        return found
    parents = {}
    for pid in process_ids():
        try:
            with open(f"/proc/{pid}/stat") as file:
                parents[pid] = int(file.read().rpartition(")")[2].split()[1])
        except OSError:
            pass
    own = os.getpid()
    for pid in parents:
        ancestor = pid
        while ancestor in parents and ancestor != own:
            ancestor = parents[ancestor]
        if ancestor == own and pid != own:
            found.add(pid)
    return found
