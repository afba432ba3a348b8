"""Resolution of a user's text to any entity of the graph.

Models, datasets, organisations, licences, families, offers and records are found. Of several
entities of one name the richest comes first, with the others beside it; where none stands out, the
name is ambiguous.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import Ambiguous, BeingIndexed, NotFound, WrongKind
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import (
    DCTERMS,
    DERIVATIONS,
    PG,
    PROV,
    RDF,
)
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.naming.followed import table_of
from provenance_graph.model.naming.table import KINDS, is_own, listings
from provenance_graph.store.values import ANY

_HEADS = (
    "model",
    "dataset",
    "organization",
    "licence",
    "in",
    "version",
    "record",
    "rubric",
    "deployment",
)
_MINTED = {
    **{kind: kind for kind in (*KINDS, "offer")},
    "version": "model",
    "configuration": "model",
    "unresolved": "unresolved reference",
}
"""Kinds by the part of an IRI that names the kind for which it was minted."""
_SUBJECTS = ("model", "family")
"""Kinds that a bare name means first: an entity of another kind never hides one of these."""
_STANDS_OUT = 3
"""Factor by which an entity must be richer than the next one of its name to be chosen."""


@dataclass(frozen=True, slots=True)
class EntityMatch:
    """An entity, its kind, and other entities of the same name, richest first."""

    iri: Iri
    kind: str
    others: tuple[Iri, ...] = ()


def find_entity(snapshot: AcceptedSnapshot, text: str, kinds: Iterable[str] = ()) -> EntityMatch:
    """The entity that a text names; raises NotFound with similar names, WrongKind or Ambiguous.

    Tried in this order: an IRI or an id below ours; a name or the last part of an id, without case
    and punctuation; a name followed by a version. ``kinds`` limits the kinds. An entity known only
    on the snapshot's past day is found by its id. Raises BeingIndexed for what only
    a later version has.
    """
    present, name, wanted = snapshot.present, text.strip(), set(kinds)
    if "/" not in name and not iris.is_iri(name):  # a bare name is looked up among all names
        present.expect_whole(listings(wanted))
    direct = list(dict.fromkeys(_direct(present, name)))
    if wanted:
        direct = [one for item in direct for one in _of_kind(present, item, wanted)] or direct
    if direct:
        if wanted and kind_of(present, direct[0]) not in wanted:
            raise _wrong_kind(present, name, direct[0], wanted)
        ordered = _by_richness(present, direct)
        if "/" in name or iris.is_iri(name) or wanted:
            return EntityMatch(ordered[0], kind_of(present, ordered[0]), tuple(ordered[1:]))
    known = table_of(present, wanted)
    results = list(dict.fromkeys([*direct, *known.by_name(name)]))
    editions = [iri for iri in known.editions(name) if iri not in results]
    present.expect([*results, *editions])
    if results:
        if not any(map(is_own, results)) or _is_outdone(present, results, editions):
            results += editions
        return _chosen(present, name, results)
    if editions and ("/" not in name or len(editions) > 1):  # an id does not mean a single other id
        return _chosen(present, name, editions)
    if snapshot.as_of:
        for past in _direct(snapshot, name):
            if not wanted or kind_of(snapshot, past) in wanted:
                return EntityMatch(past, kind_of(snapshot, past))
    if (later := present.after(present)) is not None:
        find_entity(later, text, wanted)  # raises NotFound where it is not there either
        raise BeingIndexed(
            "this name came with a write a moment ago, and the indexes that answer this are being "
            "made; try again in a few seconds"
        )
    if wanted and (others := table_of(present, set()).by_name(name)):
        raise _wrong_kind(present, name, _by_richness(present, others)[0], wanted)
    raise NotFound(name, _kinds_in_words(wanted) or "entity", known.near(name))


def _kinds_in_words(wanted: Iterable[str]) -> str:
    return " or ".join(sorted(wanted))


def _wrong_kind(
    present: AcceptedSnapshot, name: str, entity: Iri, wanted: Iterable[str]
) -> WrongKind:
    kind = kind_of(present, entity)
    return WrongKind(name, _kinds_in_words(wanted), short_id(entity), kind)


def _of_kind(present: AcceptedSnapshot, entity: Iri, wanted: set[str]) -> Iterator[Iri]:
    """The entity, or the model that it offers, where that is of a wanted kind."""
    if kind_of(present, entity) in wanted:
        yield entity
    elif "model" in wanted:
        for model in present.values(entity, PG.offerOf):
            if isinstance(model, Iri) and kind_of(present, model) in wanted:
                yield model


def _is_outdone(present: AcceptedSnapshot, called: list[Iri], editions: list[Iri]) -> bool:
    """Whether much more is known of an edition than of the entities of exactly the name.

    "Stable Diffusion" is hardly meant to be a third party's conversion of exactly that name. The
    maker's own entity of exactly the name is meant, however little is known of it: FineWeb is not
    FineWeb 2.
    """
    richest = max(_richness(present, iri) for iri in called)
    owners = {_owner(iri) for iri in called} - {""}
    return any(
        _richness(present, iri) >= _STANDS_OUT * richest and _owner(iri) not in owners
        for iri in editions
    )


def _owner(entity: Iri) -> str:
    """The account in an entity's id; empty for an id without one."""
    return short_id(entity).rpartition("/")[0]


def _chosen(present: AcceptedSnapshot, name: str, result: list[Iri]) -> EntityMatch:
    ordered = _by_richness(present, result)
    kinds = [kind_of(present, iri) for iri in ordered]
    own = [iri for iri in ordered if is_own(iri)]
    first = own[0] if own else ordered[0]
    hides = kind_of(present, first) not in _SUBJECTS and any(
        kind in _SUBJECTS and _is_spelt(present, iri, name)
        for iri, kind in zip(ordered, kinds, strict=True)
    )
    by_id = [iri for iri in own if fold(short_id(iri).rsplit("/", 1)[-1]) == fold(name)]
    if len(by_id) == 1 and not hides and _versions_of(present, by_id[0]).issuperset(own):
        # one entity has this id, the others are its versions with the same label
        others = [iri for iri in ordered if iri != by_id[0]]
        return EntityMatch(by_id[0], kind_of(present, by_id[0]), tuple(others))
    if len(own) == 1 and own[0] == ordered[0] and not hides:
        return EntityMatch(own[0], kinds[0], tuple(ordered[1:]))
    sizes = [_richness(present, iri) for iri in ordered[:2]]
    if len(ordered) > 1 and (hides or sizes[0] < _STANDS_OUT * sizes[1]):
        described = [(short_id(iri), _distinguished(present, iri)) for iri in ordered]
        raise Ambiguous(name, described, "entity")
    return EntityMatch(ordered[0], kinds[0], tuple(ordered[1:]))


def _is_spelt(present: AcceptedSnapshot, entity: Iri, wanted: str) -> bool:
    """Whether a name equals an entity's label or the last part of its id, except for case."""
    spelt = {short_id(entity).rsplit("/", 1)[-1], present.label(entity)}
    return wanted.casefold() in {name.casefold() for name in spelt if name}


def _distinguished(present: AcceptedSnapshot, entity: Iri) -> str:
    """Facts that distinguish an entity from others of its name: kind, creator, size, records."""
    makers = [
        present.label(maker) or short_id(maker)
        for maker in present.values(entity, DCTERMS.creator)
        if isinstance(maker, Iri)
    ]
    sizes = [
        f"{int(size.lexical):,} parameters"
        for predicate in (PG.parameterCount, PG.nominalParameterCount)
        for size in present.values(entity, predicate)
        if isinstance(size, Literal) and size.lexical.isdecimal()
    ]
    records = {
        header.record
        for name in present.statements.names_of(entity)
        for _, header in present.statements.about(name)
        if present.latest.counts(header)
    }
    parts = [kind_of(present, entity), *makers[:1], *sizes[:1], f"records: {len(records)}"]
    return ", ".join(parts)


def _versions_of(present: AcceptedSnapshot, entity: Iri) -> set[Iri]:
    """The entity with its versions and configurations."""
    quads = present.quads(predicate=PROV.specializationOf, object=entity)
    return {entity, *(version for version, *_ in quads)}


def _direct(present: AcceptedSnapshot, name: str) -> Iterator[Iri]:
    """The canonical entities of an IRI, an address or an id: repositories before their pages."""
    for candidates in (_of_repository(name), _by_id(name)):
        present.expect(candidates)
        found = False
        for candidate in candidates:
            canonical = present.statements.canonical(candidate)
            if _is_described(present, canonical):
                found = True
                yield canonical
        if found:
            return


def _by_id(name: str) -> list[Iri]:
    """The IRIs that a text may abbreviate, or that it is."""
    if iris.is_iri(name):
        prefix, _, local = name.partition(":")
        known = prefix in iris.PREFIXES and not local.startswith("//")
        return [Iri(name), *([Iri(iris.PREFIXES[prefix] + local)] if known else ())]
    if not name:
        return []
    candidates = [iris.mint(head, name) for head in _HEADS]
    candidates += [Iri(iris.PREFIXES["licence"] + name), Iri(iris.ID + name)]
    return [one for one in candidates if iris.is_iri(one)]


def _of_repository(name: str) -> list[Iri]:
    """The entities of a Hub address, or of the package URL of a Hub repository."""
    if name[:4].lower() == "pkg:":
        from provenance_graph.formats.fields.packages import package

        found = package(name)
        kind = "dataset" if found is not None and found.dataset else "model"
        return [iris.mint(kind, found.repository)] if found is not None else []
    if (repository := hub.address(name)) is None:
        return []
    kinds = {hub.RepositoryKind.MODEL: "model", hub.RepositoryKind.DATASET: "dataset"}
    named = kinds.get(repository.kind)
    return [iris.mint(named, repository.name)] if named else []


def _is_described(present: AcceptedSnapshot, entity: Iri) -> bool:
    """Whether an entity occurs in the accepted view, or is a record or a publisher."""
    return any(
        True
        for quads in (
            present.quads(entity),
            present.quads(object=entity),
            present.quads(entity, graph=entity),
        )
        for _ in quads
    ) or is_publisher(present, entity)


def is_publisher(snapshot: AcceptedSnapshot, entity: Iri) -> bool:
    """Whether any record is attributed to an organisation, under any of its names."""
    return any(
        True
        for name in snapshot.statements.names_of(entity)
        for _ in snapshot.quads(predicate=PROV.wasAttributedTo, object=name, graph=ANY)
    )


def kind_of(present: AcceptedSnapshot, entity: Iri) -> str:
    """The kind of an entity, in a word: by its classes, its use, or its IRI; else ``thing``."""
    types = present.types(entity)
    for kind, classes in KINDS.items():
        if types & set(classes):
            return kind
    if any(True for _ in present.quads(entity, RDF.type, PG.SourceRecord, entity)):
        return "record"
    if PG.Offer in types:
        return "offer"
    if PG.UnresolvedReference in types:
        return "unresolved reference"
    if any(True for _ in present.quads(predicate=PG.trainedOn, object=entity)):
        return "dataset"
    for relation in DERIVATIONS:
        if any(True for _ in present.quads(predicate=relation, object=entity)):
            return "model"
    return kind_by_name(entity)


def kind_by_name(entity: Iri) -> str:
    """The kind of entity for which an IRI was minted, in a word; ``thing`` if unknown."""
    return _MINTED.get(iris.minted_kind(entity), "thing")


def _by_richness(present: AcceptedSnapshot, result: Iterable[Iri]) -> list[Iri]:
    listed = list(result)
    if len(listed) < 2:
        return listed
    return sorted(listed, key=lambda iri: (-_richness(present, iri), iri))


def _richness(present: AcceptedSnapshot, entity: Iri) -> int:
    """The number of accepted quads about an entity, and of those that name it (at most 50)."""
    about = sum(1 for _ in present.quads(entity))
    return about + sum(1 for _ in islice(present.quads(object=entity), 50))
