"""Statistics of a store: the number of entities, links, disclosure states and records."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.store.values import ANY

if TYPE_CHECKING:
    from provenance_graph.model.answers import StatsAnswer

ENTITY_CLASSES = (
    PG.Model,
    PG.ModelFamily,
    PG.ModelVersion,
    PG.Configuration,
    PG.Dataset,
    PG.Organization,
    PG.Benchmark,
    PG.EvaluationResult,
    PG.RankEntry,
    PG.Assessment,
    PG.Offer,
    PG.Artifact,
    PG.UnresolvedReference,
    PG.Licence,
)
LINKS = (*terms.DERIVATIONS, *terms.INFLUENCES, DCTERMS.replaces, DCTERMS.license)
STATES = (
    PG.undisclosed,
    PG.withheld,
    PG.partlyDisclosed,
    PG.notApplicable,
    PG.contradicted,
    PG.contested,
)


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts of one version of a store; ``last_retrieved`` is the day of the newest retrieval."""

    version: str
    last_retrieved: str
    entities: dict[str, int]
    links: dict[str, int]
    states: dict[str, int]
    records: dict[str, int]
    publishers: dict[str, int]
    annotated: int

    def __repr__(self) -> str:
        things = ", ".join(f"{count:,} {kind}" for kind, count in self.entities.items() if count)
        return f"<counts of version {self.version}: {things}>"

    def to_json(self) -> StatsAnswer:
        """As JSON."""
        return {
            "version": self.version,
            "lastRetrieved": self.last_retrieved,
            "things": self.entities,
            "links": self.links,
            "disclosure": self.states,
            "recordsByReader": self.records,
            "recordsByPublisher": self.publishers,
            "annotatedClaims": self.annotated,
        }

    def rows(self) -> list[tuple[str, str, object]]:
        """The counts as rows: group, name, number."""
        groups = (
            ("things", self.entities),
            ("links", self.links),
            ("disclosure", self.states),
            ("records by reader", self.records),
            ("records by publisher", dict(list(self.publishers.items())[:15])),
        )
        head: list[tuple[str, str, object]] = [
            ("store", "version", self.version),
            ("store", "last retrieved", self.last_retrieved),
            ("claims", "annotated", self.annotated),
        ]
        return head + [(group, name, n) for group, counts in groups for name, n in counts.items()]


def stats(snapshot: AcceptedSnapshot) -> Stats:
    """Count the entities, links, disclosure states and records of a store."""
    readers = Counter(snapshot.header_values(PG.reader))
    attributed = Counter(snapshot.header_values(PROV.wasAttributedTo))
    publishers: Counter[str] = Counter()
    for publisher, number in attributed.items():
        publishers[short_id(publisher)] += number
    return Stats(
        version=snapshot.version,
        last_retrieved=snapshot.last_retrieved(),
        entities=_counts(snapshot, {local_name(c): (RDF.type, c) for c in ENTITY_CLASSES}),
        links=_counts(snapshot, {local_name(p): (p, None) for p in LINKS}),
        states=_counts(snapshot, {local_name(p): (p, None) for p in STATES}),
        records=_descending(readers),
        publishers=_descending(publishers),
        annotated=snapshot.count(RDF.type, PG.Claim, ANY),
    )


def _descending(counted: Counter[str]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda item: (-item[1], item[0])))


def _counts(
    snapshot: AcceptedSnapshot, patterns: dict[str, tuple[Iri, Iri | None]]
) -> dict[str, int]:
    counted = {name: snapshot.count(*pattern) for name, pattern in patterns.items()}
    return {name: n for name, n in counted.items() if n}
