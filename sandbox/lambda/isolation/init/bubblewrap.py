"""The same environment with bubblewrap, for machines that allow only that program to create namespaces."""

import json
import os
import subprocess
import sys

from namespaces import HOSTS, MODULES_OF_LAYERS, REPLACED_AT_ROOT, REPLACED_IN_VAR

OWN = os.path.dirname(os.path.abspath(__file__))
#: Where the files of this directory are inside.
INSIDE = "/var/init"


def mirrored(source, replaced):
    options = []
    for name in sorted(os.listdir(source)):
        path = os.path.join(source, name)
        if name in replaced:
            continue
        if os.path.islink(path):
            options += ["--symlink", os.readlink(path), path]
        else:
            options += ["--ro-bind-try", path, path]
    return options


def options_of(config):
    hosts = os.path.join(config["directory"], "hosts")
    with open(hosts, "w") as file:
        file.write(HOSTS)
    options = ["--die-with-parent", "--as-pid-1", "--cap-drop", "ALL"]
    options += ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    options += mirrored("/", REPLACED_AT_ROOT | {"dev"})
    options += ["--dev", "/dev", "--proc", "/proc", "--dir", "/var"]
    if os.path.isdir("/var"):
        options += mirrored("/var", REPLACED_IN_VAR)
    options += ["--symlink", MODULES_OF_LAYERS, "/var/node_modules"]
    options += ["--ro-bind", config["task"], "/var/task", "--ro-bind", OWN, INSIDE]
    options += ["--ro-bind", config["runtime"], "/var/runtime"] if config["runtime"] else ["--dir", "/var/runtime"]
    options += ["--ro-bind", config["layers"][0], "/opt"] if config["layers"] else ["--dir", "/opt"]
    options += ["--dir", "/var/lang/bin"]
    for name, target in config["binaries"].items():
        options += ["--symlink", target, f"/var/lang/bin/{name}"]
    if os.path.exists("/etc/hosts"):
        options += ["--ro-bind", hosts, "/etc/hosts"]
    options += ["--perms", "1777", "--size", str(config["temporaryBytes"]), "--tmpfs", "/tmp"]
    return [*options, "--remount-ro", "/", "--chdir", "/"]


def start(config, control):
    """@returns the id of bubblewrap's process; main.py in it serves the environment from the inside."""
    directory = os.open(config["directory"], os.O_RDONLY | os.O_DIRECTORY)
    inside = {"control": control.fileno(), "directory": directory, "ports": config["ports"]}
    python = [sys.executable, "-E", "-s", "-S", "-B", f"{INSIDE}/main.py", "--inside", json.dumps(inside)]
    process = subprocess.Popen(
        ["bwrap", *options_of(config), "--", *python], pass_fds=(control.fileno(), directory)
    )
    os.close(directory)
    return process.pid
