"""The system calls that confined processes may make, by name, on each machine we know.

Numbers are those of the kernel's tables (``asm/unistd_64.h`` and ``asm-generic/unistd.h``).
What is not named here is refused, whatever a later kernel adds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_X86_64: Final[Mapping[str, int]] = {
    "read": 0, "write": 1, "open": 2, "close": 3, "stat": 4, "fstat": 5, "lstat": 6, "poll": 7,
    "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigreturn": 15, "ioctl": 16, "pread64": 17, "pwrite64": 18, "readv": 19,
    "writev": 20, "access": 21, "select": 23, "sched_yield": 24, "mremap": 25, "madvise": 28,
    "dup": 32, "dup2": 33, "nanosleep": 35, "setitimer": 38, "getpid": 39, "sendfile": 40,
    "accept": 43, "sendto": 44, "recvfrom": 45, "sendmsg": 46, "recvmsg": 47, "shutdown": 48,
    "getsockname": 51, "getpeername": 52, "setsockopt": 54, "getsockopt": 55, "clone": 56,
    "exit": 60, "uname": 63, "fcntl": 72, "flock": 73, "fsync": 74, "fdatasync": 75,
    "truncate": 76, "ftruncate": 77, "getcwd": 79, "rename": 82, "mkdir": 83, "rmdir": 84,
    "link": 86, "unlink": 87, "readlink": 89, "gettimeofday": 96, "getrlimit": 97,
    "getrusage": 98, "sysinfo": 99, "getuid": 102, "getgid": 104, "geteuid": 107,
    "getegid": 108, "getppid": 110, "sigaltstack": 131, "statfs": 137, "fstatfs": 138,
    "gettid": 186, "readahead": 187, "futex": 202, "sched_getaffinity": 204, "getdents64": 217,
    "set_tid_address": 218, "fadvise64": 221, "clock_gettime": 228, "clock_getres": 229,
    "clock_nanosleep": 230, "exit_group": 231, "tgkill": 234, "openat": 257, "mkdirat": 258,
    "newfstatat": 262, "unlinkat": 263, "renameat": 264, "linkat": 265, "readlinkat": 267,
    "faccessat": 269, "pselect6": 270, "ppoll": 271, "set_robust_list": 273,
    "sync_file_range": 277, "fallocate": 285, "accept4": 288, "dup3": 292, "preadv": 295,
    "pwritev": 296, "prlimit64": 302, "getcpu": 309, "renameat2": 316, "getrandom": 318,
    "membarrier": 324, "copy_file_range": 326, "statx": 332, "rseq": 334, "clone3": 435,
    "close_range": 436, "faccessat2": 439,
}  # fmt: skip
_AARCH64: Final[Mapping[str, int]] = {
    "getcwd": 17, "dup": 23, "dup3": 24, "fcntl": 25, "ioctl": 29, "flock": 32, "mkdirat": 34,
    "unlinkat": 35, "linkat": 37, "renameat": 38, "statfs": 43, "fstatfs": 44, "truncate": 45,
    "ftruncate": 46, "fallocate": 47, "faccessat": 48, "openat": 56, "close": 57,
    "getdents64": 61, "lseek": 62, "read": 63, "write": 64, "readv": 65, "writev": 66,
    "pread64": 67, "pwrite64": 68, "preadv": 69, "pwritev": 70, "sendfile": 71, "pselect6": 72,
    "ppoll": 73, "readlinkat": 78, "newfstatat": 79, "fstat": 80, "fsync": 82, "fdatasync": 83,
    "sync_file_range": 84, "exit": 93, "exit_group": 94, "set_tid_address": 96, "futex": 98,
    "set_robust_list": 99, "nanosleep": 101, "setitimer": 103, "clock_gettime": 113,
    "clock_getres": 114, "clock_nanosleep": 115, "sched_getaffinity": 123, "sched_yield": 124,
    "tgkill": 131, "sigaltstack": 132, "rt_sigaction": 134, "rt_sigprocmask": 135,
    "rt_sigreturn": 139, "uname": 160, "getrlimit": 163, "getrusage": 165, "getcpu": 168,
    "gettimeofday": 169, "getpid": 172, "getppid": 173, "getuid": 174, "geteuid": 175,
    "getgid": 176, "getegid": 177, "gettid": 178, "sysinfo": 179, "accept": 202,
    "getsockname": 204, "getpeername": 205, "sendto": 206, "recvfrom": 207, "setsockopt": 208,
    "getsockopt": 209, "shutdown": 210, "sendmsg": 211, "recvmsg": 212, "readahead": 213,
    "brk": 214, "munmap": 215, "mremap": 216, "clone": 220, "mmap": 222, "fadvise64": 223,
    "mprotect": 226, "madvise": 233, "accept4": 242, "prlimit64": 261, "renameat2": 276,
    "getrandom": 278, "membarrier": 283, "copy_file_range": 285, "statx": 291, "rseq": 293,
    "clone3": 435, "close_range": 436, "faccessat2": 439,
}  # fmt: skip

_WRITING: Final = frozenset(
    [
        "pwrite64",
        "pwritev",
        "sendfile",
        "setitimer",
        "accept",
        "accept4",
        "getsockname",
        "getpeername",
        "setsockopt",
        "getsockopt",
        "flock",
        "fsync",
        "fdatasync",
        "truncate",
        "ftruncate",
        "rename",
        "renameat",
        "renameat2",
        "mkdir",
        "mkdirat",
        "rmdir",
        "link",
        "linkat",
        "unlink",
        "unlinkat",
        "sync_file_range",
        "fallocate",
        "copy_file_range",
    ]
)
"""What writing a store needs beyond what answering a query needs."""

_CHECKED: Final = frozenset({"open", "openat", "ioctl", "tgkill", "prlimit64", "clone", "clone3"})
"""Calls that depend on their arguments."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A kind of processor: its number in the kernel's audit table, and its call numbers."""

    audit: int
    numbers: Mapping[str, int]

    def number(self, name: str) -> int | None:
        """The number of a call; None where this machine has none of that name."""
        return self.numbers.get(name)

    def reading(self) -> list[int]:
        """What evaluating a query or reading a document needs, whatever the arguments."""
        named = self.numbers.keys() - _WRITING - _CHECKED
        return sorted(self.numbers[name] for name in named)

    def writing(self) -> list[int]:
        """What writing a store needs, whatever the arguments: files it may open as it likes."""
        named = self.numbers.keys() - (_CHECKED - {"open", "openat"})
        return sorted(self.numbers[name] for name in named)


MACHINES: Final[Mapping[str, Machine]] = {
    "x86_64": Machine(0xC000003E, _X86_64),
    "aarch64": Machine(0xC00000B7, _AARCH64),
}
