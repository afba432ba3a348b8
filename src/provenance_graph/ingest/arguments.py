"""Parsers of the importer's command line arguments about documents."""

from __future__ import annotations

from datetime import datetime

from provenance_graph.acceptance.snapshot import day_of
from provenance_graph.core import clock
from provenance_graph.core.errors import UsageError
from provenance_graph.core.hub import is_name


def time_of(text: str) -> str:
    """Parse a retrieval time: an ISO 8601 day, or a time converted to UTC.

    Raises UsageError if the text is neither, and for a day to come: nothing was read on it.
    """
    result = _time(text)
    if clock.is_to_come(result[:10]):
        raise UsageError(f"{text} is to come; give the day on which the documents were retrieved")
    return result


def _time(text: str) -> str:
    if "T" not in text:
        return day_of(text)
    try:
        stated = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f"{text!r} is not a time such as 2026-03-01T12:00:00Z") from None
    return clock.written(stated)


def account_of(text: str) -> str:
    """Check that a text can be the name of a Hub account or organisation, and return it.

    The empty text is accepted. Raises UsageError for a text that cannot be an account name.
    """
    if text and not is_name(f"{text}/x"):
        raise UsageError(f"{text!r} is not a namespace such as meta-llama")
    return text
