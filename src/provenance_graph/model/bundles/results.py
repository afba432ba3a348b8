"""The bundle of data that an export is made from: entities, licences, linked nodes, claims."""

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
"""The properties that link a node to its model: of scores, files, versions and so on."""


@dataclass(frozen=True, slots=True, order=True)
class StatedLicence:
    """A licence as a source names it, which no licence list holds."""

    name: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class BundleEntity:
    """An entity with its accepted values.

    ``repository`` is its Hub repository, where a source states one or was read there; of an
    organisation it is the account. ``dates`` holds dates that are known only to the month or year,
    in ISO form. ``stated_licences`` are unknown licences that a source states, where no known
    licence is accepted. ``revisions`` are the fixed revisions of parents from which the entity was
    derived.
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
        """Every accepted value of a property that is an IRI."""
        return tuple(v for v in self.all(predicate) if isinstance(v, Iri))

    def texts(self, predicate: Iri) -> tuple[Literal, ...]:
        """Every accepted value of a property that is a literal."""
        return tuple(v for v in self.all(predicate) if isinstance(v, Literal))

    def text(self, predicate: Iri) -> str:
        """The text of the first accepted literal of a property; empty without one."""
        return next((v.lexical for v in self.texts(predicate)), "")

    def is_a(self, kind: Iri) -> bool:
        """Whether the entity is of a class."""
        return kind in self.all(RDF.type)

    def hub_page(self, dataset: bool = False) -> str:
        """The address of the entity's Hub page; empty without a repository."""
        kind = hub.RepositoryKind.DATASET if dataset else hub.RepositoryKind.MODEL
        return hub.page(self.repository, kind) if self.repository else ""

    def pages(self) -> tuple[str, ...]:
        """The web addresses of an organisation: home pages, Hub account, further pages."""
        homes = sorted(self.iris(PG.homepage), key=hub.on_hub)
        pages = (*map(str, homes), self.hub_page(), *map(str, self.iris(RDFS.seeAlso)))
        return tuple(dict.fromkeys(page for page in pages if page.startswith("http")))


@dataclass(frozen=True, slots=True)
class LicenceInfo:
    """The forms in which documents write a licence: id, label, address, expression.

    ``spdx``: SPDX lists it. ``unambiguous``: readers of licence names read the id as this licence.
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
    """The inputs that reproduce an export byte for byte: store version, day, options."""

    store: str = ""
    reference: str = ""
    day: str = ""
    as_of: str = ""
    ancestors: bool = True

    def command(self, names: Iterable[str], format: str) -> str:
        """The command that makes a document of a format again from the same store."""
        parts = ["provenance-graph", "export", *names, "--as", format]
        parts += ["--as-of", self.as_of] if self.as_of else []
        parts += [] if self.ancestors else ["--no-ancestors"]
        return shlex.join(parts)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The data from which an export of some models or datasets is made.

    ``subjects`` are the requested entities; ``models`` and ``datasets`` also include those of their
    lineage. ``nodes`` gives, by model, the linked nodes with the linking property. ``origin`` gives
    the inputs. ``stamp`` is the day of the newest record: exports use no other clock.
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
        """An entity of the bundle; one without facts where the bundle has none."""
        return self.entities.get(iri) or BundleEntity(iri, {})

    def name(self, iri: Iri) -> str:
        """The display name of an entity: the accepted name, else its label, else its short id."""
        return self.entity(iri).text(SCHEMA.name) or self.labels.get(iri) or short_id(iri)

    def hanging(self, model: Iri, link: Iri) -> Iterator[BundleEntity]:
        """The nodes linked to a model by a property, such as its scores or files."""
        for predicate, node in self.nodes.get(model, ()):
            if predicate == link:
                yield self.entity(node)

    def only_version(self, model: Iri) -> BundleEntity | None:
        """The version of a model whose sources name exactly one; else None."""
        versions = [
            node
            for node in self.hanging(model, PROV.specializationOf)
            if node.is_a(PG.ModelVersion)
            and node.text(SCHEMA.version)
            and model in node.iris(PROV.specializationOf)
        ]
        return versions[0] if len(versions) == 1 else None

    def package_url(self, entity: BundleEntity) -> str:
        """The package URL of an entity's Hub repository; empty without one.

        With the commit where the model has a single version that is one.
        """
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
        """The records of the claims about the described entities, sorted.

        Creators and benchmarks are only named in the bundle: the many records that name them too
        are left out.
        """
        described = {*self.models, *self.datasets}
        described.update(node for below in self.nodes.values() for _, node in below)
        return tuple(
            sorted({each.header.record for each in self.claims if each.subject in described})
        )

    def described(self) -> Iterable[BundleEntity]:
        """Every model and dataset of the bundle, the requested ones first."""
        return (self.entity(iri) for iri in (*self.models, *self.datasets))
