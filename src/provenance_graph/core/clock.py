"""The current date and time in UTC, so that all parts of a run agree on the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def today() -> str:
    """The current UTC day as an ISO date: the default of every parameter for a day."""
    return datetime.now(UTC).date().isoformat()


def is_to_come(day: str, present: str = "") -> bool:
    """Whether an ISO day has begun nowhere: east of UTC it may be the day after ``present``."""
    return day > (date.fromisoformat(present or today()) + timedelta(days=1)).isoformat()


def now() -> str:
    """The current UTC time to the second as an ISO dateTime, the form of change log entries."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
