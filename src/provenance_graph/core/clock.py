"""The current date and time in UTC, so that all parts of a run agree on the day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def today() -> str:
    """The current UTC day as an ISO date: the default of every parameter for a day."""
    return datetime.now(UTC).date().isoformat()


def is_to_come(day: str, present: str = "") -> bool:
    """Whether an ISO day has begun nowhere: east of UTC it may be the day after ``present``."""
    return day > (date.fromisoformat(present or today()) + timedelta(days=1)).isoformat()


def written(time: datetime) -> str:
    """A time in UTC to the second as an ISO dateTime, the form in which the store holds times.

    >>> written(datetime(2026, 3, 1, 12, tzinfo=UTC))
    '2026-03-01T12:00:00Z'
    """
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def now() -> str:
    """The current UTC time to the second as an ISO dateTime, the form of change log entries."""
    return written(datetime.now(UTC))
