"""Verifies a bundle: its digests and signature, and that its values follow from its claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field

from pydantic.dataclasses import dataclass

from provenance_graph import reference
from provenance_graph.acceptance.policy.policy import describe
from provenance_graph.core import canonical
from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.results import RESULT
from provenance_graph.formats.bundles import envelope
from provenance_graph.formats.bundles.envelope import BundleFile
from provenance_graph.formats.bundles.keys import NO_KEYS, KeyList, PublicKey
from provenance_graph.receipts.recompute import Recomputed, recompute

MAX_FAILURES = 200


@dataclass(frozen=True, config=RESULT)
class Failure:
    """A failed check: the part (a field, a record, a signature), the fault, and its kind."""

    where: str
    what: str
    kind: str


@dataclass(frozen=True, config=RESULT)
class Publisher:
    """A publisher of records in a bundle; ``custody`` is Verified if a bound key signed it."""

    id: str
    records: int
    custody: str


@dataclass(frozen=True, config=RESULT)
class Verified:
    """The result of verifying a bundle.

    ``signature`` is ``verified``, ``failed``, ``unknown key``, ``not checked`` or ``none``; ``ok``
    means that no check failed.
    """

    ok: bool
    signature: str
    signed_by: list[str]
    about: list[str]
    day: str
    as_of: str
    store: str
    software: str
    command: str
    policy: str
    policy_digest: str
    records: int
    claims: int
    facts: int
    exports: list[str]
    publishers: list[Publisher]
    failures: list[Failure] = field(default_factory=list)
    failure_count: int = 0


def verify(
    data: bytes,
    keys: Sequence[PublicKey] = (),
    bound: KeyList = NO_KEYS,
    url: str = "bundle",
) -> Verified:
    """Check a bundle's form, digests and signature, and recompute its accepted facts.

    Needs no network and no store. Raises Unreadable if the file is not a bundle.
    """
    file = envelope.read(data, url)
    known = {**bound.keys, **{key.id: key for key in keys}}
    signature, signed_by, problems = _signature(file, known)
    problems += envelope.altered(file)
    try:
        parsed = canonical.parse(file.content, "/content")
    except Unreadable as error:
        done, graphs = Recomputed({}, frozenset(), (), None, ()), canonical.by_graph(file.content)
        problems.append(Problem("/content", str(error).removeprefix("/content: "), kind="content"))
    else:
        graphs = parsed.graphs
        if not parsed.canonical:
            what = f"not in {canonical.ALGORITHM}: repeated, out of order or written otherwise"
            problems.append(Problem("/content", what, kind="content"))
        done = recompute(parsed.quads, _text(file, "day"), _text(file, "asOf"))
    problems += _graphs(file, graphs)
    problems += done.problems
    problems += _predicate(file, done)
    return _answer(file, done, signature, signed_by, problems, bound)


def _signature(
    file: BundleFile, known: Mapping[str, PublicKey]
) -> tuple[str, list[str], list[Problem]]:
    """The state of the signatures in a word, the ids of the valid keys, and the problems."""
    where = "/envelope/signatures"
    if not file.signatures:
        failed = [Problem(where, "it is not signed", kind="signature")] if known else []
        return "none", [], failed
    if not known:
        return "not checked", [], []
    sourced = envelope.signers(file, known)
    ids = [one.key for one in file.signatures]
    given = [key for key in ids if key in known]
    if ids != sorted(set(ids)):
        what = "signatures are repeated or out of order; a bundle has one a key, by its id"
        return "failed", sourced, [Problem(where, what, kind="signature")]
    if len(sourced) < len(given):
        what = "a signature is not that key's over this statement"
        return "failed", sourced, [Problem(where, what, kind="signature")]
    if not sourced:
        names = ", ".join(one.key[:16] for one in file.signatures)
        what = f"signed by an unknown key ({names}…); the keys given are others"
        return "unknown key", [], [Problem(where, what, kind="signature")]
    if len(given) < len(ids):
        others = ", ".join(key[:16] for key in ids if key not in known)
        what = f"one more signature, by a key that is not among those given ({others}…)"
        return "unknown key", sourced, [Problem(where, what, kind="signature")]
    return "verified", sourced, []


def _graphs(file: BundleFile, graphs: Mapping[str, str]) -> list[Problem]:
    """Problems of graphs that differ from the statement: a record changed, removed or added."""
    stated = file.predicate.get("graphs")
    expected = stated if isinstance(stated, dict) else {}
    matches = {graph: f"sha256:{canonical.digest(text)}" for graph, text in graphs.items()}
    problems = []
    for graph in sorted({*expected, *matches}):
        if graph not in matches:
            problems.append(Problem(_graph(graph), "removed from the bundle", kind="graph"))
        elif graph not in expected:
            problems.append(Problem(_graph(graph), "not in what was stated", kind="graph"))
        elif matches[graph] != expected[graph]:
            problems.append(Problem(_graph(graph), "changed: its digest is another", kind="graph"))
    return problems


def _predicate(file: BundleFile, done: Recomputed) -> list[Problem]:
    """Problems of a statement about other models or another day than the content."""
    about = file.predicate.get("about")
    subjects = {str(subject) for subject, view in done.views.items() if view.claims}
    problems = [
        Problem("about", f"{name} is not a subject of what is inside", kind="statement")
        for name in map(str, about if isinstance(about, list) else ())
        if subjects and name not in subjects
    ]
    day, as_of = _text(file, "day"), _text(file, "asOf")
    if as_of and day < as_of:
        what = f"{day or 'no day'}, which is before the day {as_of} as of which it is accepted"
        problems.append(Problem("day", what, kind="statement"))
    return problems


def _graph(graph: str) -> str:
    return short_id(Iri(graph)) if graph else "accepted view"


def _text(file: BundleFile, key: str) -> str:
    matches = file.predicate.get(key)
    return matches if isinstance(matches, str) else ""


def _answer(
    file: BundleFile,
    done: Recomputed,
    signature: str,
    signed_by: list[str],
    problems: list[Problem],
    bound: KeyList,
) -> Verified:
    about = file.predicate.get("about")
    graphs = file.predicate.get("graphs")
    digests = graphs if isinstance(graphs, dict) else {}
    failures = [Failure(p.where, p.what, p.kind) for p in dict.fromkeys(problems)]
    return Verified(
        ok=not failures,
        signature=signature,
        signed_by=signed_by,
        about=[str(one) for one in about] if isinstance(about, list) else [],
        day=_text(file, "day"),
        as_of=_text(file, "asOf"),
        store=_text(file, "store"),
        software=_text(file, "software"),
        command=_text(file, "command"),
        policy=describe(done.policy) if done.policy else "",
        policy_digest=str(digests.get(reference.GRAPH, "")),
        records=len(done.records),
        claims=sum(len(record.claims) for record in done.records),
        facts=done.facts,
        exports=sorted(file.exports),
        publishers=_publishers(done, signed_by, bound),
        failures=failures[:MAX_FAILURES],
        failure_count=len(failures),
    )


def _publishers(done: Recomputed, signed_by: list[str], bound: KeyList) -> list[Publisher]:
    """The publishers of the records in a bundle; only a bound key gives custody Verified."""
    counts: dict[Iri, int] = {}
    for record in done.records:
        counts[record.header.publisher] = counts.get(record.header.publisher, 0) + 1
    return [
        Publisher(
            short_id(publisher),
            count,
            "Verified" if any(bound.binds(key, publisher) for key in signed_by) else "Assumed",
        )
        for publisher, count in sorted(counts.items())
    ]
