"""Temporary folders named after their process, so that those of dead processes can be removed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_PREFIX: Final = "provenance-graph-"


@contextmanager
def private_folder() -> Iterator[Path]:
    """Yield a temporary folder of mode 0700 (owner only), removed when the block ends.

    A process that is killed leaves its folder behind; the next call, in any process, removes it.
    """
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = old.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            ours = old.lstat().st_uid == os.getuid() and not old.is_symlink()
            if ours and owner.isdigit() and not Path(f"/proc/{owner}").exists():
                shutil.rmtree(old, ignore_errors=True)
    made = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
