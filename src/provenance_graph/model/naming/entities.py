"""From what a user types to any entity in the graph.

Models, datasets, organisations, licences, families, offers and records are found. The richest entity of a name comes first; others of that name are reported beside it, and where
none stands out the name is ambiguous.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import Ambiguous, NotFound, WrongKind
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import (
    DCTERMS,
    DERIVATIONS,
    INFLUENCES,
    PG,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SKOS,
)
from provenance_graph.model.naming.resolve import fold
from provenance_graph.store.values import ANY

KINDS = {
    "model": (PG.Model, PG.ModelVersion, PG.Configuration, PG.OfferedModel),
    "family": (PG.ModelFamily,),
    "dataset": (PG.Dataset,),
    "organization": (PG.Organization,),
    "licence": (PG.Licence,),
    "benchmark": (PG.Benchmark,),
    "rubric": (PG.AssessmentScheme,),
    "system": (PG.Deployment,),
}
"""Kinds of entities and the classes that make an entity one of them."""

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
_NAMES = (SCHEMA.name, SCHEMA.alternateName, DCTERMS.identifier, SKOS.prefLabel, RDFS.label)
_MINTED = {
    **{kind: kind for kind in (*KINDS, "offer")},
    "version": "model",
    "configuration": "model",
    "unresolved": "unresolved reference",
}
"""Kinds by the part of an IRI that tells what it was minted for."""
_SUBJECTS = ("model", "family")
"""Kinds that a bare name means before any other: an entity of another kind never hides one."""
_STANDS_OUT = 3
"""So many times as much must be stated of an entity as of the next of its name."""


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An entity, what it is, and other entities of the same name, richest first."""

    iri: Iri
    kind: str
    others: tuple[Iri, ...] = ()


def find_entity(snapshot: AcceptedSnapshot, text: str, kinds: Iterable[str] = ()) -> FoundEntity:
    """The entity that a text names; raises NotFound with near names, or Ambiguous.

    Tried in this order: an IRI or an id below ours; a name or the last part of an id, without
    case and punctuation; a name with a version behind it. ``kinds`` narrows to some kinds.
    """
    present, asked, wanted = snapshot.present, text.strip(), set(kinds)
    direct = list(dict.fromkeys(_direct(present, asked)))
    if wanted:
        direct = [one for item in direct for one in _of_kind(present, item, wanted)] or direct
    if direct:
        if wanted and kind_of(present, direct[0]) not in wanted:
            raise _wrong_kind(present, asked, direct[0], wanted)
        ordered = _by_richness(present, direct)
        if "/" in asked or iris.is_iri(asked) or wanted:
            return FoundEntity(ordered[0], kind_of(present, ordered[0]), tuple(ordered[1:]))
    known = _NameTable.of(present, wanted)
    results = list(dict.fromkeys([*direct, *known.called(asked)]))
    if results:
        if not any(map(is_own, results)):
            results += [iri for iri in known.editions(asked) if iri not in results]
        return _chosen(present, asked, results)
    editions = known.editions(asked)
    if editions and ("/" not in asked or len(editions) > 1):  # an id is no other id
        return _chosen(present, asked, editions)
    if wanted and (others := _NameTable.of(present, set()).called(asked)):
        raise _wrong_kind(present, asked, _by_richness(present, others)[0], wanted)
    raise NotFound(asked, _kinds_in_words(wanted) or "entity", known.near(asked))


def _kinds_in_words(wanted: Iterable[str]) -> str:
    return " or ".join(sorted(wanted))


def _wrong_kind(
    present: AcceptedSnapshot, asked: str, entity: Iri, wanted: Iterable[str]
) -> WrongKind:
    kind = kind_of(present, entity)
    return WrongKind(asked, _kinds_in_words(wanted), short_id(entity), kind)


def _of_kind(present: AcceptedSnapshot, entity: Iri, wanted: set[str]) -> Iterator[Iri]:
    """The entity, or the model that it offers, where that is of a kind that is asked for."""
    if kind_of(present, entity) in wanted:
        yield entity
    elif "model" in wanted:
        for model in present.values(entity, PG.offerOf):
            if isinstance(model, Iri) and kind_of(present, model) in wanted:
                yield model


def _chosen(present: AcceptedSnapshot, asked: str, result: list[Iri]) -> FoundEntity:
    ordered = _by_richness(present, result)
    kinds = [kind_of(present, iri) for iri in ordered]
    own = [iri for iri in ordered if is_own(iri)]
    first = own[0] if own else ordered[0]
    hides = kind_of(present, first) not in _SUBJECTS and any(
        kind in _SUBJECTS and _is_spelt(present, iri, asked)
        for iri, kind in zip(ordered, kinds, strict=True)
    )
    by_id = [iri for iri in own if fold(short_id(iri).rsplit("/", 1)[-1]) == fold(asked)]
    if len(by_id) == 1 and not hides and _versions_of(present, by_id[0]).issuperset(own):
        # one is named so, the others are its versions that are labelled as it is
        others = [iri for iri in ordered if iri != by_id[0]]
        return FoundEntity(by_id[0], kind_of(present, by_id[0]), tuple(others))
    if len(own) == 1 and own[0] == ordered[0] and not hides:
        return FoundEntity(own[0], kinds[0], tuple(ordered[1:]))
    sizes = [_richness(present, iri) for iri in ordered[:2]]
    if len(ordered) > 1 and (hides or sizes[0] < _STANDS_OUT * sizes[1]):
        described = [(short_id(iri), _distinguished(present, iri)) for iri in ordered]
        raise Ambiguous(asked, described, "entity")
    return FoundEntity(ordered[0], kinds[0], tuple(ordered[1:]))


def _is_spelt(present: AcceptedSnapshot, entity: Iri, asked: str) -> bool:
    """Whether a name is an entity's to the letter, but for case."""
    spelt = {short_id(entity).rsplit("/", 1)[-1], present.label(entity)}
    return asked.casefold() in {name.casefold() for name in spelt if name}


def _distinguished(present: AcceptedSnapshot, entity: Iri) -> str:
    """What tells an entity from others of its name: kind, maker, size, how many sources."""
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
    names = present.statements.names_of(entity)
    records = {g for name in names for *_, g in present.quads(name, graph=ANY)}
    parts = [kind_of(present, entity), *makers[:1], *sizes[:1], f"records: {len(records)}"]
    return ", ".join(parts)


def _versions_of(present: AcceptedSnapshot, entity: Iri) -> set[Iri]:
    """The entity and what is a version or configuration of it."""
    quads = present.quads(predicate=PROV.specializationOf, object=entity)
    return {entity, *(version for version, *_ in quads)}


def is_own(entity: Iri) -> bool:
    """Whether an entity has a name of ours, and is not known by one source's name alone."""
    return not entity.startswith(f"{iris.ID}in/")


_NEAR = 72
"""How alike a name must be to be offered, of 100."""
_EDITION = re.compile(r"[^a-z0-9.]+v?\d[\d.\-]*")


def _ends_in_edition(name: str, sought: str) -> bool:
    return any(
        fold(name[:start]) == sought and _EDITION.fullmatch(name.casefold(), start)
        for start in range(1, len(name))
        if not name[start].isalnum()
    )


def _direct(present: AcceptedSnapshot, asked: str) -> Iterator[Iri]:
    candidates: list[Iri] = []
    if iris.is_iri(asked):
        hub = iris.PREFIXES["hf"]
        rest = asked.removeprefix(hub).removeprefix("datasets/").strip("/")
        if asked.startswith(hub):
            kind = "dataset" if asked.startswith(f"{hub}datasets/") else "model"
            candidates.append(iris.mint(kind, "/".join(rest.split("/")[:2])))
        candidates.append(Iri(asked))
        prefix, _, local = asked.partition(":")
        if prefix in iris.PREFIXES and not local.startswith("//"):
            candidates.append(Iri(iris.PREFIXES[prefix] + local))
    elif asked:
        candidates += [iris.mint(head, asked) for head in _HEADS]
        candidates += [Iri(iris.PREFIXES["licence"] + asked), Iri(iris.ID + asked)]
        candidates = [one for one in candidates if iris.is_iri(one)]
    for candidate in candidates:
        canonical = present.statements.canonical(candidate)
        if _spoken_of(present, canonical):
            yield canonical


def _spoken_of(present: AcceptedSnapshot, entity: Iri) -> bool:
    """Whether the accepted view says anything of an entity or names it, or it is a record."""
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
    """Whether some record is attributed to an organisation, under any of its names."""
    return any(
        True
        for name in snapshot.statements.names_of(entity)
        for _ in snapshot.quads(predicate=PROV.wasAttributedTo, object=name, graph=ANY)
    )


def publishers(snapshot: AcceptedSnapshot) -> set[Iri]:
    """Organisations to which records are attributed, by the name that stands for each."""
    return snapshot.cached("publishers", lambda: _publishers(snapshot))


def _publishers(snapshot: AcceptedSnapshot) -> set[Iri]:
    quads = snapshot.quads(predicate=PROV.wasAttributedTo, graph=ANY)
    return {snapshot.canonical(who) for who in {o for *_, o, _ in quads} if isinstance(who, Iri)}


def kind_of(present: AcceptedSnapshot, entity: Iri) -> str:
    """What an entity is, in a word; ``thing`` where neither a record nor its IRI says it."""
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
    """What an IRI was minted for, in a word; ``thing`` where it does not tell."""
    return _MINTED.get(iris.minted_kind(entity), "thing")


_MONTH_BEFORE_SIZE = re.compile(
    r"(?<=[A-Za-z0-9])[- ](?:0[1-9]|1[0-2])\d\d(?=[- ]\d+(?:\.\d+)?[bB]\b)"
)
"""Month and year before a size, which people leave out: OLMo-2-1124-7B is "OLMo 2 7B"."""


def names(present: AcceptedSnapshot, kinds: Iterable[str] = ()) -> dict[Iri, set[str]]:
    """Every entity with its names: id, last part of it, labels; also what is only named as a parent."""
    wanted = set(kinds) or set(KINDS)
    results: dict[Iri, set[str]] = {}

    def add(entity: Iri) -> None:
        shown = short_id(entity)
        results.setdefault(entity, {shown, shown.rsplit("/", 1)[-1], local_name(entity)})

    for kind in sorted(wanted & set(KINDS)):
        for class_ in KINDS[kind]:
            for entity, *_ in present.quads(predicate=RDF.type, object=class_):
                add(entity)
    for entity in _only_named(present, wanted):
        add(entity)
    for predicate in _NAMES:
        for entity, _, value, _ in present.quads(predicate=predicate):
            if entity in results and isinstance(value, Literal):
                results[entity].add(value.lexical)
    for known in results.values():
        known.update(
            [_MONTH_BEFORE_SIZE.sub("", name) for name in known if _MONTH_BEFORE_SIZE.search(name)]
        )
    return results


def _only_named(present: AcceptedSnapshot, wanted: set[str]) -> Iterator[Iri]:
    """What the view may not describe: publishers of records, parents, training data."""
    if "organization" in wanted:
        yield from publishers(present)
    for relation in (*DERIVATIONS, *INFLUENCES):
        only = "dataset" if relation == PG.trainedOn else "model"
        if only in wanted:
            for _, _, parent, _ in present.quads(predicate=relation):
                if isinstance(parent, Iri):
                    yield parent


class _NameTable:
    """Every entity by its folded names, made once of a snapshot: asking costs milliseconds."""

    def __init__(self, known: dict[Iri, set[str]]) -> None:
        self._known = known
        self._by_fold: dict[str, list[Iri]] = {}
        for iri in sorted(known, key=lambda iri: (not is_own(iri), len(iri), iri)):
            for folded in sorted(set(map(fold, known[iri]))):
                self._by_fold.setdefault(folded, []).append(iri)
        self._folded = sorted(self._by_fold)

    @classmethod
    def of(cls, present: AcceptedSnapshot, kinds: set[str]) -> _NameTable:
        """The names of entities of some kinds, or of all."""
        key = f"names of {' '.join(sorted(kinds))}"
        return present.cached(key, lambda: cls(names(present, kinds)))

    def called(self, asked: str) -> list[Iri]:
        """Entities of that name, without case and punctuation."""
        sought = fold(asked)
        return list(self._by_fold.get(sought, ())) if sought else []

    def editions(self, asked: str) -> list[Iri]:
        """Entities of that name and a version behind it: ``mistral-7b`` for ``Mistral-7B-v0.1``.

        ``DeepSeek-V2.5`` is no edition of ``DeepSeek-V2``.
        """
        sought = fold(asked)
        results: dict[Iri, None] = {}
        for folded in self._folded[bisect_left(self._folded, sought) :] if sought else ():
            if not folded.startswith(sought):
                break
            for iri in self._by_fold[folded]:
                if is_own(iri) and any(
                    fold(name) == folded and _ends_in_edition(name, sought)
                    for name in self._known[iri]
                ):
                    results[iri] = None
        return list(results)

    def near(self, asked: str, most: int = 5) -> list[str]:
        """Names near to one that was not found, best first."""
        wanted = fold(asked)
        if not wanted:
            return []
        from rapidfuzz import fuzz, process  # loading it takes a moment

        close = process.extract(
            wanted, self._folded, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=most
        )
        inside = sorted((name for name in self._folded if wanted in name), key=len)
        near = [name for name, _, _ in close] + inside
        return list(dict.fromkeys(short_id(self._by_fold[name][0]) for name in near))[:most]


def _by_richness(present: AcceptedSnapshot, result: Iterable[Iri]) -> list[Iri]:
    return sorted(result, key=lambda iri: (-_richness(present, iri), iri))


def _richness(present: AcceptedSnapshot, entity: Iri) -> int:
    """How much the accepted view says of an entity and how often it is named."""
    about = sum(1 for _ in present.quads(entity))
    return about + min(sum(1 for _ in present.quads(object=entity)), 50)
