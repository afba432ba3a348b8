"""The history of a model: versions, aliases, retirement, facts, claims and ranks over time.

Two time lines are kept separate. Events in the world: a version was released, an alias moved, a
model retired. Changes of knowledge: one retrieval of a document differs from the one before it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assessment.evidence.gather import LINKS, SourceLinks, below
from provenance_graph.changes.history.results import (
    Binding,
    ChangedClaim,
    Drift,
    Event,
    History,
    Lifecycle,
    Version,
)
from provenance_graph.core.claims import (
    AcceptanceStatus,
    Claim,
    Header,
    Precision,
    SourcedClaim,
    Value,
)
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.literals import date_text
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.model.ranks import Movement, Rank, movements, rank_of

Facts = Mapping[Iri, Sequence[Value]]
NODES = (*LINKS, PG.rankOf)
IDENTIFYING = frozenset(
    {
        SCHEMA.name,
        SCHEMA.alternateName,
        DCTERMS.identifier,
        SCHEMA.version,
        DCTERMS.replaces,
        DCTERMS.isPartOf,
        SCHEMA.sameAs,
        DCTERMS.issued,
        PG.lifecycle,
        PG.hubRepository,
    }
)
"""Properties that differ between any two successive entities, and so do not count as drift."""


def history(snapshot: AcceptedSnapshot, subject: Iri, start: str = "", end: str = "") -> History:
    """The changes of a model between two days (ISO dates; empty means no limit).

    Raises UsageError where the first day is later than the last.
    """
    if end and start > end:
        raise UsageError(f"the first day, {start}, is later than the last, {end}")
    return _Teller(snapshot, snapshot.canonical(subject), start, end).tell()


class _Teller:
    """Reads one model and all nodes that belong to it once, and builds its history."""

    def __init__(self, snapshot: AcceptedSnapshot, subject: Iri, start: str, end: str) -> None:
        self.snapshot, self.subject, self.start, self.end = snapshot, subject, start, end
        self.snapshot = snapshot
        statements = snapshot.statements
        latest = snapshot.latest
        links = SourceLinks(self.snapshot, links=NODES)
        self.nodes: dict[Iri, list[SourcedClaim]] = defaultdict(list)
        for stored in below(subject, statements, latest, links):
            self.nodes[stored.subject].append(stored)
        self.seen = snapshot.view(subject)
        self.facts: dict[Iri, Facts] = {subject: _facts(self.seen.quads)}
        for node in self.nodes:
            self.facts[node] = _facts(snapshot.view(node).quads)
        self.known = {
            name for name, *_ in self.snapshot.quads(predicate=RDF.type, object=PG.FactProperty)
        } - IDENTIFYING

    def tell(self) -> History:
        versions, aliases = self._versions(), self._aliases()
        life, changed = self._life(), self._changed()
        ranks = self._ranks()
        events = sorted(
            self._events(life, versions, aliases, changed), key=lambda e: (e.date, e.what)
        )
        drift = [*self._version_drift(versions), *self._succession()]
        retrievals: dict[str, set[Iri]] = defaultdict(set)
        for stored in self.seen.claims:
            retrievals[stored.header.retrieved[:10]].add(stored.header.record)
        return History(
            subject=self.subject,
            name=self._name(self.subject),
            start=self.start,
            end=self.end,
            as_of=self.snapshot.as_of,
            life=life,
            versions=tuple(versions),
            aliases=tuple(aliases),
            drift=tuple(drift),
            changed=tuple(changed),
            ranks=tuple(ranks),
            events=tuple(event for event in events if self._within(event.date)),
            retrievals=tuple(
                (day, len(records))
                for day, records in sorted(retrievals.items())
                if self._within(day)
            ),
            labels=self._labels(life, versions, aliases, drift, changed),
        )

    def _within(self, day: str) -> bool:
        return (not self.start or day >= self.start) and (not self.end or day <= self.end)

    def _name(self, entity: Iri) -> str:
        return label(self.snapshot, entity) or short_id(entity)

    def _typed(self, kind: Iri) -> list[Iri]:
        return sorted(n for n in self.nodes if kind in self.facts[n].get(RDF.type, ()))

    # ---- the world's clock -----------------------------------------------------------------

    def _versions(self) -> list[Version]:
        results = [
            Version(
                iri=node,
                version=_text(self.facts[node], SCHEMA.version),
                released=_text(self.facts[node], DCTERMS.issued)
                or _text(self.facts[node], DCTERMS.created),
                replaces=_entities(self.facts[node], DCTERMS.replaces),
                sources=_headers(self.nodes[node]),
            )
            for node in self._typed(PG.ModelVersion)
        ]
        return sorted(results, key=lambda v: (v.released or _dated(v.version), v.version, v.iri))

    def _aliases(self) -> list[Binding]:
        results = []
        for node in self._typed(PG.AliasBinding):
            alias = _text(self.facts[node], PG.alias)
            stated: dict[tuple[Iri, Iri, str, str], list[Header]] = defaultdict(list)
            for name in self.snapshot.statements.names_of(node):
                for claim, header in self.snapshot.statements.about(name):
                    if claim.predicate != PG.resolvesTo or not isinstance(claim.value, Iri):
                        continue
                    if self.snapshot.latest.known(header):
                        target = self.snapshot.canonical(claim.value)
                        key = (header.of_document, target, claim.valid_from, claim.valid_until)
                        stated[key].append(header)
            for (document, target, since, until), headers in stated.items():
                first, last = (pick(h.retrieved[:10] for h in headers) for pick in (min, max))
                later = [day for day in self._readings(document) if day > last]
                sources = (max(headers, key=lambda h: (h.retrieved, h.record)),)
                results.append(
                    Binding(alias, target, since, until, first, min(later, default=""), sources)
                )
        return sorted(results, key=lambda b: (b.alias, b.since or b.read, b.until, b.target))

    def _readings(self, document: Iri) -> set[str]:
        """The known days on which a document was retrieved."""
        return {
            header.retrieved[:10]
            for header in self.snapshot.statements.headers(document)
            if self.snapshot.latest.known(header)
        }

    def _life(self) -> Lifecycle:
        facts = self.facts[self.subject]
        deprecated = _text(facts, PG.deprecationDate)
        retired = _text(facts, PG.retirementDate)
        state = next(iter(_entities(facts, PG.lifecycle)), None)
        replaced = self.snapshot.quads(predicate=DCTERMS.replaces, object=self.subject)
        return Lifecycle(
            state=local_name(state) if state else "",
            released=_text(facts, DCTERMS.issued),
            deprecated=deprecated,
            retired=retired,
            notice_days=days(deprecated, retired),
            replaces=_entities(facts, DCTERMS.replaces),
            replaced_by=tuple(sorted(subject for subject, *_ in replaced)),
        )

    # ---- facts -----------------------------------------------------------------------------

    def _version_drift(self, versions: Sequence[Version]) -> Iterator[Drift]:
        """Yield facts that differ from one version to the next, and to the current model."""
        line = [version.iri for version in versions] + [self.subject]
        for before, after in pairwise(line):
            yield from self._between("between versions", before, after)

    def _succession(self) -> Iterator[Drift]:
        """Yield facts that differ from those of the models that this model replaces."""
        for before in _entities(self.facts[self.subject], DCTERMS.replaces):
            self.facts[before] = _facts(self.snapshot.view(before).quads)
            yield from self._between("from the model it replaces", before, self.subject)

    def _between(self, kind: str, before: Iri, after: Iri) -> Iterator[Drift]:
        one, two = self.facts[before], self.facts[after]
        for name in sorted(one.keys() & two.keys() & self.known):
            was, now = tuple(sorted(one[name], key=str)), tuple(sorted(two[name], key=str))
            if was != now:
                yield Drift(kind, before, after, name, was, now)

    # ---- changes of knowledge --------------------------------------------------------------

    def _changed(self) -> list[ChangedClaim]:
        """Claims that differ between two successive retrievals of one document."""
        statements = self.snapshot.statements
        latest = self.snapshot.latest
        documents: dict[Iri, dict[str, tuple[Header, list[Claim]]]] = defaultdict(dict)
        for entity in (self.subject, *self.nodes):
            for name in statements.names_of(entity):
                for claim, header in statements.about(name):
                    if latest.known(header):
                        retained = documents[header.of_document]
                        retained.setdefault(header.retrieved, (header, []))[1].append(claim)
        changed_claims: list[ChangedClaim] = []
        for key, retrievals in sorted(documents.items()):
            for header in statements.headers(key):  # also retrievals without claims about the model
                if latest.known(header):
                    retrievals.setdefault(header.retrieved, (header, []))
            ordered = [retrievals[day] for day in sorted(retrievals)]
            for (one, earlier), (two, later) in pairwise(ordered):
                if self._within(two.retrieved[:10]):
                    changed_claims.extend(_compared(one, earlier, two, later))
        return changed_claims

    def _ranks(self) -> list[Movement]:
        rows: list[tuple[str, Rank]] = []
        for node in self._typed(PG.RankEntry):
            facts = self.facts[node]
            ranking = next(iter(_entities(facts, PG.ranking)), None)
            read = max((h.retrieved[:10] for h in _headers(self.nodes[node])), default="")
            name = self._name(ranking) if ranking else "a list without a name"
            entry = rank_of(node, facts, name, read)
            if entry is not None and self._within(entry[1].date or read):
                rows.append(entry)
        return movements(rows)

    def _events(
        self,
        life: Lifecycle,
        versions: Iterable[Version],
        aliases: Iterable[Binding],
        changed: Iterable[ChangedClaim],
    ) -> Iterator[Event]:
        for day, what in (
            (life.released, "released"),
            (life.deprecated, "deprecated: its end announced"),
            (life.retired, "retired"),
        ):
            if day:
                yield Event(day, "world", what, self.subject)
        for version in versions:
            if day := version.released or _dated(version.version):
                yield Event(day, "world", f"version {version.version}", version.iri)
        for binding in aliases:
            for day, words in (
                (binding.since, "points to"),
                (binding.until, "no longer points to"),
            ):
                if day:
                    what = f"alias {binding.alias} {words} {self._name(binding.target)}"
                    yield Event(day, "world", what, binding.target)
        counts: dict[tuple[str, Iri], int] = defaultdict(int)
        for change in changed:
            counts[change.later[:10], change.document] += 1
        for (day, document), count in sorted(counts.items()):
            values = f"{count} value{'s' if count > 1 else ''}"
            what = f"{document} changed {values} since the last reading"
            yield Event(day, "knowledge", what, self.subject)

    def _labels(
        self,
        life: Lifecycle,
        versions: Iterable[Version],
        aliases: Iterable[Binding],
        drift: Iterable[Drift],
        changed: Iterable[ChangedClaim],
    ) -> dict[Iri, str]:
        entities: set[Iri] = {self.subject, *life.replaces, *life.replaced_by}
        entities |= {entity for v in versions for entity in (v.iri, *v.replaces)}
        entities |= {binding.target for binding in aliases}
        for d in drift:
            entities |= {d.before, d.after, d.property}
            entities |= {value for value in (*d.was, *d.now) if isinstance(value, Iri)}
        entities |= {entity for c in changed for entity in (c.subject, c.property)}
        results = {entity: label(self.snapshot, entity) for entity in sorted(entities)}
        for version in versions:
            results[version.iri] = results.get(version.iri) or f"version {version.version}"
        return {entity: text for entity, text in results.items() if text}


def days(start: str, end: str) -> int | None:
    """The number of days between two ISO dates, or None if one is missing.

    >>> days("2025-10-28", "2026-02-19")
    114
    """
    try:
        return (date.fromisoformat(end) - date.fromisoformat(start)).days
    except ValueError:
        return None


def _dated(version: str) -> str:
    """The ISO day in a version such as ``20251001``; empty if there is none."""
    digits = version[-8:]
    if not is_digits(digits) or len(digits) != 8:
        return ""
    day = f"{digits[:4]}-{digits[4:6]}-{digits[6:]}"
    return day if days(day, day) == 0 else ""


def _facts(quads: Iterable[tuple[Iri, Iri, Value, Iri | None]]) -> Facts:
    values: dict[Iri, list[Value]] = defaultdict(list)
    for _, predicate, value, _ in quads:
        values[predicate].append(value)
    return values


def _text(facts: Facts, predicate: Iri) -> str:
    value = str(next(iter(facts.get(predicate, ())), ""))
    precision = next(
        (p for p in Precision if p.mark is not None and predicate in facts.get(p.mark, ())), None
    )
    return date_text(value, precision) if value else ""


def _entities(facts: Facts, predicate: Iri) -> tuple[Iri, ...]:
    return tuple(value for value in facts.get(predicate, ()) if isinstance(value, Iri))


def _headers(claims: Iterable[SourcedClaim]) -> tuple[Header, ...]:
    current = {
        h.header.record: h.header for h in claims if h.status is not AcceptanceStatus.SUPERSEDED
    }
    return tuple(header for _, header in sorted(current.items()))


def _compared(
    one: Header, earlier: Sequence[Claim], two: Header, later: Sequence[Claim]
) -> Iterator[ChangedClaim]:
    was, now = _stated(earlier), _stated(later)
    for subject, predicate in sorted(was.keys() | now.keys()):
        before, after = was.get((subject, predicate), set()), now.get((subject, predicate), set())
        if before != after:
            yield ChangedClaim(
                two.document,
                two.publisher,
                two.custody,
                one.retrieved,
                two.retrieved,
                subject,
                predicate,
                tuple(sorted(before)),
                tuple(sorted(after)),
            )


def _stated(claims: Iterable[Claim]) -> dict[tuple[Iri, Iri], set[str]]:
    """The values of claims by subject and property, without places, which may move."""
    result: dict[tuple[Iri, Iri], set[str]] = defaultdict(set)
    for claim in claims:
        value = claim.value
        display_text = (
            short_id(value) if isinstance(value, Iri) else str(value) if value is not None else ""
        )
        text = (
            display_text
            if claim.stance.label == "Stated"
            else f"{claim.stance.label} {display_text}".strip()
        )
        result[claim.subject, claim.predicate].add(text or claim.as_stated or claim.stance.label)
    return result
