"""The present day and time, in UTC everywhere, so that no two parts of a run are on different days."""

from __future__ import annotations

from datetime import UTC, datetime


def today() -> str:
    """Today's ISO day: what "now" means to a caller who says nothing else."""
    return datetime.now(UTC).date().isoformat()


def now() -> str:
    """The present time to the second, as entries of the change log have it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
