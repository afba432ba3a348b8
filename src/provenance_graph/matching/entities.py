"""The properties of a model name that the identity rules compare: names, developer, size, dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator
from dataclasses import dataclass, replace

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Literal, Value
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.matching.names import (
    Name,
    first_part,
    identifies_nothing,
    local,
    owner,
    parse,
    readings,
    source,
    without_developer,
)
from provenance_graph.matching.organizations import Organizations, stated_values
from provenance_graph.store.values import ANY

OFFERS = frozenset({"litellm", "modelsdev"})
"""Sources of offers, in which one model may have many names."""

_OF_ENTRIES = frozenset(
    [
        DCTERMS.creator,
        DCTERMS.issued,
        DCTERMS.license,
        PG.parameterCount,
        PG.nominalParameterCount,
        PG.lifecycle,
    ]
)
"""Properties that a source states only of its own entries, not of models that it merely names."""
Full = tuple[str, str]
"""A full name: its words in one spelling, and all parts that distinguish models of the same words.

"""


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """A canonical subject with the properties that count for or against its merge with another.

    ``names`` are the names that sources give it and the name in its IRI, unless that is a slug made
    from a label. ``developers`` hold each developer and the organisations it is part of; ``makers``
    are the stated developers, ``hosts`` the services that offer it. ``repositories`` are its hub
    repositories. ``listed`` are the sources that name it, offers excluded; ``entries`` are those of
    them that have an entry of it and do not only name it as the base of another model. ``parents``
    are models from which it was made. ``alternates`` are labels without their text in brackets,
    which decide nothing alone. ``versions_of`` are the names of which a source calls it a dated
    version; ``is_quantised`` tells that a source calls it a quantised copy.
    """

    iri: Iri
    names: tuple[Name, ...]
    developers: frozenset[Iri] = frozenset()
    parameters: tuple[float, ...] = ()
    released: str = ""
    repositories: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    entries: frozenset[str] = frozenset()
    offered: bool = False
    label: str = ""
    makers: frozenset[Iri] = frozenset()
    hosts: frozenset[str] = frozenset()
    cutoff: str = ""
    context: int = 0
    parents: frozenset[Iri] = frozenset()
    alternates: tuple[Name, ...] = ()
    versions_of: frozenset[Iri] = frozenset()
    is_quantised: bool = False

    @property
    def ours(self) -> bool:
        """Whether its IRI is a model IRI of our scheme."""
        return self.iri.startswith(ID + "model/")

    @property
    def fulls(self) -> frozenset[Full]:
        """Its full names, in each spelling."""
        return frozenset(full for name in self.names for full in fulls(name))


def fulls(name: Name) -> Iterator[Full]:
    """Yield a name's full names: each spelling with size, variant, quantisation, date, serving."""
    rest = "|".join(
        "+".join(sorted(part))
        for part in (name.sizes, name.variant, name.quantised, name.dates, name.serving)
    )
    for spelling in dict.fromkeys(name.spellings):
        yield spelling, rest


def entities(
    snapshot: AcceptedSnapshot,
    known: Organizations,
    makers: frozenset[Iri] | None = None,
    members: Collection[Iri] | None = None,
) -> list[NamedEntity]:
    """The models and offered models of a snapshot, or those among ``members``, sorted by IRI.

    ``makers`` are the organisations that any record names as a developer, by their canonical names
    by hand; without them they are read with ``known``.
    """
    if makers is None:
        makers = makers_of(snapshot, known)
    return Gathered(snapshot, known, makers, members).entities()


def makers_of(snapshot: AcceptedSnapshot, known: Organizations) -> frozenset[Iri]:
    """The canonical organisations that any record names as a developer."""
    stated = {who for _, who in stated_values(snapshot, DCTERMS.creator)}
    stated |= {o for *_, o, _ in snapshot.quads(predicate=DCTERMS.creator) if isinstance(o, Iri)}
    return frozenset(known.same(who) for who in stated)


class Gathered:
    """The properties that the rules compare, each read once, for all or some models."""

    def __init__(
        self,
        snapshot: AcceptedSnapshot,
        known: Organizations,
        makers: Container[Iri],
        members: Collection[Iri] | None = None,
    ) -> None:
        self.snapshot, self.members = snapshot, members
        self.models = self._of_class(PG.Model)
        self.offered = self._of_class(PG.OfferedModel)
        self.names = self._values(SCHEMA.name)
        self.described = self._values(PG.describedAs)
        self.creators = self._values(DCTERMS.creator)
        self.counts = self._values(PG.parameterCount)
        self.nominal = self._values(PG.nominalParameterCount)
        self.issued = self._values(DCTERMS.issued)
        self.cutoffs = self._values(PG.knowledgeCutoff)
        self.contexts = self._values(PG.contextLength)
        self.repositories = self._values(PG.hubRepository)
        self.parents = self._values(PROV.wasDerivedFrom)
        self.wholes = self._values(PROV.specializationOf)
        self.quantised = self._values(PG.quantizedFrom)
        self.inferred = self._inferred_days()
        self.services, self.hosts = self._services()
        self.makers = makers
        self.known = known
        self.labels = self._labels()

    def _of_class(self, kind: Iri) -> set[Iri]:
        some = self.members
        every = (s for s, *_ in self.snapshot.quads(predicate=RDF.type, object=kind))
        return {s for s in every if some is None or s in some}

    def _values(self, predicate: Iri) -> dict[Iri, list[Value]]:
        """The accepted values of a property, by model."""
        return self._values_of(predicate, self.members)

    def _values_of(self, predicate: Iri, some: Collection[Iri] | None) -> dict[Iri, list[Value]]:
        """The accepted values of a property, by entity, for all entities or ``some``."""
        values: dict[Iri, list[Value]] = defaultdict(list)
        for subject, _, value, _ in self.snapshot.quads(predicate=predicate):
            if some is None or subject in some:
                values[subject].append(value)
        return values

    def _names_described(self) -> set[Iri]:
        """Every name under which a source describes one of the models, and their own names."""
        described = {Iri(str(e)) for entities in self.described.values() for e in entities}
        return described | self.models | self.offered

    def _labels(self) -> dict[Iri, set[str]]:
        """The labels that each source gives its own entities, by the entity's own name."""
        result: dict[Iri, set[str]] = defaultdict(set)
        wanted = self._names_described()
        for subject, _, value, _ in self.snapshot.quads(predicate=SCHEMA.name, graph=ANY):
            if subject in wanted and isinstance(value, Literal):
                result[subject].add(value.lexical)
        for about, name in self.snapshot.annotated(SCHEMA.name):
            if about in wanted and isinstance(name, Literal):
                result[about].add(name.lexical)
        return result

    def _inferred_days(self) -> dict[Iri, set[str]]:
        """Inferred release days by name, for instance from the day of an index's entry."""
        result: dict[Iri, set[str]] = defaultdict(set)
        wanted = self._names_described()
        for about, day in self.snapshot.annotated(DCTERMS.issued, Basis.INFERENCE.value):
            if about in wanted and isinstance(day, Literal):
                result[about].add(day.lexical)
        return result

    def _services(self) -> tuple[dict[Iri, set[str]], dict[Iri, set[str]]]:
        """By model: the developers whose own services offer it, and the names of all services."""
        providers, services = self._values_of(PG.provider, None), developer_names().services
        result: dict[Iri, set[str]] = defaultdict(set)
        hosts: dict[Iri, set[str]] = defaultdict(set)
        for offer, of in self._values_of(PG.offerOf, None).items():
            model = min(Iri(str(one)) for one in of)
            if self.members is not None and model not in self.members:
                continue
            for organization in providers.get(offer, ()):
                name = iris.local_name(str(organization))
                hosts[model].add(name)
                if owner_ := services.get(name):
                    result[model].add(owner_)
        return result, hosts

    def entities(self) -> list[NamedEntity]:
        """Every entity, sorted by IRI."""
        return [self.entity(iri) for iri in sorted(self.models | self.offered)]

    def entity(self, iri: Iri) -> NamedEntity:
        """Build the NamedEntity of one IRI."""
        known_as = [*sorted(Iri(str(e)) for e in self.described.get(iri, ())), iri]
        labels = sorted(v.lexical for v in self.names.get(iri, ()) if isinstance(v, Literal))
        hosts = frozenset(self.hosts.get(iri, ())) | frozenset(
            host for e in known_as if source(e) in OFFERS and (host := first_part(e))
        )
        names = tuple(dict.fromkeys(self._names(iri, known_as, labels, hosts)))
        inferred = {day for name in known_as for day in self.inferred.get(name, ())}
        issued = {v.lexical for v in self.issued.get(iri, ()) if isinstance(v, Literal)}
        released = sorted(issued - inferred)
        makers = frozenset(self._makers(iri, names))
        listing = [e for e in known_as if source(e) not in OFFERS and source(e)]
        return NamedEntity(
            iri,
            names,
            makers | frozenset(self._owners(iri, known_as)),
            tuple(sorted(_numbers(self.counts.get(iri, ()) or self.nominal.get(iri, ())))),
            released[0] if released else "",
            frozenset(
                name.casefold()
                for url in self.repositories.get(iri, ())
                if (name := identity.hub_name(str(url)))
            ),
            frozenset(map(source, listing)),
            frozenset(source(e) for e in listing if self._is_entry(e)),
            iri not in self.models,
            labels[0] if labels else local(iri),
            makers,
            hosts,
            max((str(v) for v in self.cutoffs.get(iri, ())), default=""),
            int(max(_numbers(self.contexts.get(iri, ())), default=0)),
            frozenset(Iri(str(parent)) for parent in self.parents.get(iri, ())),
            tuple(parse(text.partition(" (")[0]) for text in labels if " (" in text),
            frozenset(Iri(str(whole)) for whole in self.wholes.get(iri, ())),
            iri in self.quantised,
        )

    def _names(
        self, iri: Iri, known_as: list[Iri], labels: list[str], hosts: frozenset[str]
    ) -> Iterator[Name]:
        """Yield the names of each entity, from label and id together: either may be incomplete."""
        for entity in known_as:
            texts = self.labels.get(entity) or (set(labels) if entity == iri else set())
            yield from entity_names(entity, texts, hosts)

    def _is_entry(self, entity: Iri) -> bool:
        """Whether a source states a property that it states only of its own entries."""
        read = self.snapshot.quads
        if any(predicate in _OF_ENTRIES for _, predicate, *_ in read(entity, graph=ANY)):
            return True
        nodes = ((node, graph) for node, *_, graph in read(None, PG.about, entity, ANY))
        return any(
            stated in _OF_ENTRIES
            for node, graph in nodes
            for *_, stated, _ in read(node, PG.property, graph=graph)
        )

    def _makers(self, iri: Iri, names: Iterable[Name]) -> Iterator[Iri]:
        stated = [Iri(str(v)) for v in self.creators.get(iri, ())]
        stated += [iris.organization(n.vendor) for n in names if n.vendor]
        for organization in stated:
            yield from self.known.with_wholes(organization)

    def _owners(self, iri: Iri, known_as: list[Iri]) -> Iterator[Iri]:
        for service in sorted(self.services.get(iri, ())):
            yield from self.known.with_wholes(iris.organization(service))
        for organization in (iris.organization(o) for e in known_as if (o := owner(e))):
            # The owner in an offer's IRI may be a host, which makes no models.
            whole = self.known.same(organization)
            if iri in self.models or organization in self.makers or whole in self.makers:
                yield from self.known.with_wholes(organization)


def entity_names(entity: Iri, labels: Iterable[str], hosts: frozenset[str]) -> Iterator[Name]:
    """Yield the names of one entity: each label combined with its id, and the id itself.

    An id that is the slug of a label is no name of its own.
    """
    given, own = set(labels), local(entity)
    texts = {text for text in given if not identifies_nothing(text)}
    minted = own == own.casefold() and own in {*map(iris.slug, given)}
    own_names = () if minted or identifies_nothing(own) else tuple(readings(own))
    for text in sorted(texts):
        for name in readings(text):
            yield from without_host(_together(name, *own_names[:1]), hosts)
    for name in own_names:
        yield from without_host(name, hosts)


def _together(label: Name, own: Name | None = None) -> Name:
    """Add to a label's name the size, variant, quantisation, date and serving that its id has.

    The words stay those of the label, also if the id has other words, as ``gpt-oss-safeguard`` for
    ``Safety GPT OSS``.
    """
    if own is None or own is label:
        return label
    return replace(
        label,
        sizes=label.sizes | own.sizes,
        variant=label.variant | own.variant,
        quantised=label.quantised | own.quantised,
        dates=label.dates | own.dates,
        serving=label.serving | own.serving,
    )


def without_host(name: Name, hosts: frozenset[str]) -> Iterator[Name]:
    """Yield a name and, if it begins with the host's own name, also the name without it.

    >>> [n.words for n in without_host(parse("databricks-claude-sonnet"), frozenset({"databricks"}))]
    [('databricks', 'claude', 'sonnet'), ('claude', 'sonnet')]
    """
    yield name
    first, *rest = name.words or ("",)
    if first in hosts and any(len(w) > 2 and w.isalpha() for w in rest):
        yield replace(name, words=without_developer(rest))


def _numbers(values: Iterable[Value]) -> Iterator[float]:
    for value in values:
        if isinstance(value, Literal):
            try:
                yield float(value.lexical)
            except ValueError:
                continue
