"""Note the keys that an answer names, by kind of look-up, so that they are fetched together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from provenance_graph.core.claims import Quad, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import INFLUENCES, PG, PROV, SKOS
from provenance_graph.store.remote import lookups
from provenance_graph.store.remote.lookups import Fetched, LookUp
from provenance_graph.store.values import WholeListing


def note(fetched: Fetched, kind: LookUp, quads: Iterable[Quad]) -> None:
    """Note the keys that the quads of an answer name, for the kinds of look-up that follow."""
    named = fetched.named
    for quad in quads:
        subject, predicate, value, graph = quad
        _note_spelling(fetched, kind, quad)
        if kind is lookups.FACTS:  # the label and unit of the property
            named[lookups.FACTS][predicate,] = None
        if kind is lookups.FACTS and predicate in INFLUENCES and isinstance(value, Iri):
            named[lookups.NAMES][value,] = None  # other names of a dataset
            named[lookups.NODE][value, lookups.KEYS] = None
        if kind is lookups.OFFERS:
            named[lookups.FACTS][subject,] = None
        if kind is lookups.NAMES:  # the claims of an entity are read under all its names
            for name in (subject, Iri(str(value))):
                for other in lookups.OF_NAME:
                    named[other][name,] = None
            named[lookups.NODE][subject, lookups.KEYS] = None
        if kind in (lookups.STATED, lookups.ABOUT, lookups.READINGS) and graph is not None:
            named[lookups.HEADER][graph,] = None
        if kind is lookups.ABOUT and graph is not None:
            named[lookups.NODE][subject, graph] = None
        if not isinstance(value, Iri) or value.startswith("_:"):
            continue
        if kind is lookups.HEADER and predicate == PG.ofDocument:
            named[lookups.READINGS][value,] = None
        if kind in (lookups.STATED, lookups.NODE, lookups.MAPPED) or (
            kind is lookups.HEADER and predicate in lookups.HEADER_NAMES
        ):
            named[lookups.MAPPED][value,] = None
        if (
            kind in (lookups.FACTS, lookups.STATED, lookups.NODE)
            or predicate in lookups.HEADER_NAMES
        ):
            named[lookups.FACTS][value,] = None


def _note_spelling(fetched: Fetched, kind: LookUp, quad: Quad) -> None:
    """Note entities that share a spelling with a name, and their canonical IRIs."""
    subject, _, value, graph = quad
    if graph == lookups.KEYS and str(value).startswith(lookups.SPELLING):
        fetched.named[lookups.HOLDERS][value, graph] = None
    if kind is lookups.HOLDERS:
        _note_namesake(fetched, subject)
    named = kind in (lookups.MAPPED, lookups.NAMES) and isinstance(value, Iri)
    if named and not fetched.namesakes.isdisjoint((subject, value)):
        _note_namesake(fetched, subject if kind is lookups.NAMES else Iri(str(value)))


def _note_namesake(fetched: Fetched, name: Iri) -> None:
    """Note the look-ups for a name that shares a spelling with another."""
    if name not in fetched.namesakes:
        fetched.namesakes.add(name)
        for kind in lookups.OF_NAMESAKE:
            fetched.named[kind][name,] = None
        fetched.named[lookups.NODE][name, lookups.KEYS] = None


def note_publishers(
    fetched: Fetched, listings: Iterable[WholeListing], mapped: Iterable[Quad]
) -> None:
    """Store the canonical IRIs of the publishers in listed headers, from all mappings.

    A publisher that is not an organisation is noted for a look-up instead.
    """
    by_name: dict[Iri, list[Quad]] = {}
    for quad in mapped:
        by_name.setdefault(quad[0], []).append(quad)
    names = {value for one in listings for _, _, value, _ in fetched.wholes.quads[one]}
    names |= {value for _, _, value, _ in mapped}
    for name in names:
        if isinstance(name, Iri) and name.startswith(lookups.ORGANIZATION):
            fetched.quads.setdefault((lookups.MAPPED, (name,)), by_name.get(name, []))
        else:
            fetched.named[lookups.MAPPED][name,] = None


def take_mapped(quads: list[Quad], row: Mapping[str, Value]) -> None:
    """Add the mapping of an organisation's name in a row to ``quads``."""
    quads.append((Iri(str(row["s"])), SKOS.exactMatch, row["o"], Iri(str(row["g"]))))


def take_known(leading: dict[Iri, list[Quad] | None], row: Mapping[str, Value]) -> None:
    """Mark the name in a row as having links, which are fetched when they are needed."""
    leading.pop(Iri(str(row["o"])), None)


def take_link(
    leading: dict[Iri, list[Quad] | None],
    name: Iri,
    links: list[Quad],
    row: Mapping[str, Value],
) -> None:
    """Add the link in a row to ``links``; for a name with MANY links none are kept."""
    links.append((Iri(str(row["s"])), Iri(str(row["p"])), name, None))
    if len(links) >= lookups.MANY:
        leading[name] = None


def take_head(
    quads: list[Quad], predicate: Iri | None, graph: Iri | None, row: Mapping[str, Value]
) -> None:
    """Add a row of the head of a listing to ``quads``."""
    quads.append((Iri(str(row["s"])), predicate or Iri(str(row["p"])), row["o"], graph))


def note_leading(fetched: Fetched, links: Sequence[Quad] | None) -> None:
    """Note the subjects of the links to a name, if they are few.

    Otherwise only versions and assessments are noted: they are looked up next, and the parts of an
    assessment link to it.
    """
    versions = [s for s, p, _, _ in links or () if p in (PROV.specializationOf, PG.assessmentOf)]
    few = (
        [s for s, *_ in links or ()]
        if links and len(links) <= lookups.FOLLOWED
        else versions[: lookups.FEW]
    )
    for subject in few:
        fetched.named[lookups.FACTS][subject,] = None
        fetched.named[lookups.STATED][subject,] = None
    for subject in versions[: lookups.FEW]:
        fetched.named[lookups.OFFERS][subject,] = None
        if subject not in fetched.leading[lookups.LEADING]:
            fetched.expected[lookups.LEADING][subject] = None
