"""How many files a process may have open at once."""

from __future__ import annotations

import resource


def allow_files(wanted: int) -> None:
    """Raise the limit of open files to ``wanted``, as far as the system lets us."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = most == resource.RLIM_INFINITY
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (max(now, wanted if unlimited else min(wanted, most)), most)
    )
