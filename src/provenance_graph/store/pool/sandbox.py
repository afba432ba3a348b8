"""What confines a process that evaluates something from outside. Linux in full.

======================  ==============================================================
dies with its parent    PR_SET_PDEATHSIG
memory                  RLIMIT_AS, a given amount above what the process already has
no network, no files    a seccomp filter: no sockets, no exec, no ptrace, no opening
                        for writing, no unlink or rename, no signals to others
no core, no writing     RLIMIT_CORE and RLIMIT_FSIZE of nothing
first to go             the highest oom_score_adj
======================  ==============================================================

Elsewhere only the resource limits that the system has are set; ``confine`` says what holds.
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
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 22, 38
_ALLOW, _KILL, _DENY = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_LOAD, _EQUALS, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

# Numbers of the system calls that are refused, and of those whose flags decide, with the
# place of their flags among the arguments.
_X86_64 = (
    0xC000003E,
    (
        # socket connect accept bind listen ptrace execve kill
        *(41, 42, 43, 49, 50, 101, 59, 62),
        # rename mkdir rmdir creat link unlink symlink chmod chown lchown truncate mknod mount
        *(82, 83, 84, 85, 86, 87, 88, 90, 92, 94, 76, 133, 165),
        # mkdirat mknodat fchownat unlinkat renameat linkat symlinkat fchmodat accept4
        *(258, 259, 260, 263, 264, 265, 266, 268, 288),
        # perf_event_open process_vm_readv process_vm_writev renameat2 bpf execveat userfaultfd
        *(298, 310, 311, 316, 321, 322, 323),
        # pidfd_send_signal io_uring_setup openat2 pidfd_getfd fchmodat2
        *(424, 425, 437, 438, 452),
    ),
    ((2, 1), (257, 2)),  # open, openat
)
_AARCH64 = (
    0xC00000B7,
    (
        # socket bind listen accept connect ptrace execve kill
        *(198, 200, 201, 202, 203, 117, 221, 129),
        # mknodat mkdirat unlinkat symlinkat linkat renameat mount truncate fchmodat fchownat
        *(33, 34, 35, 36, 37, 38, 40, 45, 53, 54),
        # perf_event_open accept4 process_vm_readv process_vm_writev renameat2 bpf execveat
        *(241, 242, 270, 271, 276, 280, 281),
        # userfaultfd pidfd_send_signal io_uring_setup openat2 pidfd_getfd fchmodat2
        *(282, 424, 425, 437, 438, 452),
    ),
    ((56, 2),),  # openat
)
_MACHINES = {"x86_64": _X86_64, "aarch64": _AARCH64}


def die_with_parent(parent: int) -> None:
    """End this process when ``parent`` ends, even by SIGKILL; Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before the request was made
        os.kill(os.getpid(), signal.SIGKILL)


def confine(memory_bytes: int) -> list[str]:
    """Give up, for good, what evaluating a query does not need; says what is in force."""
    held = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    held.append("no writing")
    if sys.platform == "linux":
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        if _deny_system_calls():
            held.append("seccomp")
        most = address_space() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        held.append("memory")
    return held


# socket connect bind listen ptrace execve execveat bpf process_vm_* io_uring_setup
_OUTWARD = {
    "x86_64": (0xC000003E, (41, 42, 49, 50, 101, 59, 322, 321, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 203, 200, 201, 117, 221, 281, 280, 270, 271, 425)),
}


def confine_writer(memory_bytes: int) -> list[str]:
    """Give up, for good, what writing to a store does not need; says what is in force.

    The calling thread can make no connection and start no program any more; sockets that
    are open stay, files may be written.
    """
    held = []
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        outward = _OUTWARD.get(platform.machine())
        if outward is not None and _install(_program(*outward, ())):
            held.append("seccomp")
        most = address_space() + memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        held.append("memory")
    return held


def address_space() -> int:
    """The size of this process's address space in bytes; Linux only."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


def _deny_system_calls() -> bool:
    found = _MACHINES.get(platform.machine())
    return found is not None and _install(_program(*found))


def _install(program: bytes) -> bool:
    code = ctypes.create_string_buffer(program)
    header = ctypes.create_string_buffer(
        struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(header), 0, 0) == 0)


def _program(
    machine: int, refused: tuple[int, ...], by_flags: tuple[tuple[int, int], ...]
) -> bytes:
    """The filter as the kernel's bytecode; every jump is counted from the next step."""
    steps = [
        (_LOAD, 0, 0, 4),  # the machine
        (_EQUALS, 1, 0, machine),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # the number of the call
        (_AT_LEAST, 0, 1, 0x40000000),  # another calling convention
        (_RETURN, 0, 0, _DENY),
    ]
    for number in refused:
        steps += [(_EQUALS, 0, 1, number), (_RETURN, 0, 0, _DENY)]
    for number, argument in by_flags:
        steps += [
            (_EQUALS, 0, 4, number),
            (_LOAD, 0, 0, 16 + 8 * argument),
            (_ANY_BIT, 0, 1, _WRITING),
            (_RETURN, 0, 0, _DENY),
            (_RETURN, 0, 0, _ALLOW),
        ]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *step) for step in steps)
