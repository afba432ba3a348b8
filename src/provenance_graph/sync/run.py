"""Synchronise sources: fetch each place that is due, import changes, record the outcome."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from provenance_graph.core import hub
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import FetchError
from provenance_graph.formats.document import Document
from provenance_graph.formats.fetch.fetcher import (
    Fetcher,
    account_models,
    fetch,
    json_of,
    model_url,
)
from provenance_graph.sync.config import SyncSource
from provenance_graph.sync.state import SourceState, SyncState

STATUSES = ("changed", "unchanged", "new", "renamed", "gated", "gone", "failed", "fresh")
"""Outcomes of a place; ``fresh``: it was fetched recently and is not fetched again."""
BAD = ("gone", "failed")
"""Outcomes for which a run ends with exit code 1."""


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """The outcome of one place, with its reason."""

    source: str
    location: str
    status: str
    detail: str = ""
    documents: int = 0


@dataclass
class Synced:
    """The outcomes of a run, and its numbers of requests."""

    outcomes: list[SourceOutcome] = field(default_factory=list)
    requests: int = 0
    not_modified: int = 0

    @property
    def counts(self) -> Counter[str]:
        """The number of places by status."""
        return Counter(outcome.status for outcome in self.outcomes)


Import = Callable[[SyncSource, Iterator[Document | Problem]], int]
"""Imports the documents of a place; returns the number of records created or changed."""


def _unknown(_: str) -> bool:
    return False


def synchronise(
    sources: Iterable[SyncSource],
    fetcher: Fetcher,
    state: SyncState,
    take: Import | None,
    *,
    now: Callable[[], float],
    today: str,
    known: Callable[[str], bool] = _unknown,
    everything: bool = False,
) -> Iterator[SourceOutcome]:
    """Fetch every place that is due and import its changes; yields an outcome for each place.

    ``take`` None is a dry run, which fetches but imports and records nothing. ``known`` returns
    whether the store already holds a place. ``everything`` also fetches places that are not due.
    """
    for source in sources:
        for location in _expanded(source, fetcher):
            if isinstance(location, SourceOutcome):
                yield location
                continue
            if not everything and not state.due(location, source.every, now()):
                yield SourceOutcome(source.name, location, "fresh", "requested recently")
                continue
            outcome, seen = _one(source, location, fetcher, state, take, now(), today, known)
            if take is not None:
                state.note(location, seen)
            yield outcome


def _expanded(source: SyncSource, fetcher: Fetcher) -> Iterator[str | SourceOutcome]:
    """Yield the places of a source; ``hf:org/*`` becomes the repositories of that account."""
    for location in source.places:
        if not location.endswith("/*"):
            yield location
            continue
        try:
            for name in account_models(location[3:-2], fetcher):
                if isinstance(name, Problem):
                    yield SourceOutcome(source.name, name.where, "failed", name.what)
                else:
                    yield f"hf:{name}"
        except FetchError as error:
            yield SourceOutcome(source.name, location, _status(error), str(error))


def _one(
    source: SyncSource,
    location: str,
    fetcher: Fetcher,
    state: SyncState,
    take: Import | None,
    at: float,
    today: str,
    known: Callable[[str], bool],
) -> tuple[SourceOutcome, SourceState]:
    """Fetch one place; returns the outcome, and the state to record."""
    before = state.seen.get(location)
    revision = moved = ""
    try:
        if location.startswith("hf:"):
            revision, moved = _revision(location, fetcher)
            if before and revision and revision == before.revision and not moved:
                seen = replace(before, at=at, status="unchanged", detail="")
                return SourceOutcome(
                    source.name, location, "unchanged", f"still at {revision[:12]}"
                ), seen
        results = [
            item if isinstance(item, Problem) else replace(item, fetched=True)
            for item in fetch(f"hf:{moved}" if moved else location, fetcher, today)
        ]
    except FetchError as error:
        status = _status(error)
        return SourceOutcome(source.name, location, status, str(error)), SourceState(
            at, status, detail=str(error)
        )
    documents = sum(isinstance(item, Document) for item in results)
    changed = documents if take is None else take(source, iter(results))
    if moved:
        status, detail = "renamed", f"now {moved}"
    elif not changed:
        status, detail = "unchanged", ""
    else:
        stored = (before is not None and bool(before.revision)) or known(location)
        status, detail = ("changed" if stored else "new"), ""
    faults = [str(item) for item in results if isinstance(item, Problem)]
    detail = "; ".join(filter(None, (detail, *faults[:3])))
    seen = SourceState(at, status, revision, moved, detail)
    return SourceOutcome(source.name, location, status, detail, documents), seen


def _revision(location: str, fetcher: Fetcher) -> tuple[str, str]:
    """The present commit of a repository, and its new name if renamed; else empty strings."""
    name, _, revision = location[3:].partition("@")
    answer = json_of(url := model_url(name, revision, fetcher), fetcher.get(url))
    if not isinstance(answer, dict):
        return "", ""
    commit, now = answer.get("sha"), answer.get("id", answer.get("modelId"))
    renamed = isinstance(now, str) and hub.is_name(now) and now.casefold() != name.casefold()
    return (commit if isinstance(commit, str) else ""), (str(now) if renamed else "")


def _status(error: FetchError) -> str:
    """The status for a failed request: gated (sign-in required), gone, or failed."""
    text = str(error)
    if re.search(r": (401|403),", text):
        return "gated"
    return "gone" if re.search(r": (404|410),", text) else "failed"
