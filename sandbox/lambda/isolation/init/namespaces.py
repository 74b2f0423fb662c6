"""Linux namespaces through plain system calls: a private root directory, loopback and process table for one environment."""

import ctypes
import errno
import fcntl
import os
import platform
import socket
import struct

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_BIND, MS_MOVE, MS_REC, MS_UNBINDABLE, MS_PRIVATE = 4096, 8192, 16384, 1 << 17, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 24, 36, 38
SYS_MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = 442, -100, 0x8000, 1
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1

#: Directories that Lambda's root directory does not have, or that are replaced there.
REPLACED_AT_ROOT = {"opt", "proc", "tmp", "var"}
REPLACED_IN_VAR = {"lang", "node_modules", "runtime", "task"}
#: Lambda's Node.js searches NODE_PATH for ES modules as well (https://aws.amazon.com/blogs/compute/node-js-18-x-runtime-now-available-in-aws-lambda/).
#: Other builds search the directories above /var/task instead, which this link is one of.
MODULES_OF_LAYERS = "/opt/nodejs/node_modules"
HOSTS = "127.0.0.1 localhost sandbox sandbox.local sandbox.localdomain\n"

libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")
    return result


def mount(source, target, kind=None, flags=0, data=None):
    encoded = [None if text is None else os.fsencode(text) for text in (source, target, kind)]
    options = None if data is None else os.fsencode(data)
    check(libc.mount(*encoded, ctypes.c_ulong(flags), options), f"mount {kind or source} at {target}")


def bind(source, target):
    mount(source, target, flags=MS_BIND | MS_REC)


def set_parent_death_signal(signal):
    check(libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl(PR_SET_PDEATHSIG)")


def become_subreaper():
    check(libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl(PR_SET_CHILD_SUBREAPER)")


def enter_process_namespace(as_user):
    """The next child gets process id 1 in its own namespace: when it ends, the kernel kills everything in it."""
    uid, gid = os.getuid(), os.getgid()
    check(libc.unshare((CLONE_NEWUSER if as_user else 0) | CLONE_NEWPID), "unshare")
    if not as_user:
        return
    with open("/proc/self/setgroups", "w") as file:
        file.write("deny")
    with open("/proc/self/uid_map", "w") as file:
        file.write(f"{uid} {uid} 1")
    with open("/proc/self/gid_map", "w") as file:
        file.write(f"{gid} {gid} 1")


def enter_mount_and_network_namespaces():
    check(libc.unshare(CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS), "unshare")
    mount("none", "/", flags=MS_REC | MS_PRIVATE)
    bring_loopback_up()


def bring_loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(control, SIOCGIFFLAGS, name))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))


def drop_capabilities():
    """Programs started from here on have no privileges, even where they run as root."""
    with open("/proc/sys/kernel/cap_last_cap") as file:
        last = int(file.read())
    for capability in range(last + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl(PR_SET_NO_NEW_PRIVS)")


def mirror(source, target, replaced):
    """Makes the entries of one directory appear in another, without those that are replaced."""
    for name in os.listdir(source):
        if name in replaced:
            continue
        origin, copy = os.path.join(source, name), os.path.join(target, name)
        if os.path.islink(origin):
            os.symlink(os.readlink(origin), copy)
            continue
        if os.path.isdir(origin):
            os.mkdir(copy)
        else:
            os.close(os.open(copy, os.O_CREAT | os.O_WRONLY, 0o644))
        try:
            bind(origin, copy)
        except OSError:
            pass  # what cannot be bound (an unbindable mount, a socket of another user) stays an empty entry


def mount_layers(layers, target):
    """Layers are ordered with the one that takes precedence first, as overlayfs expects."""
    if len(layers) == 1:
        bind(layers[0], target)
    elif layers:
        escaped = [path.replace("\\", "\\\\").replace(":", "\\:").replace(",", "\\,") for path in layers]
        mount("overlay", target, "overlay", MS_RDONLY, "lowerdir=" + ":".join(escaped))


def make_read_only(root):
    attributes = struct.pack("QQQQ", MOUNT_ATTR_RDONLY, 0, 0, 0)
    path = os.fsencode(root)
    result = libc.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path, AT_RECURSIVE, attributes, len(attributes))
    if result == 0:
        return
    if ctypes.get_errno() != errno.ENOSYS:
        check(result, "mount_setattr")
    # Before Linux 5.12: each mount by itself, deepest last; one that is locked stays as it is.
    with open("/proc/self/mountinfo") as file:
        points = [line.split()[4] for line in file]
    for point in points:
        if point == root or point.startswith(root + "/"):
            libc.mount(None, os.fsencode(point), None, ctypes.c_ulong(MS_BIND | MS_REMOUNT | MS_RDONLY), None)


def change_root(root):
    os.chdir(root)
    number = SYS_PIVOT_ROOT.get(platform.machine())
    moved = number is not None and libc.syscall(number, b".", b".") == 0
    if moved:
        check(libc.umount2(b".", MNT_DETACH), "umount of the old root")
    else:  # the root directory of an initramfs cannot be pivoted away
        mount(root, "/", flags=MS_MOVE)
        os.chroot(".")
    os.chdir("/")


def enter_private_root(config):
    """
    Enters a root directory that looks like Lambda's: /var/task, /var/runtime, /var/lang and /opt as configured, its
    own /tmp, everything else as on this machine, and only /tmp writable. Changes nothing outside the namespace.
    """
    root = os.path.join(config["directory"], "root")
    os.mkdir(root)
    mount("tmpfs", root, "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755")
    mount("none", root, flags=MS_UNBINDABLE)  # else a temporary directory inside a mirrored one would mirror itself
    mirror("/", root, REPLACED_AT_ROOT)
    os.mkdir(f"{root}/var")
    if os.path.isdir("/var"):
        mirror("/var", f"{root}/var", REPLACED_IN_VAR)
    for name in ("opt", "proc", "tmp", "var/task", "var/runtime", "var/lang", "var/lang/bin"):
        os.mkdir(f"{root}/{name}")
    for name, target in config["binaries"].items():
        os.symlink(target, f"{root}/var/lang/bin/{name}")
    os.symlink(MODULES_OF_LAYERS, f"{root}/var/node_modules")
    bind(config["task"], f"{root}/var/task")
    if config["runtime"] is not None:
        bind(config["runtime"], f"{root}/var/runtime")
    mount_layers(config["layers"], f"{root}/opt")
    if os.path.exists(f"{root}/etc/hosts"):
        hosts = os.path.join(config["directory"], "hosts")
        with open(hosts, "w") as file:
            file.write(HOSTS)
        bind(hosts, f"{root}/etc/hosts")
    make_read_only(root)
    mount("proc", f"{root}/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC)
    mount("tmpfs", f"{root}/tmp", "tmpfs", MS_NOSUID | MS_NODEV, f"mode=1777,size={config['temporaryBytes']}")
    change_root(root)
