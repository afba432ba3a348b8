"""What an importer says of documents, as it is typed."""

from __future__ import annotations

from datetime import UTC, datetime

from provenance_graph.acceptance.snapshot import day_of
from provenance_graph.core.errors import UsageError
from provenance_graph.core.hub import is_name


def time_of(text: str) -> str:
    """The day, or the time in UTC, that a user names as that of retrieval.

    Raises UsageError for a text that is no date or time in ISO 8601.
    """
    if "T" not in text:
        return day_of(text)
    try:
        stated = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        raise UsageError(f"{text!r} is not a time such as 2026-03-01T12:00:00Z") from None
    return stated.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def account_of(text: str) -> str:
    """The name of an account on the Hub or of an organisation, as a namespace of models.

    Raises UsageError for a text that could be no account.
    """
    if text and not is_name(f"{text}/x"):
        raise UsageError(f"{text!r} is not a namespace such as meta-llama")
    return text
