"""Commits as JSON, as an Atom feed (RFC 4287) and as a JSON Feed (version 1.1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from provenance_graph.changes.answers import ChangesAnswer, CommitAnswer, FactChangeAnswer
from provenance_graph.changes.log import KEEP_DAYS, Commit, FactChange
from provenance_graph.core.claims import Value
from provenance_graph.core.iris import Iri, local_name, short_id

ATOM = "application/atom+xml"
JSON_FEED = "application/feed+json"
MAX_FACTS = 200
"""The most facts of a commit that a feed lists; the JSON answer has all facts of the log."""

Label = Callable[[Iri], str]


def to_json(commit: Commit) -> CommitAnswer:
    """A commit as JSON."""
    return {
        "version": commit.version,
        "before": commit.before,
        "at": commit.at,
        "kind": commit.kind,
        "recordsAdded": [short_id(one) for one in commit.added],
        "recordsDropped": [short_id(one) for one in commit.dropped],
        "subjects": [short_id(one) for one in commit.subjects],
        "facts": [_fact(fact) for fact in commit.facts],
        "factCount": commit.fact_count,
        "cut": commit.cut,
    }


def page(since: str, version: str, oldest: str, commits: Sequence[Commit]) -> ChangesAnswer:
    """The answer for commits since a version; ``next`` is the version to continue from."""
    last = commits[-1].version if commits else version
    return {
        "since": since,
        "version": version,
        "oldest": oldest,
        "retentionDays": KEEP_DAYS,
        "items": [to_json(commit) for commit in commits],
        "shown": len(commits),
        "next": last if last != version else None,
    }


def _fact(fact: FactChange) -> FactChangeAnswer:
    return {
        "subject": {"iri": fact.subject, "id": short_id(fact.subject)},
        "property": local_name(fact.property),
        "was": [rendered(value) for value in fact.was],
        "now": [rendered(value) for value in fact.now],
    }


def rendered(value: Value) -> str:
    """A value as text: the short id of an entity, else the lexical form."""
    return short_id(value) if isinstance(value, Iri) else value.lexical


def title(commit: Commit, label: Label = short_id) -> str:
    """A summary of a commit in one line.

    >>> title(Commit("2-ab", "1-ab", "2026-01-01T00:00:00Z", "update"))
    'Version 2-ab: no accepted fact changed'
    """
    about = list(dict.fromkeys(fact.subject for fact in commit.facts))
    if not commit.fact_count:
        what = "no accepted fact changed"
    elif not about:
        what = f"{commit.fact_count:,} accepted facts changed"
    else:
        names = ", ".join(label(one) or short_id(one) for one in about[:3])
        more = f" and {len(about) - 3:,} more" if len(about) > 3 else ""
        facts = "fact" if commit.fact_count == 1 else "facts"
        what = f"{commit.fact_count:,} accepted {facts} of {names}{more} changed"
    return f"Version {commit.version}: {what}"


def text(commit: Commit) -> str:
    """The facts that a commit changed, one per line, at most MAX_FACTS."""
    lines = [
        f"{short_id(fact.subject)} {local_name(fact.property)}: "
        f"{', '.join(map(rendered, fact.was)) or 'nothing'} → "
        f"{', '.join(map(rendered, fact.now)) or 'nothing'}"
        for fact in commit.facts[:MAX_FACTS]
    ]
    if commit.cut or commit.fact_count > len(lines):
        lines.append(f"… {commit.fact_count - len(lines):,} more")
    return "\n".join(lines)


def atom(commits: Iterable[Commit], url: str, label: Label = short_id) -> bytes:
    """Make an Atom feed, newest entry first; ``url`` is the feed's own address."""
    newest = list(commits)[::-1]
    feed = Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _child(feed, "id", url)
    _child(feed, "title", "Changes of a graph of AI model provenance")
    _child(feed, "updated", newest[0].at if newest else "1970-01-01T00:00:00Z")
    SubElement(feed, "link", rel="self", type=ATOM, href=url)
    _child(SubElement(feed, "author"), "name", "provenance-graph")
    for commit in newest:
        entry = SubElement(feed, "entry")
        _child(entry, "id", _id(commit))
        _child(entry, "title", _plain(title(commit, label)))
        _child(entry, "updated", commit.at)
        content = SubElement(entry, "content", type="text")
        content.text = _plain(text(commit)) or "nothing that is accepted"
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed)


def json_feed(commits: Iterable[Commit], url: str, label: Label = short_id) -> dict[str, object]:
    """Make a JSON Feed, newest item first; ``url`` is the feed's own address."""
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Changes of a graph of AI model provenance",
        "feed_url": url,
        "items": [
            {
                "id": _id(commit),
                "title": title(commit, label),
                "content_text": text(commit) or "nothing that is accepted",
                "date_published": commit.at,
                "tags": [commit.kind],
            }
            for commit in list(commits)[::-1]
        ],
    }


def _id(commit: Commit) -> str:
    return f"urn:provenance-graph:version:{commit.version}"


def _child(parent: Element, name: str, value: str) -> None:
    SubElement(parent, name).text = value


def _plain(value: str) -> str:
    """Remove the control characters that XML cannot hold."""
    return "".join(c for c in value if c in "\n\t" or c.isprintable() or ord(c) > 0x9F)
