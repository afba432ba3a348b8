"""Gathering of the data of an export: models, ancestors, datasets, scores, licences, claims."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from provenance_graph import reference
from provenance_graph.acceptance.labels import label
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import hub, terms
from provenance_graph.core.claims import (
    Basis,
    Precision,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.errors import NotFound, WrongKind
from provenance_graph.core.iris import ID, Iri, local_name, organization, short_id
from provenance_graph.core.literals import date_text
from provenance_graph.core.terms import DATA_USES, DCTERMS, PG, PROV, RDF, SCHEMA, SKOS
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.formats.licences.names import SPDX
from provenance_graph.model.bundles.results import (
    NODE_LINKS,
    Bundle,
    BundleEntity,
    LicenceInfo,
    StatedLicence,
    ValueOrigin,
)
from provenance_graph.model.naming.resolve import resolve

MAX_ANCESTORS = 500
"""The most ancestors that one export describes; lineages are far shorter."""

_PARENTS = (*terms.DERIVATIONS, PROV.wasDerivedFrom, PG.usesComponent)
_NAMED = (*DATA_USES, *_PARENTS, DCTERMS.creator, DCTERMS.replaces, PG.benchmark, DCTERMS.license)


def bundle(
    snapshot: AcceptedSnapshot, subjects: Sequence[Iri], *, ancestors: bool = True
) -> Bundle:
    """The bundle from which an export of some models or datasets is made."""
    return _Gathering(snapshot, ancestors).of(subjects)


def subject_named(snapshot: AcceptedSnapshot, text: str) -> Iri:
    """The model that a text names, else the dataset; raises NotFound or Ambiguous."""
    try:
        return resolve(snapshot, text)
    except NotFound as unknown:
        if not re.search(r"\w", text):
            raise  # only punctuation, whose slug would be "unnamed"
        try:
            return resolve(snapshot, text, "dataset")
        except NotFound as other:
            if isinstance(other, WrongKind):
                raise WrongKind(text, "model or dataset", other.entity, other.is_a) from unknown
            near = dict.fromkeys((*unknown.near, *other.near))
            raise NotFound(text, "model or dataset", near) from unknown


def hub_repository(address: str, *, dataset: bool = False) -> str:
    """The ``org/name`` of the Hub repository that an address names; empty for other addresses.

    >>> hub_repository("https://huggingface.co/Qwen/Qwen3-8B/blob/main/README.md")
    'Qwen/Qwen3-8B'
    """
    return hub.dataset_name(address) if dataset else hub.model_name(address)


class _Gathering:
    def __init__(self, snapshot: AcceptedSnapshot, ancestors: bool) -> None:
        self.snapshot, self.snapshot, self.ancestors = snapshot, snapshot, ancestors
        self.entities: dict[Iri, BundleEntity] = {}
        self.claims: list[SourcedClaim] = []
        self.nodes: dict[Iri, list[tuple[Iri, Iri]]] = defaultdict(list)

    def of(self, subjects: Sequence[Iri]) -> Bundle:
        canonical = tuple(dict.fromkeys(map(self.snapshot.canonical, subjects)))
        models, datasets = self._models(canonical)
        for model in models:
            self._hang(model, model)
        for dataset in datasets:
            self._hang(dataset, dataset)
        for model in models:
            for node in self.entities[model].iris(PROV.qualifiedDerivation):
                for version in self._take(node).iris(PG.derivedFromVersion):
                    self._take(version)
        for entity in list(self.entities.values()):
            for predicate in (DCTERMS.creator, PG.benchmark):
                for other in entity.iris(predicate):
                    self._take(other)
        self._named_on_the_hub()
        self._owners()
        stamp = max((c.header.retrieved for c in self.claims), default="1970-01-01")[:10]
        day = self.snapshot.policy.day
        return Bundle(
            subjects=canonical,
            models=models,
            datasets=datasets,
            entities=dict(self.entities),
            labels=self._labels(),
            licences={
                licence: licence_info(self.snapshot, licence)
                for entity in self.entities.values()
                for licence in entity.iris(DCTERMS.license)
            },
            nodes={subject: tuple(sorted(below)) for subject, below in self.nodes.items()},
            claims=tuple(self.claims),
            stamp=stamp,
            origin=ValueOrigin(
                store=self.snapshot.version,
                reference=reference.digest(self.snapshot),
                day=day,
                # the day of "now" is named, so that the export is the same on any later day
                as_of=self.snapshot.as_of or (day if stamp <= day else ""),
                ancestors=self.ancestors,
            ),
        )

    def _models(self, canonical: tuple[Iri, ...]) -> tuple[tuple[Iri, ...], tuple[Iri, ...]]:
        """The requested models and their ancestors, nearest first; and the datasets of these."""
        models: dict[Iri, None] = {}
        datasets: dict[Iri, None] = {}
        waiting = list(canonical)
        for subject in waiting:
            entity = self._take(subject)
            if subject in models or subject in datasets:
                continue
            if entity.is_a(PG.UnresolvedReference):
                continue
            if entity.is_a(PG.Dataset):
                datasets[subject] = None
                waiting += entity.iris(PROV.wasDerivedFrom)
                continue
            models[subject] = None
            waiting += [d for predicate in DATA_USES for d in entity.iris(predicate)]
            if self.ancestors and len(models) < MAX_ANCESTORS:
                waiting += [p for predicate in _PARENTS for p in entity.iris(predicate)]
        return tuple(models), tuple(datasets)

    def _take(self, subject: Iri) -> BundleEntity:
        if subject not in self.entities:
            view = self.snapshot.view(subject)
            facts: dict[Iri, list[Value]] = defaultdict(list)
            for _, predicate, value, _ in view.quads:
                facts[predicate].append(value)
            self.claims += view.claims
            self.entities[subject] = BundleEntity(
                iri=subject,
                facts={predicate: tuple(values) for predicate, values in facts.items()},
                repository=_repository(subject, facts, view.claims),
                dates=_dates(facts),
                stated_licences=()
                if facts.get(DCTERMS.license)
                else _unknown_licences(view.claims),
                revisions=self._revisions(facts),
            )
        return self.entities[subject]

    def _revisions(self, facts: dict[Iri, list[Value]]) -> dict[Iri, str]:
        """The fixed revision of each parent from which an entity was derived, if accepted."""
        results: dict[Iri, str] = {}
        for node in facts.get(PROV.qualifiedDerivation, ()):
            stated = {p: o for _, p, o, _ in self.snapshot.quads(Iri(str(node)))}
            parent, version = stated.get(PROV.entity), stated.get(PG.derivedFromVersion)
            if isinstance(parent, Iri) and isinstance(version, Iri):
                for _, _, text, _ in self.snapshot.quads(version, SCHEMA.version):
                    results[parent] = str(text)
        return results

    def _named_on_the_hub(self) -> None:
        """Set the repository of parents and datasets that a Hub card names.

        The fields of a card that name them hold only Hub repositories.
        """
        for stored in self.claims:
            claim = stored.claim
            if stored.header.reader != "huggingface" or not isinstance(claim.value, Iri):
                continue
            data, model = claim.predicate in DATA_USES, claim.predicate in _PARENTS
            head = f"{ID}dataset/" if data else f"{ID}model/"
            name = claim.value.removeprefix(head)
            if not (data or model) or name == claim.value or not hub.is_name(name):
                continue
            entity = self.entities.get(self.snapshot.canonical(claim.value))
            if entity is not None and not entity.repository:
                self.entities[entity.iri] = replace(entity, repository=name)

    def _owners(self) -> None:
        """Set the Hub account of a creator whose own repositories are on the Hub."""
        for entity in list(self.entities.values()):
            owner = entity.repository.partition("/")[0] if "/" in entity.repository else ""
            maker = self.snapshot.canonical(organization(owner)) if owner else None
            if maker is not None and maker in entity.iris(DCTERMS.creator):
                self.entities[maker] = replace(self.entities[maker], repository=owner)

    def _hang(self, subject: Iri, above: Iri) -> None:
        """Collect the nodes linked to a model, and to its versions and configurations."""
        for link in NODE_LINKS:
            for node, *_ in self.snapshot.quads(predicate=link, object=above):
                if node in self.entities and (link, node) in self.nodes[subject]:
                    continue
                self.nodes[subject].append((link, node))
                self._take(node)
                if link == PROV.specializationOf and node != subject:
                    self._hang(subject, node)

    def _labels(self) -> dict[Iri, str]:
        used = {
            value
            for entity in self.entities.values()
            for values in entity.facts.values()
            for value in values
            if isinstance(value, Iri)
        }
        results = {entity: label(self.snapshot, entity) for entity in used}
        return {entity: text for entity, text in sorted(results.items()) if text}


def _repository(
    subject: Iri, facts: dict[Iri, list[Value]], sourced_claims: Iterable[SourcedClaim]
) -> str:
    """The Hub repository of an entity: as stated, else that of a record with the same name."""
    dataset = PG.Dataset in facts.get(RDF.type, ())
    for page in facts.get(PG.hubRepository, ()):
        if result := hub_repository(str(page), dataset=dataset):
            return result
    for claim in sourced_claims:
        result = hub_repository(claim.header.document, dataset=dataset)
        if result and subject.startswith(ID) and short_id(subject) == result:
            return result
    return ""


def _unknown_licences(sourced_claims: Iterable[SourcedClaim]) -> tuple[StatedLicence, ...]:
    """Licences stated under unknown names, at most ten, the developer's first.

    A card's ``other; name; link`` is read by its parts.
    """
    results: dict[StatedLicence, None] = {}
    ranked = sorted(sourced_claims, key=lambda h: (h.basis is not Basis.DEVELOPER, h.header.record))
    for each in ranked:
        claim = each.claim
        if claim.predicate != DCTERMS.license or claim.value is not None or not claim.as_stated:
            continue
        if claim.stance not in (Stance.STATED, Stance.PARTLY_STATED):
            continue
        stated = claim.as_stated
        bare = re.sub(r"^(?:other|unknown)? ?\((.*)\)$", r"\1", stated)
        by_parts = bare != stated or stated.casefold().startswith("other;")
        parts = bare.split("; ") if by_parts else [stated]  # "A; B" is all that a source says
        parts = [re.sub(r"^(?:name|link): ", "", part.strip()) for part in parts]
        url = next((part for part in parts if part.startswith(("http://", "https://"))), "")
        names = [part for part in parts if part != url and part.casefold() != "other"]
        if names or url:
            results[StatedLicence(names[0] if names else url, url)] = None
    return tuple(results)[:10]


def _dates(facts: dict[Iri, list[Value]]) -> dict[Iri, str]:
    """The text of each accepted date that is less precise than a day, by property."""
    return {
        prop: date_text(str(facts[prop][0]), precision)
        for precision in Precision
        if precision.mark is not None
        for prop in facts.get(precision.mark, ())
        if isinstance(prop, Iri) and facts.get(prop)
    }


def licence_info(snapshot: AcceptedSnapshot, licence: Iri) -> LicenceInfo:
    """The names and addresses by which documents write a licence, from the reference data."""

    def text(predicate: Iri) -> str:
        results = sorted(str(o) for _, _, o, _ in snapshot.quads(licence, predicate))
        return results[0] if results else ""

    spdx = licence.startswith(SPDX)
    composed = "/licence/expression/" in licence
    key = licence.removeprefix(SPDX) if spdx else text(SKOS.notation) or local_name(licence)
    # an unknown licence keeps the name that its source gives
    named = composed or "/licence/stated/" in licence
    key = (text(SCHEMA.name) or key) if named else key
    return LicenceInfo(
        iri=licence,
        key=key,
        spdx=spdx,
        unambiguous=licence_names.normalise(key).value == licence,
        label=text(SKOS.prefLabel) or label(snapshot, licence),
        url=text(SCHEMA.url),
        hub_token=text(PG.hubToken),
        expression=key if composed else "",
    )
