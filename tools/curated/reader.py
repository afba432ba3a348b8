"""Reader of the curated list of models: facts, lineage and training data, with sources.

One document holds facts from about a hundred others, so it makes one record per model and source
document, attributed to the publisher of that document. Facts whose source is a page of apxml.com
are left to the ``apx`` reader, which reads such pages themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Header, Problem, Record, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.records import claims_of
from tools.curated import fact as curated_fact
from tools.curated import facts as curated_facts
from tools.curated import livebench
from tools.curated import names as known
from tools.curated import notes as curated_notes
from tools.curated import pages as curated_pages

RETRIEVED = "2026-11-01"
"""The day on which the sources were read, for a list that states only "2026-11"."""

_LEVELS = {"developer": Basis.DEVELOPER}
_RELATIONS = {
    "finetunedFrom": PG.fineTunedFrom,
    "distilledFrom": PG.distilledFrom,
    "mergedFrom": PG.mergedFrom,
    "continuedFrom": PG.continuedFrom,
    "quantizedFrom": PG.quantizedFrom,
    "adapterOf": PG.adapterOf,
    "usesFrozenComponent": PG.usesComponent,
    "supersedes": DCTERMS.replaces,
    "configurationOf": PROV.specializationOf,
}
_INVERSE = {"supersededBy": DCTERMS.replaces, "familyPredecessorOf": DCTERMS.replaces}
_STAGES = {
    "pretraining": PG.Pretraining,
    "annealing": PG.ContinuedPretraining,
    "finetuning": PG.SupervisedFineTuning,
    "sft": PG.SupervisedFineTuning,
    "dpo": PG.DirectPreferenceOptimization,
    "rlvr": PG.ReinforcementLearningFromVerifiableRewards,
}
_LOOSE = frozenset({"finetuning", "annealing"})
"""Stages whose method the list does not name: the relation assumed for them is an inference."""

_ELSEWHERE = ("seed/", "https://apxml.com/")


@dataclass(slots=True)
class _Source:
    """The claims of one document about one model, as they are collected."""

    url: str
    claims: list[Claim] = field(default_factory=list)


def recognises(hints: Features) -> bool:
    """Whether a document is the curated list, the checked benchmark table or the pages seen."""
    if hints.syntax != "json":
        return False
    return any(needed <= hints.keys for needed, _ in _SHAPES)


def records(document: Document) -> Iterator[Record | Problem]:
    """Yield the records of a curated document, in any of its three shapes."""
    value = document.json
    if isinstance(value, dict):
        for needed, read in _SHAPES:
            if needed <= value.keys():
                yield from read(value)
                return
    raise Unreadable(document.url, "not a curated list: needs models with facts and sources")


def _models(value: dict[str, Any]) -> Iterator[Record | Problem]:
    entries = value.get("models")
    if not isinstance(entries, list):
        yield Problem("/models", "not a list of models")
        return
    listed = frozenset(str(entry.get("id")) for entry in entries if isinstance(entry, dict))
    for number, entry in enumerate(entries):
        where = f"/models/{number}"
        short = entry.get("id") if isinstance(entry, dict) else None
        subject = known.model(short) if isinstance(short, str) else None
        if subject is None:
            yield Problem(f"{where}/id", f"{short!r} has no canonical name", "add it to the table")
            continue
        yield from _Entry(str(short), subject, entry, where, listed).records()


class _Entry:
    """The state of turning one model of the list into records."""

    def __init__(
        self, short: str, subject: Iri, entry: dict[str, Any], where: str, listed: frozenset[str]
    ) -> None:
        self.short, self.subject, self.entry, self.where = short, subject, entry, where
        self.listed = listed
        self.sources: dict[str, _Source] = {}
        self.problems: list[Problem] = []
        self.developers = {
            str(fact.get("value"))
            for fact in self._items("facts")
            if fact.get("property") == "developer"
        }

    def records(self) -> Iterator[Record | Problem]:
        for name, read in (
            ("facts", self._fact),
            ("lineage", self._edge),
            ("training_data", self._data),
            ("notes", self._note),
        ):
            for item in self._items(name):
                read(item)
        yield from self.problems
        for url in sorted(self.sources):
            yield self._record(self.sources[url])

    def _items(self, name: str) -> list[dict[str, Any]]:
        result = self.entry.get(name, [])
        return (
            [item for item in result if isinstance(item, dict)] if isinstance(result, list) else []
        )

    def _source(self, item: dict[str, Any]) -> tuple[_Source, str] | None:
        """The document that an item rests on, with the locator; None where it is read elsewhere."""
        source = str(item.get("source", ""))
        if source.startswith(_ELSEWHERE):
            return None
        url, place = known.document(source)
        if not iris.is_iri(url):
            self.problems.append(Problem(self.where, f"{source!r} is no address of a source"))
            return None
        return self.sources.setdefault(url, _Source(url)), place

    def _own(self, source: _Source) -> bool:
        """Whether the developer published the document."""
        makers = {known.DEVELOPERS.get(name, name) for name in self.developers}
        return known.publisher(source.url) in makers

    def _record(self, source: _Source) -> Record:
        publisher = known.publisher(source.url)
        basis = Basis.DEVELOPER if self._own(source) else Basis.THIRD_PARTY
        maker = iris.organization(publisher)
        identity = (
            Claim(self.subject, RDF.type, self._class()),
            Claim(self.subject, SCHEMA.name, literals.text(self._name())),
            Claim(maker, RDF.type, PG.Organization),
            Claim(maker, SCHEMA.name, literals.text(publisher)),
        )
        local = f"{self.short}/{known.document_slug(source.url)}"
        header = Header(
            record=iris.record("curated", local, RETRIEVED),
            document=Iri(source.url),
            publisher=maker,
            retrieved=RETRIEVED,
            reader=READER.format,
            basis=basis,
            title=f"{self._name()}, as stated by {publisher}",
        )
        retained = (_default(claim, basis) for claim in source.claims)
        return Record(header, (*identity, *retained)).sort()

    def _class(self) -> Iri:
        return PG.Configuration if self.subject == known.THINKING else PG.Model

    def _name(self) -> str:
        if self.subject == known.THINKING:
            return "Claude Haiku 4.5 Thinking"
        return str(self.entry.get("name") or self.short).partition(" (")[0]

    def _fact(self, item: dict[str, Any]) -> None:
        result = self._source(item)
        if result is None:
            return
        source, place = result
        level = str(item.get("level", ""))
        basis = _LEVELS.get(level, Basis.THIRD_PARTY)
        if "default" in level:
            basis = Basis.INFERENCE
        fact = curated_fact.Fact(
            self.short,
            self.subject,
            str(item.get("property")),
            str(item.get("value")),
            basis,
            place,
            self._parent(),
            source.url,
        )
        for made in curated_facts.claims(fact):
            if isinstance(made, Problem):
                self.problems.append(made)
            else:
                source.claims.append(made)

    def _parent(self) -> Iri | None:
        for edge in self._items("lineage"):
            if edge.get("relation") in ("finetunedFrom", "quantizedFrom"):
                return known.model(str(edge.get("target")))
        return None

    def _edge(self, item: dict[str, Any]) -> None:
        result = self._source(item)
        relation, target = str(item.get("relation")), str(item.get("target"))
        if result is None:
            return
        source, place = result
        node = known.model(target)
        if relation in _INVERSE and node is not None:
            basis = Basis.INFERENCE if relation == "familyPredecessorOf" else None
            source.claims.append(
                Claim(node, _INVERSE[relation], self.subject, basis=basis, locator=place)
            )
        elif relation == "derivedFrom (as recorded)":
            # A dependency without a kind may be heritage, without weights taken over.
            source.claims.append(Claim(self.subject, PG.statedOrigin, literals.text(target)))
        elif relation not in _RELATIONS:
            self.problems.append(
                Problem(self.where, f"{self.short}: unknown relation {relation!r}")
            )
        else:
            source.claims.extend(self._derived(_RELATIONS[relation], node, target, place))

    def _derived(self, prop: Iri, node: Iri | None, target: str, place: str) -> Iterator[Claim]:
        if node is None:
            node = iris.entity("curated", "unresolved", iris.slug(target))
            yield Claim(node, RDF.type, PG.UnresolvedReference)
            yield Claim(node, PG.unresolvedText, literals.text(target))
        elif target not in self.listed:
            yield Claim(node, RDF.type, PG.Model)
            yield Claim(node, SCHEMA.name, literals.text(iris.short_id(node).rpartition("/")[2]))
        yield Claim(self.subject, prop, node, locator=place)
        method = [f for f in self._items("facts") if f.get("property") == "mergeMethod"]
        if prop == PG.mergedFrom:
            local = f"{self.short}/{iris.slug(target)}"
            derivation = iris.entity("curated", "derivation", local)
            yield Claim(self.subject, PROV.qualifiedDerivation, derivation)
            yield Claim(derivation, RDF.type, PG.Derivation)
            yield Claim(derivation, PROV.entity, node)
            for fact in method:
                yield Claim(derivation, PG.mergeMethod, literals.text(str(fact.get("value"))))

    def _data(self, item: dict[str, Any]) -> None:
        result = self._source(item)
        if result is None:
            return
        source, place = result
        text = str(item.get("dataset"))
        data = known.data(text)
        add = source.claims.append
        for name in data.datasets:
            for claim in self._trained_on(name, text, data, place):
                add(claim)
        for kind in data.kinds:
            add(Claim(self.subject, PG.dataAcquisition, kind, as_stated=text, locator=place))
        if not data.datasets:
            stance = Stance.PARTLY_STATED if data.kinds else Stance.REPORTS_UNDISCLOSED
            add(Claim(self.subject, PG.trainedOn, None, stance, as_stated=text, locator=place))
        source.claims.extend(self._stage(str(item.get("stage")), data))

    def _trained_on(self, name: str, text: str, data: known.Data, place: str) -> Iterator[Claim]:
        node = iris.dataset(name)
        stance = Stance.PARTLY_STATED if data.partly else Stance.STATED
        retained = text if text != name else ""
        yield Claim(self.subject, PG.trainedOn, node, stance, as_stated=retained, locator=place)
        yield Claim(node, RDF.type, PG.Dataset)
        yield Claim(node, SCHEMA.name, literals.text(name))
        maker = known.model(data.generated_by) if data.generated_by else None
        if maker is not None:
            yield Claim(node, PG.generatedBy, maker, locator=place)
            yield Claim(self.subject, PG.usedSyntheticDataFrom, maker, locator=place)

    def _stage(self, stage: str, data: known.Data) -> Iterator[Claim]:
        if stage in ("unknown", "None"):
            return
        node = iris.entity("curated", "stage", f"{self.short}/{iris.slug(stage)}")
        yield Claim(self.subject, PG.trainingStage, node)
        yield Claim(node, RDF.type, PG.TrainingStage)
        yield Claim(node, SCHEMA.name, literals.text(stage))
        if stage in _STAGES:
            basis = Basis.INFERENCE if stage in _LOOSE else None
            for subject in (self.subject, node):
                yield Claim(
                    subject, PG.trainingMethod, _STAGES[stage], basis=basis, as_stated=stage
                )
        for name in data.datasets:
            yield Claim(node, DCTERMS.references, iris.dataset(name))

    def _note(self, item: dict[str, Any]) -> None:
        claims = curated_notes.claims(self.short, self.subject, str(item.get("source", "")))
        if claims and (source := self._source(item)):
            source[0].claims.extend(claims)


def _default(claim: Claim, basis: Basis) -> Claim:
    """The claim without its basis, where the header states the same basis."""
    if claim.basis is not basis:
        return claim
    return Claim(
        claim.subject,
        claim.predicate,
        claim.value,
        claim.stance,
        None,
        claim.as_stated,
        claim.locator,
        claim.confidence,
        claim.precision,
        claim.valid_from,
        claim.valid_until,
        claim.unusable,
    )


def _origin(document: Document) -> Origin:
    return Origin(
        local=iris.slug(document.name or "curated"), publisher=iris.organization("curated")
    )


_SHAPES = (
    (frozenset({"models", "rule", "made"}), _models),
    (frozenset({"ranks_recomputed", "scores", "release"}), livebench.records),
    (frozenset({"pages_seen", "scale"}), curated_pages.records),
)

READER = Reader(
    format="curated",
    title="Curated list of models with a source for every fact",
    recognises=recognises,
    origin=_origin,
    read=lambda document: claims_of(records(document)),
    records=records,
)
