"""What an export is made from: models with what is accepted of them, and everything around."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from provenance_graph.core import hub
from provenance_graph.core.claims import Literal, SourcedClaim, Value
from provenance_graph.core.iris import Iri, short_id
from provenance_graph.core.terms import PG, PROV, RDF, RDFS, SCHEMA

NODE_LINKS: tuple[Iri, ...] = (
    PG.evaluationOf,
    PG.rankOf,
    PG.assessmentOf,
    PG.offerOf,
    PG.artifactOf,
    PROV.specializationOf,
    PG.resolvesTo,
)
"""The properties by which a node hangs on a model: its score, its file, its version."""


@dataclass(frozen=True, slots=True, order=True)
class StatedLicence:
    """A licence as a source names it, which no table of ours holds."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class BundleEntity:
    """An entity with what is accepted of it.

    ``repository`` is its repository on the Hub where a source states one or was read there, of an
    organization its account;
    ``dates`` holds the dates that are known to the month or year alone, as ISO writes those.
    ``stated_licences`` are licences that a source states and that we do not know, where no known
    one is accepted; ``revisions`` the fixed states of parents from which it was derived.
    """

    iri: Iri
    facts: Mapping[Iri, tuple[Value, ...]]
    repository: str = ""
    dates: Mapping[Iri, str] = field(default_factory=dict)
    stated_licences: tuple[StatedLicence, ...] = ()
    revisions: Mapping[Iri, str] = field(default_factory=dict)

    def all(self, predicate: Iri) -> tuple[Value, ...]:
        """Every accepted value of a property."""
        return self.facts.get(predicate, ())

    def iris(self, predicate: Iri) -> tuple[Iri, ...]:
        """Every accepted value that is an entity."""
        return tuple(v for v in self.all(predicate) if isinstance(v, Iri))

    def texts(self, predicate: Iri) -> tuple[Literal, ...]:
        """Every accepted value that is a literal."""
        return tuple(v for v in self.all(predicate) if isinstance(v, Literal))

    def text(self, predicate: Iri) -> str:
        """The first literal of a property, or nothing."""
        return next((v.lexical for v in self.texts(predicate)), "")

    def is_a(self, kind: Iri) -> bool:
        """Whether it is of a class."""
        return kind in self.all(RDF.type)

    def hub_page(self, dataset: bool = False) -> str:
        """The page of its repository on the Hub; empty where it has none."""
        kind = hub.RepositoryKind.DATASET if dataset else hub.RepositoryKind.MODEL
        return hub.page(self.repository, kind) if self.repository else ""

    def pages(self) -> tuple[str, ...]:
        """Where an organization can be reached: its home page, its account on the Hub, its documents."""
        homes = sorted(self.iris(PG.homepage), key=hub.on_hub)
        pages = (*map(str, homes), self.hub_page(), *map(str, self.iris(RDFS.seeAlso)))
        return tuple(dict.fromkeys(page for page in pages if page.startswith("http")))


@dataclass(frozen=True, slots=True)
class LicenceInfo:
    """How a licence is written: its id, whether SPDX lists it, its label, where its text is.

    ``told`` says whether the id alone means this licence to readers of licence names.
    """

    iri: Iri
    key: str
    spdx: bool
    unambiguous: bool = True
    label: str = ""
    url: str = ""
    hub_token: str = ""
    expression: str = ""


@dataclass(frozen=True, slots=True)
class ValueOrigin:
    """What makes an export again byte for byte: store version, reference data, day, options."""

    store: str = ""
    reference: str = ""
    day: str = ""
    as_of: str = ""
    ancestors: bool = True

    def command(self, names: Iterable[str], format: str) -> str:
        """The command that makes a document of the format again from the same store."""
        parts = ["provenance-graph", "export", *names, "--as", format]
        parts += ["--as-of", self.as_of] if self.as_of else []
        parts += [] if self.ancestors else ["--no-ancestors"]
        return shlex.join(parts)


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything that an export of some models, or of a dataset, is made from.

    ``subjects`` are what was asked for; ``models`` and ``datasets`` include what stands in
    their lineage. ``origin`` says what it was gathered from. ``stamp`` is the day of the newest record: exports know no other clock.
    """

    subjects: tuple[Iri, ...]
    models: tuple[Iri, ...]
    datasets: tuple[Iri, ...]
    entities: Mapping[Iri, BundleEntity]
    labels: Mapping[Iri, str]
    licences: Mapping[Iri, LicenceInfo]
    nodes: Mapping[Iri, tuple[tuple[Iri, Iri], ...]]
    claims: tuple[SourcedClaim, ...]
    stamp: str
    origin: ValueOrigin = ValueOrigin()

    def entity(self, iri: Iri) -> BundleEntity:
        """An entity of the bundle; one without facts where nothing is accepted of it."""
        return self.entities.get(iri) or BundleEntity(iri, {})

    def name(self, iri: Iri) -> str:
        """How people call an entity: the name that is accepted, else its label, else its id."""
        return self.entity(iri).text(SCHEMA.name) or self.labels.get(iri) or short_id(iri)

    def hanging(self, model: Iri, link: Iri) -> Iterator[BundleEntity]:
        """The nodes that hang on a model by a property: its scores, its files."""
        for predicate, node in self.nodes.get(model, ()):
            if predicate == link:
                yield self.entity(node)

    def only_version(self, model: Iri) -> BundleEntity | None:
        """The version of a model, where its sources name just one; None otherwise."""
        versions = [
            node
            for node in self.hanging(model, PROV.specializationOf)
            if node.is_a(PG.ModelVersion)
            and node.text(SCHEMA.version)
            and model in node.iris(PROV.specializationOf)
        ]
        return versions[0] if len(versions) == 1 else None

    def package_url(self, entity: BundleEntity) -> str:
        """The package URL of a repository on the Hub, of a model with its one commit, if known."""
        if not entity.repository:
            return ""
        if entity.iri in self.datasets:
            return f"pkg:huggingface/datasets/{entity.repository}"
        only = self.only_version(entity.iri)
        version = only.text(SCHEMA.version) if only else ""
        pinned = f"@{version}" if hub.is_commit(version) else ""
        return f"pkg:huggingface/{entity.repository}{pinned}"

    @property
    def records(self) -> tuple[Iri, ...]:
        """The records behind what is described, in order.

        A maker or a benchmark is only named: the many records that name it too are not among them.
        """
        described = {*self.models, *self.datasets}
        described.update(node for below in self.nodes.values() for _, node in below)
        return tuple(
            sorted({each.header.record for each in self.claims if each.subject in described})
        )

    def described(self) -> Iterable[BundleEntity]:
        """Every model and dataset of the bundle, those asked for first."""
        return (self.entity(iri) for iri in (*self.models, *self.datasets))
