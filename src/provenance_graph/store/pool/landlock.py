"""Landlock: limit the files that a process may access, where the kernel supports it (Linux 5.13).

See the kernel's ``Documentation/userspace-api/landlock.rst``. Afterwards the process and its
children can neither read nor write files outside the given folders.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every machine
_VERSION: Final = 1
_BENEATH: Final = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_FILE: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | (1 << 14)  # TRUNCATE
_RIGHTS: Final = {1: (1 << 13) - 1, 2: (1 << 14) - 1}  # by version; later ones 15 bits
_ALL: Final = (1 << 15) - 1
_READ: Final = _READ_FILE | _READ_DIR


def version() -> int:
    """The version of Landlock that the kernel supports; 0 for none."""
    if sys.platform != "linux":
        return 0
    syscall = ctypes.CDLL(None, use_errno=True).syscall(
        _CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION)
    )
    return max(0, int(syscall))


def restrict(readable: Iterable[Path], writable: Iterable[Path] = ()) -> bool:
    """Limit this process to the given paths; whether the limit is in force.

    The caller must have set ``PR_SET_NO_NEW_PRIVS``.
    """
    known = version()
    if not known:
        return False
    handled = _RIGHTS.get(known, _ALL)
    libc = ctypes.CDLL(None, use_errno=True)
    # A longer structure with zeros at its end is what an older kernel expects (§ ABI).
    attributes = struct.pack("Q", handled)
    rules = libc.syscall(_CREATE, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    if rules < 0:
        return False
    try:
        for places, rights in ((readable, _READ), (writable, handled & ~_EXECUTE)):
            for path in places:
                if not _allow(libc, rules, path, rights & handled):
                    return False
        return bool(libc.syscall(_RESTRICT, rules, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> bool:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return True  # a missing path needs no rule
    try:
        allowed = rights if path.is_dir() else rights & _FILE
        rule = struct.pack("=Qi", allowed, handle)
        return bool(libc.syscall(_ADD, rules, _BENEATH, rule, ctypes.c_uint32(0)) == 0)
    finally:
        os.close(handle)
