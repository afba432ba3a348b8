"""System calls that confined processes may make, by name, for each supported machine.

Numbers are those of the kernel's tables (``asm/unistd_64.h`` and ``asm-generic/unistd.h``). Any
call not named here is refused, including calls of later kernels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_NUMBERS: Final = """
accept 43 202
accept4 288 242
access 21 -
brk 12 214
clock_getres 229 114
clock_gettime 228 113
clock_nanosleep 230 115
clone 56 220
clone3 435 435
close 3 57
close_range 436 436
copy_file_range 326 285
dup 32 23
dup2 33 -
dup3 292 24
exit 60 93
exit_group 231 94
faccessat 269 48
faccessat2 439 439
fadvise64 221 223
fallocate 285 47
fcntl 72 25
fdatasync 75 83
flock 73 32
fstat 5 80
fstatfs 138 44
fsync 74 82
ftruncate 77 46
futex 202 98
getcpu 309 168
getcwd 79 17
getdents64 217 61
getegid 108 177
geteuid 107 175
getgid 104 176
getpeername 52 205
getpid 39 172
getppid 110 173
getrandom 318 278
getrlimit 97 163
getrusage 98 165
getsockname 51 204
getsockopt 55 209
gettid 186 178
gettimeofday 96 169
getuid 102 174
ioctl 16 29
link 86 -
linkat 265 37
lseek 8 62
lstat 6 -
madvise 28 233
membarrier 324 283
mkdir 83 -
mkdirat 258 34
mmap 9 222
mprotect 10 226
mremap 25 216
munmap 11 215
nanosleep 35 101
newfstatat 262 79
open 2 -
openat 257 56
poll 7 -
ppoll 271 73
pread64 17 67
preadv 295 69
prlimit64 302 261
pselect6 270 72
pwrite64 18 68
pwritev 296 70
read 0 63
readahead 187 213
readlink 89 -
readlinkat 267 78
readv 19 65
recvfrom 45 207
recvmsg 47 212
rename 82 -
renameat 264 38
renameat2 316 276
rmdir 84 -
rseq 334 293
rt_sigaction 13 134
rt_sigprocmask 14 135
rt_sigreturn 15 139
sched_getaffinity 204 123
sched_yield 24 124
select 23 -
sendfile 40 71
sendmsg 46 211
sendto 44 206
set_robust_list 273 99
set_tid_address 218 96
setitimer 38 103
setsockopt 54 208
shutdown 48 210
sigaltstack 131 132
stat 4 -
statfs 137 43
statx 332 291
sync_file_range 277 84
sysinfo 99 179
tgkill 234 131
truncate 76 45
uname 63 160
unlink 87 -
unlinkat 263 35
write 1 64
writev 20 66
"""
"""The allowed calls: name, number on x86-64, number on AArch64; ``-`` where a machine has none."""


def _numbers(column: int) -> dict[str, int]:
    rows = [line.split() for line in _NUMBERS.strip().splitlines()]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


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
"""Calls for writing a store, beyond those for answering a query."""

_CHECKED: Final = frozenset(
    {"open", "openat", "ioctl", "tgkill", "prlimit64", "clone", "clone3", "fcntl"}
)
"""Calls that are allowed or refused by their arguments."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A processor architecture: its number in the kernel's audit table, and its call numbers."""

    audit: int
    numbers: Mapping[str, int]

    def number(self, name: str) -> int | None:
        """The number of a call; None where this machine has no call of that name."""
        return self.numbers.get(name)

    def reading(self) -> list[int]:
        """Numbers of the calls for evaluating a query or reading a document, with any arguments."""
        named = self.numbers.keys() - _WRITING - _CHECKED
        return sorted(self.numbers[name] for name in named)

    def writing(self) -> list[int]:
        """Numbers of the calls for writing a store, with any arguments; includes opening files."""
        named = self.numbers.keys() - (_CHECKED - {"open", "openat"})
        return sorted(self.numbers[name] for name in named)


MACHINES: Final[Mapping[str, Machine]] = {
    "x86_64": Machine(0xC000003E, _numbers(1)),
    "aarch64": Machine(0xC00000B7, _numbers(2)),
}
