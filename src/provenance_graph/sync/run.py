"""One run over some sources: ask politely, import what changed, remember what came of each place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import quote, urlsplit

from provenance_graph.core import hub
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import FetchError
from provenance_graph.formats.document import Document
from provenance_graph.formats.fetch.fetcher import Fetcher, fetch, json_of
from provenance_graph.sync.config import SyncSource
from provenance_graph.sync.state import SourceState, SyncState

STATUSES = ("changed", "unchanged", "new", "renamed", "gated", "gone", "failed", "fresh")
"""What may come of a place: ``fresh`` ones were asked lately and are not asked again."""
BAD = ("gone", "failed")
"""What a run ends with exit code 1 for."""


@dataclass(frozen=True, slots=True)
class SourceOutcome:
    """What came of one place, and why."""

    source: str
    location: str
    status: str
    detail: str = ""
    documents: int = 0


@dataclass
class Synced:
    """What came of a run."""

    outcomes: list[SourceOutcome] = field(default_factory=list)
    requests: int = 0
    not_modified: int = 0

    @property
    def counts(self) -> Counter[str]:
        """How many places of each status."""
        return Counter(outcome.status for outcome in self.outcomes)


Import = Callable[[SyncSource, Iterator[Document | Problem]], int]
"""Takes the documents of a place in; gives how many records they made or changed."""


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
    """Ask every place that is due and take in what changed; an outcome a place, as it comes.

    ``take`` None is a dry run: it asks what changed, takes nothing in and remembers nothing.
    ``known`` says whether the store holds a place already. ``everything`` asks also places
    that were asked lately.
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
    """The places of a source; an account's ``hf:org/*`` becomes its repositories."""
    for location in source.places:
        if not location.endswith("/*"):
            yield location
            continue
        try:
            yield from _account(location[3:-2], fetcher)
        except FetchError as error:
            yield SourceOutcome(source.name, location, _status(error), str(error))


def _account(account: str, fetcher: Fetcher) -> Iterator[str]:
    """The repositories of an account, page by page; raises FetchError after the most it lists."""
    url = f"{fetcher.settings.hub}/api/models?author={quote(account)}&limit=100"
    pages: set[str] = set()
    names: dict[str, None] = {}
    while url and url not in pages and len(names) < fetcher.settings.max_models:
        pages.add(url)
        answer = fetcher.answer(url)
        listed = json_of(url, answer.body)
        for entry in listed if isinstance(listed, list) else []:
            name = entry.get("id") if isinstance(entry, dict) else None
            if isinstance(name, str) and hub.is_name(name):
                names[f"hf:{name}"] = None
        match = re.search(r"<([^<>]+)>\s*;\s*rel=\"?next\"?", answer.link)
        url = match[1] if match else ""
    if not names:
        raise FetchError(f"hf:{account}/*: the Hub has no public model of {account}")
    yield from names
    if url and url not in pages:
        raise FetchError(f"hf:{account}/*: more than {len(names):,} models; the rest is not read")


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
    """Ask one place; the outcome, and what is remembered of it."""
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
    """The commit that a repository is at, and its new name where it was renamed."""
    name, _, revision = location[3:].partition("@")
    at = f"/revision/{quote(revision, safe='')}" if revision else ""
    url = f"{fetcher.settings.hub}/api/models/{quote(name)}{at}?blobs=true"
    answer = json_of(url, fetcher.get(url))
    if not isinstance(answer, dict):
        return "", ""
    commit, now = answer.get("sha"), answer.get("id", answer.get("modelId"))
    renamed = isinstance(now, str) and hub.is_name(now) and now.casefold() != name.casefold()
    return (commit if isinstance(commit, str) else ""), (str(now) if renamed else "")


def _status(error: FetchError) -> str:
    """What a refusal means: a gate that wants a sign-in, a document that is gone, or a failure."""
    text = str(error)
    if re.search(r": (401|403),", text):
        return "gated"
    return "gone" if re.search(r": (404|410),", text) else "failed"


def host_of(location: str) -> str:
    """The host that a place is asked at.

    >>> host_of("hf:org/name"), host_of("https://example.org/x")
    ('huggingface.co', 'example.org')
    """
    return "huggingface.co" if location.startswith("hf:") else urlsplit(location).hostname or ""
