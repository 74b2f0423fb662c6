"""
Manages one execution environment: its namespaces, its processes and the connection to the machine's loopback.

Started by the sandbox with one JSON line of configuration on standard input, then requests (processes.py). Everything ends
when standard input ends or the sandbox dies for any reason.
"""

import json
import os
import shutil
import signal
import socket
import sys
from functools import partial

from processes import LINUX, Channel, ProcessServer

NAMESPACED = ("root", "user", "bubblewrap")


def serve_in_namespaces(channel, config, control):
    """The first process of the environment."""
    import namespaces
    from relay import InnerEnd

    namespaces.set_parent_death_signal(signal.SIGKILL)
    directory = os.open(config["directory"], os.O_RDONLY | os.O_DIRECTORY)
    namespaces.enter_mount_and_network_namespaces()
    namespaces.enter_private_root(config)
    namespaces.drop_capabilities()
    serve(channel, config["ports"], InnerEnd(control), directory)


def serve_inside_bubblewrap(channel, inside):
    """The same, if bubblewrap has already created the namespaces."""
    from relay import InnerEnd

    for descriptor in (inside["control"], inside["directory"]):
        os.set_inheritable(descriptor, False)
    control = socket.socket(fileno=inside["control"])
    run_reporting(channel, lambda: serve(channel, inside["ports"], InnerEnd(control), inside["directory"]))


def serve(channel, ports, inner, directory):
    for port, target in ports:
        inner.listen(port, target)
    server = ProcessServer(channel, directory, namespaced=True)
    channel.send({"event": "ready"})
    server.run([(inner.control, inner.serve)])


def serve_without_namespaces(channel, config):
    on_fork = None
    if LINUX:
        import namespaces

        namespaces.become_subreaper()
        on_fork = partial(namespaces.set_parent_death_signal, signal.SIGKILL)
    directory = os.open(config["directory"], os.O_RDONLY)
    server = ProcessServer(channel, directory, namespaced=False, on_fork=on_fork)
    channel.send({"event": "ready"})
    try:
        server.run()
    finally:
        shutil.rmtree(config["directory"], ignore_errors=True)


def hold(channel, config):
    """Stays outside as a relay, and outlives the sandbox for as long as the cleanup takes."""
    import namespaces
    from relay import Relay

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    namespaces.set_parent_death_signal(signal.SIGTERM)
    if os.getppid() != config["parent"]:
        sys.exit(0)  # the sandbox died before this process could be notified
    control, inner_control = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    relay = Relay(control, os.path.join(config["directory"], "connect"))
    child = start_inside(channel, config, inner_control)
    inner_control.close()
    try:
        try:
            relay.run()
        finally:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the sandbox's death may be signalled while this cleans up
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        shutil.rmtree(config["directory"], ignore_errors=True)


def start_inside(channel, config, control):
    import namespaces

    if config["mode"] == "bubblewrap":
        import bubblewrap

        return bubblewrap.start(config, control)
    namespaces.enter_process_namespace(as_user=config["mode"] == "user")
    namespaces.set_parent_death_signal(signal.SIGTERM)  # new credentials may have cleared it
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        run_reporting(channel, lambda: serve_in_namespaces(channel, config, control))
    return child


def run_reporting(channel, body):
    """Runs until the process ends; errors before the environment is ready are reported to the sandbox."""
    status = 1
    try:
        body()
        status = 0
    except OSError as error:
        channel.send({"event": "failed", "message": str(error)})
    finally:
        os._exit(status)


def main():
    channel = Channel(0, 1)
    if sys.argv[1:2] == ["--inside"]:
        serve_inside_bubblewrap(channel, json.loads(sys.argv[2]))
    values = []
    while not values:
        values = channel.receive()
        if values is None:
            return
    config = values[0]
    if config["mode"] in NAMESPACED:
        try:
            hold(channel, config)
        except OSError as error:
            channel.send({"event": "failed", "message": str(error)})
    else:
        serve_without_namespaces(channel, config)


if __name__ == "__main__":
    main()
