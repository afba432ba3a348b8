"""What the store knows of each name that may be compared: names, developer, size, dates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import unquote

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Literal, Value
from provenance_graph.core.iris import ID, Iri, said
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, SKOS
from provenance_graph.matching.names import Name, parse
from provenance_graph.store.values import ANY

BROAD = Iri(iris.PREFIXES["skos"] + "broadMatch")
OFFERS = frozenset({"litellm", "modelsdev"})
"""Sources of offers, which give one model many names of the same source."""

SERVICES = {
    "ai21": "ai21-labs", "ai21-labs": "ai21-labs", "amazon": "amazon", "amazon_nova": "amazon",
    "codestral": "mistralai", "cohere": "cohere", "dashscope": "qwen", "gemini": "google",
    "meta": "meta", "meta_llama": "meta", "vertex_ai-ai21_models": "ai21-labs",
    "vertex_ai-anthropic_models": "anthropic", "vertex_ai-deepseek_models": "deepseek-ai",
    "vertex_ai-embedding-models": "google", "vertex_ai-language-models": "google",
    "vertex_ai-llama_models": "meta", "vertex_ai-minimax_models": "minimax",
    "vertex_ai-mistral_models": "mistralai", "vertex_ai-openai_models": "openai",
    "vertex_ai-qwen_models": "qwen", "vertex_ai-text-models": "google",
    "vertex_ai-zai_models": "zai-org", "voyage": "voyageai", "voyageai": "voyageai",
    "zai": "zai-org", "zai-org": "zai-org",
}  # fmt: skip
"""Services that offer the models of one developer alone, and who that is."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One canonical subject with what speaks for or against its being another.

    ``names`` are its labels, the names under which sources describe it, and last that in its IRI.
    ``developers`` hold each developer and what it is part of. ``repositories`` are hub
    repositories it is known by, ``listed`` the sources that list it, offers apart.
    """

    iri: Iri
    names: tuple[Name, ...]
    developers: frozenset[Iri] = frozenset()
    parameters: tuple[float, ...] = ()
    released: str = ""
    repositories: frozenset[str] = frozenset()
    listed: frozenset[str] = frozenset()
    offered: bool = False
    label: str = ""

    @property
    def ours(self) -> bool:
        """Whether it already has a name of our scheme."""
        return self.iri.startswith(ID + "model/")


def things(snapshot: AcceptedSnapshot) -> list[Thing]:
    """Every model and every offered model of a snapshot, by IRI."""
    return _Gathered(snapshot).things()


class _Gathered:
    """The few properties that identity weighs, read once each."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self.models = self._of_class(PG.Model)
        self.offered = self._of_class(PG.OfferedModel)
        self.names = self._values(SCHEMA.name)
        self.described = self._values(PG.describedAs)
        self.creators = self._values(DCTERMS.creator)
        self.counts = self._values(PG.parameterCount)
        self.issued = self._values(DCTERMS.issued)
        self.repositories = self._values(PG.hubRepository)
        self.inferred = self._inferred_days()
        self.services = self._services()
        self.makers = {o for values in self.creators.values() for o in values}

    def _of_class(self, kind: Iri) -> set[Iri]:
        return {s for s, *_ in self.snapshot.quads(predicate=RDF.type, object=kind)}

    def _values(self, predicate: Iri) -> dict[Iri, list[Value]]:
        found: dict[Iri, list[Value]] = defaultdict(list)
        for subject, _, value, _ in self.snapshot.quads(predicate=predicate):
            found[subject].append(value)
        return found

    def _inferred_days(self) -> dict[Iri, set[str]]:
        """Release days that are inferred, as from the day of an index's own entry."""
        found: dict[Iri, set[str]] = defaultdict(set)
        inference = Basis.INFERENCE.value
        for node, _, _, graph in self.snapshot.quads(
            predicate=PG.property, object=DCTERMS.issued, graph=ANY
        ):
            said_of = {p: o for _, p, o, _ in self.snapshot.quads(node, graph=graph)}
            about, value = said_of.get(PG.about), said_of.get(PG.value)
            if said_of.get(PG.basis) == inference and isinstance(value, Literal):
                found[Iri(str(about))].add(value.lexical)
        return found

    def _services(self) -> dict[Iri, set[str]]:
        """For each thing offered, the developers whose own services offer it."""
        providers = self._values(PG.provider)
        found: dict[Iri, set[str]] = defaultdict(set)
        for offer, of in self._values(PG.offerOf).items():
            for organization in providers.get(offer, ()):
                if owner := SERVICES.get(iris.local_name(str(organization))):
                    found[Iri(str(of[0]))].add(owner)
        return found

    @cached_property
    def organizations(self) -> dict[Iri, Iri]:
        """What an organisation is, or is part of, as the mappings say."""
        found: dict[Iri, Iri] = {}
        for predicate in (BROAD, SKOS.exactMatch):
            stated = self.snapshot.quads(predicate=predicate, graph=identity.GRAPH)
            found |= {
                subject: value
                for subject, _, value, _ in stated
                if subject.startswith(ID + "organization/") and isinstance(value, Iri)
            }
        return found

    def things(self) -> list[Thing]:
        """Every thing, by IRI."""
        return [self.thing(iri) for iri in sorted(self.models | self.offered)]

    def thing(self, iri: Iri) -> Thing:
        """One thing."""
        known_as = [*sorted(Iri(str(e)) for e in self.described.get(iri, ())), iri]
        said_names = [v.lexical for v in self.names.get(iri, ()) if isinstance(v, Literal)]
        every = [parse(text) for text in [*said_names, *map(local, known_as)]]
        parsed = [name for name in every if name.words and name != every[-1]] + every[-1:]
        inferred = {day for name in known_as for day in self.inferred.get(name, ())}
        told = {v.lexical for v in self.issued.get(iri, ()) if isinstance(v, Literal)}
        released = sorted(told - inferred)
        return Thing(
            iri,
            tuple(parsed),
            frozenset(self._developers(iri, known_as, parsed)),
            tuple(sorted(_numbers(self.counts.get(iri, ())))),
            released[0] if released else "",
            frozenset(
                identity.hub_name(str(url)).casefold()
                for url in self.repositories.get(iri, ())
                if identity.hub_name(str(url))
            ),
            frozenset(s for e in known_as if (s := source(e)) not in OFFERS and s),
            iri not in self.models,
            said_names[0] if said_names else local(iri),
        )

    def _developers(self, iri: Iri, known_as: list[Iri], parsed: Iterable[Name]) -> Iterator[Iri]:
        stated = [Iri(str(v)) for v in self.creators.get(iri, ())]
        stated += [iris.organization(o) for o in sorted(self.services.get(iri, ()))]
        stated += [iris.organization(n.vendor) for n in parsed if n.vendor]
        for organization in (iris.organization(o) for e in known_as if (o := owner(e))):
            # What stands before the slash of an offer may be a mere host, who makes no model.
            known = self.organizations.get(organization, organization)
            if iri in self.models or organization in self.makers or known in self.makers:
                stated.append(organization)
        for organization in stated:
            seen: list[Iri] = []
            step: Iri | None = organization
            while step is not None and step not in seen:
                seen.append(step)
                step = self.organizations.get(step)
            yield from seen


def local(iri: Iri) -> str:
    """The name in an IRI of a model, without owner or provider.

    >>> local(iris.model("meta-llama/Llama-3.1-8B"))
    'Llama-3.1-8B'
    """
    return unquote(iri.rstrip("/").rpartition("/")[2])


def source(iri: Iri) -> str:
    """The source in whose words an IRI names a thing; empty for our own names."""
    return iri[len(ID) + 3 :].partition("/")[0] if iri.startswith(ID + "in/") else ""


def owner(iri: Iri) -> str:
    """The owner that an IRI names: of a repository or of a model in our scheme.

    >>> owner(iris.model("meta-llama/Llama-3.1-8B"))
    'meta-llama'
    """
    parts = said(iri).split("/")
    if iri.startswith(ID + "model/") and len(parts) == 2:
        return parts[0]
    if source(iri) and len(parts) >= 4:
        return parts[-2]
    return ""


def _numbers(found: Iterable[Value]) -> Iterator[float]:
    for value in found:
        if isinstance(value, Literal):
            try:
                yield float(value.lexical)
            except ValueError:
                continue
