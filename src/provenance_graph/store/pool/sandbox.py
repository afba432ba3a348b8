"""Confinement of a process that evaluates data from outside; complete on Linux only.

======================  ==============================================================
dies with its parent    PR_SET_PDEATHSIG
memory                  RLIMIT_AS, a given amount above what the process already has
no network, no files    a seccomp filter that names what is allowed (``system_calls``);
                        all else is refused: no sockets, no programs, no processes, no
                        signals to others, no limits of others, no changed files
no reading elsewhere    Landlock, where the kernel has it: the store and the software
no core, no writing     RLIMIT_CORE and RLIMIT_FSIZE of nothing
first to go             the highest oom_score_adj
======================  ==============================================================

On other systems only the available resource limits are set; ``confine`` returns what is in force.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from provenance_graph.store.pool import landlock
from provenance_graph.store.pool.system_calls import MACHINES, Machine

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_ALLOW, _KILL, _DENY = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_MISSING = 0x00050000 | errno.ENOSYS
_LOAD, _EQUALS, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CLONE_THREAD = 0x00010000
_NON_BLOCKING = 0x5421  # FIONBIO
_OF_DESCRIPTORS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD to F_SETFL, F_DUPFD_CLOEXEC
_OF_LOCKS = (5, 6, 7, 36, 37, 38)  # F_GETLK to F_SETLKW, and those of open file descriptions
_RESOURCES = ("ontology", "queries", "data")
_Step = tuple[int, int, int, int]


def die_with_parent(parent: int) -> None:
    """Kill this process when ``parent`` ends, even by SIGKILL; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # the parent ended before prctl took effect
        os.kill(os.getpid(), signal.SIGKILL)


def confine(memory_bytes: int, readable: Iterable[Path] = ()) -> list[str]:
    """Permanently drop what evaluating a query does not need; returns what is in force.

    Files below ``readable`` and the installed software may still be read. ``memory_bytes`` is the
    address space beyond the present one.
    """
    stored = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    stored.append("no writing")
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        address_limit = address_space() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (address_limit, address_limit))
        stored.append("memory")
        if _no_new_privileges() and landlock.restrict([*software(), *readable]):
            stored.append("landlock")
        machine = MACHINES.get(platform.machine())
        if machine is not None and _install(_program(machine, machine.reading(), _reads(machine))):
            stored.append("seccomp")
    return stored


def confine_writer(memory_bytes: int, writable: Iterable[Path]) -> list[str]:
    """Permanently drop what writing to a store does not need; returns what is in force.

    Open sockets stay open; files below ``writable`` may be written. ``memory_bytes`` is the address
    space beyond the present one.
    """
    stored = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        address_limit = address_space() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (address_limit, address_limit))
        stored.append("memory")
        if _no_new_privileges() and landlock.restrict(software(), writable):
            stored.append("landlock")
        machine = MACHINES.get(platform.machine())
        if machine is not None and _install(_program(machine, machine.writing(), [])):
            stored.append("seccomp")
    return stored


def software() -> list[Path]:
    """The paths of the running software, from which modules may be imported later."""
    places = {sys.prefix, sys.base_prefix, "/usr/lib", "/lib", "/lib64", "/usr/share/zoneinfo"}
    places |= {
        "/etc/localtime",
        "/etc/ld.so.cache",
        "/sys/devices/system/cpu",
        "/dev/null",
        "/dev/urandom",
    }
    loaded = _imported_from()
    places |= {entry for entry in sys.path if entry and Path(entry).absolute() in loaded}
    package = Path(__file__).resolve().parents[2]
    # A checkout has ontology, queries and data beside its source.
    places |= {str(package), *(str(package.parents[1] / name) for name in _RESOURCES)}
    return sorted(map(Path, places))


def _imported_from() -> set[Path]:
    """The folders from which this process has imported modules.

    Only these folders of the import path count as software: the path also begins with the working
    directory or the folder of a script, either of which may be a home directory.
    """
    folders: set[Path] = set()
    for name, module in list(sys.modules.items()):
        if "." in name or name == "__main__":
            continue
        if paths := list(getattr(module, "__path__", ())):
            folders |= {Path(path).absolute().parent for path in paths}
        elif file := getattr(module, "__file__", None):
            folders.add(Path(file).absolute().parent)
    return folders


def forget_environment(*names: str) -> None:
    """Remove secrets from this process's environment and overwrite their text.

    Deleting a variable alone leaves its text in ``/proc/<pid>/environ``, where other processes may
    read it.
    """
    for name in names:
        if name not in os.environ:
            continue
        if sys.platform == "linux":
            libc = ctypes.CDLL(None)
            libc.getenv.restype = ctypes.c_void_p
            getenv = libc.getenv(name.encode())
            if getenv:
                ctypes.memset(getenv, ord("x"), len(ctypes.string_at(getenv)))
        del os.environ[name]


def guard_memory() -> None:
    """Forbid other processes of this user to read this process's memory and environment."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def address_space() -> int:
    """The size of this process's address space in bytes; Linux only."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _no_new_privileges() -> bool:
    return bool(ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)


def _install(program: bytes) -> bool:
    code = ctypes.create_string_buffer(program)
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if not _no_new_privileges():
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(header), 0, 0) == 0)


def _reads(machine: Machine) -> list[_Step]:
    """Filter steps that allow opening a file unless the flags allow to change it."""
    steps: list[_Step] = []
    for name, argument in (("open", 1), ("openat", 2)):
        number = machine.number(name)
        if number is not None:
            steps += [
                (_EQUALS, 0, 4, number),
                (_LOAD, 0, 0, 16 + 8 * argument),
                (_ANY_BIT, 0, 1, _WRITING),
                (_RETURN, 0, 0, _DENY),
                (_RETURN, 0, 0, _ALLOW),
            ]
    return steps


def _own(machine: Machine) -> list[_Step]:
    """Filter steps for signals and limits of this process, threads, and socket modes.

    New processes, signals to others and changed limits are refused.
    """
    steps: list[_Step] = [
        (_EQUALS, 0, 1, machine.numbers["clone3"]),
        (_RETURN, 0, 0, _MISSING),  # so that the C library falls back on clone
        (_EQUALS, 0, 4, machine.numbers["ioctl"]),
        (_LOAD, 0, 0, 24),
        (_EQUALS, 0, 1, _NON_BLOCKING),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
        (_EQUALS, 0, 4, machine.numbers["tgkill"]),
        (_LOAD, 0, 0, 16),
        (_EQUALS, 0, 1, os.getpid()),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
        (_EQUALS, 0, 4, machine.numbers["clone"]),
        (_LOAD, 0, 0, 16),
        (_ANY_BIT, 0, 1, _CLONE_THREAD),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]
    asks_itself = [(_LOAD, 0, 0, 16), (_EQUALS, 0, 5, 0)]
    sets_nothing = [(_LOAD, 0, 0, 32), (_EQUALS, 0, 3, 0), (_LOAD, 0, 0, 36), (_EQUALS, 0, 1, 0)]
    return [
        *steps,
        *_control(machine.numbers["fcntl"]),
        (_EQUALS, 0, 8, machine.numbers["prlimit64"]),
        *asks_itself,
        *sets_nothing,
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _DENY),
    ]


def _control(fcntl: int) -> list[_Step]:
    """Filter steps that allow fcntl commands on descriptors and locks only.

    Other commands of fcntl can send signals to other processes.
    """
    commands = (*_OF_DESCRIPTORS, *_OF_LOCKS)
    count = len(commands)
    return [
        (_EQUALS, 0, count + 3, fcntl),
        (_LOAD, 0, 0, 24),
        *((_EQUALS, count - index, 0, command) for index, command in enumerate(commands)),
        (_RETURN, 0, 0, _DENY),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _program(machine: Machine, allowed: list[int], checked: list[_Step]) -> bytes:
    """The seccomp filter as the kernel's bytecode; jumps count from the next step.

    The number of the call is loaded when a group of steps starts; a group that loads an argument
    always returns.
    """
    steps: list[_Step] = [
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUALS, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, 0, 1, 0x40000000),  # another calling convention
        (_RETURN, 0, 0, _DENY),
    ]
    for number in allowed:
        steps += [(_EQUALS, 0, 1, number), (_RETURN, 0, 0, _ALLOW)]
    steps += [*checked, *_own(machine), (_RETURN, 0, 0, _DENY)]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
