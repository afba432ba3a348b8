"""Fills a form: each field from the accepted view, with the claims behind every value."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from provenance_graph.acceptance.policy.policy import describe
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import terms
from provenance_graph.core.claims import (
    DEVELOPER_RANK,
    AcceptanceStatus,
    Basis,
    SourcedClaim,
    Stance,
    Value,
)
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import ID, NS, Iri, local_name, short_id
from provenance_graph.core.rdf import claim_iri
from provenance_graph.core.resources import software
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA, TRAININGS
from provenance_graph.formats.forms.definition import Form, FormField, FormSource, forms
from provenance_graph.forms import derived
from provenance_graph.forms.answers import (
    STATUSES,
    FilledField,
    FilledForm,
    FilledSection,
    FilledValue,
    Footnote,
)
from provenance_graph.forms.repeats import without_repeats
from provenance_graph.forms.states import (
    ORDER,
    FieldContent,
    basis_of,
    missing_parts,
    silence_of,
    status_of,
)
from provenance_graph.model.cells import value_json
from provenance_graph.model.display import value_text, with_unit
from provenance_graph.model.fields import fields
from provenance_graph.model.receipt import receipt

MAX_VALUES = 40
"""The most values of one field; further ones are counted in a note."""
MAX_NOTES = 6
MAX_FOOTNOTES = 4
"""The most sources cited for one value; the command `claims` lists all."""
_DATA = (PG.trainedOn, *TRAININGS)
_TESTED = (PG.testedOn, PG.validatedOn)
_NODES = {
    "version": PROV.specializationOf,
    "file": PG.artifactOf,
    "offer": PG.offerOf,
    "score": PG.evaluationOf,
}
NONE = "no other model: trained from scratch, as its developer says"


def fill(snapshot: AcceptedSnapshot, model: Iri, form: Form) -> FilledForm:
    """Fill a form for a model or a dataset, as of the snapshot's day.

    Raises UsageError for a dataset if the form is for models only.
    """
    if PG.Dataset in snapshot.types(model) and not form.of_datasets:
        what = f"{form.id} asks about a model, and {short_id(model)} is a dataset"
        named = ", ".join(one.id for one in forms().values() if one.of_datasets)
        raise UsageError(f"{what}; of datasets there is {named}")
    return _Filling(snapshot, snapshot.canonical(model)).form(form)


class _Filling:
    def __init__(self, snapshot: AcceptedSnapshot, model: Iri) -> None:
        self.snapshot, self.model = snapshot, model
        self.labels = {field.property: field for field in fields(snapshot)}
        self.notes: dict[Iri, int] = {}
        self.footnotes: list[Footnote] = []

    def form(self, form: Form) -> FilledForm:
        sections = [
            FilledSection(
                section.title, section.note, [self._field(form, field) for field in section.fields]
            )
            for section in form.sections
        ]
        totals = Counter(field.status for section in sections for field in section.fields)
        counts = {status: totals[status] for status in STATUSES if totals[status]}
        snapshot = self.snapshot
        latest = max((note.receipt["retrieved"] for note in self.footnotes), default="")[:10]
        today = snapshot.policy.day
        as_of = snapshot.as_of or (today if latest <= today else "")
        day = ["--as-of", as_of] if as_of else []
        name = short_id(self.model)
        return FilledForm(
            form=form.id,
            title=form.title,
            authority=form.authority,
            edition=form.edition,
            source=form.source,
            note=form.note,
            model=name,
            iri=self.model,
            name=self._text(self.model),
            developer=self._developer(),
            as_of=as_of,
            day=snapshot.policy.day,
            store=snapshot.version,
            policy=describe(snapshot.policy),
            software=software(),
            command=shlex.join(["provenance-graph", "form", name, "--as", form.id, *day]),
            counts=counts,
            sections=sections,
            footnotes=self.footnotes,
            unknown=snapshot.unknown(self.model, name),
        )

    # ---- fields ---------------------------------------------------------------------------

    def _field(self, form: Form, field: FormField) -> FilledField:
        answers = [self._answer(source) for source in field.sources]
        if not answers:
            answers = [self._written(form.key_of(field))]
        origins = [s for s in field.sources if s.iri in terms.DERIVATIONS and not s.place]
        if origins and not any(a.values for a in answers if a.source in origins):
            answers += self._from_scratch(origins)
        labelled = len({source.term for source in field.sources}) > 1
        values = without_repeats([value for answer in answers for value in answer.values])
        values = [self._plain(value) for value in values] if labelled else values
        missing = missing_parts(field, answers)
        notes = [note for answer in answers for note in answer.notes]
        if len(values) > MAX_VALUES:
            notes.append(f"{len(values) - MAX_VALUES} more values are left out here")
        # claims that decline or leave the field blank are cited as well
        silent = () if values else answers
        cited = [n for answer in silent for n in self._cited(answer.claims)]
        return FilledField(
            id=field.id,
            title=field.title,
            help=field.help,
            status=status_of(field, answers, values),
            values=values[:MAX_VALUES],
            missing=missing if values else [],
            notes=list(dict.fromkeys(notes))[:MAX_NOTES],
            footnotes=sorted(set(cited)),
            ask=self._ask(field.ask),
            binds=field.binds,
            labelled=labelled,
        )

    def _plain(self, value: FilledValue) -> FilledValue:
        """Drop the unit of a value if the label already names it: 32 layers of layers."""
        field = self.labels.get(Iri(value.iri))
        unit = field.unit if field else ""
        if unit and value.label.casefold().endswith(unit.casefold()):
            return replace(value, text=value.text.removesuffix(f" {unit}"))
        return value

    def _answer(self, source: FormSource) -> FieldContent:
        if source.place == "derived":
            return self._derived(source)
        answers: list[FieldContent] = []
        for node, of in self._places(source):
            answers.append(self._of(node, source, of))
        label = self._label(source)
        if not answers:
            return FieldContent(source, label, (), (), "empty")
        values = tuple(value for answer in answers for value in answer.values)
        statuses = [answer.status for answer in answers]
        status = min(statuses, key=lambda s: ORDER.index(s) if s in ORDER else -1)
        claims = tuple(claim for answer in answers for claim in answer.claims)
        notes = tuple(note for answer in answers for note in answer.notes)
        return FieldContent(source, label, values, claims, status, notes)

    def _places(self, source: FormSource) -> Iterator[tuple[Iri, str]]:
        """Yield the entities that a form source refers to, with names ("" for the model itself)."""
        if not source.place:
            yield self.model, ""
            return
        if source.place == "itself":
            if self.snapshot.is_a(self.model, PG.Dataset):
                yield self.model, ""
            return
        if source.place in _NODES:
            link = _NODES[source.place]
            nodes = (node for node, *_ in self.snapshot.quads(predicate=link, object=self.model))
            for node in sorted(set(nodes)):
                yield node, self._node_name(node, source.place)
            return
        links = {
            "dataset": _DATA,
            "tested": _TESTED,
            "parent": (*terms.DERIVATIONS, PG.usesComponent),
            "developer": (DCTERMS.creator,),
        }[source.place]
        seen: dict[Iri, None] = {}
        for _, predicate, value, _ in self.snapshot.view(self.model).quads:
            if predicate in links and isinstance(value, Iri):
                seen[value] = None
        for value in seen:
            yield value, self._text(value)

    def _of(self, node: Iri, source: FormSource, of: str) -> FieldContent:
        """The accepted values of one property of one entity, or the status of its absence."""
        seen = self.snapshot.view(node)
        wanted = Iri(source.only) if source.only else None
        accepted = [
            value
            for _, predicate, value, _ in seen.quads
            if predicate == source.iri and wanted in (None, value)
        ]
        claims = [claim for claim in seen.claims if claim.claim.predicate == source.iri]
        contested = any(p == PG.contested and o == source.iri for _, p, o, _ in seen.quads)
        values = tuple(
            self._value(source, value, node, of, claims, contested=contested) for value in accepted
        )
        silent = [
            c for c in claims if c.claim.value is None and c.claim.stance is not Stance.STATED
        ]
        behind = silent if not values and wanted is None else []
        return FieldContent(
            source,
            self._label(source),
            values,
            tuple(behind),
            "stated" if values else silence_of(seen.statuses.get(source.iri), claims, wanted),
            tuple(self._estimates(claims, of)),
        )

    def _value(
        self,
        source: FormSource,
        value: Value,
        node: Iri,
        of: str,
        claims: Sequence[SourcedClaim],
        *,
        contested: bool,
    ) -> FilledValue:
        behind = [c for c in claims if c.status is AcceptanceStatus.ACCEPTED and c.value == value]
        field = self.labels.get(source.iri)
        text = self._display_text(value, field.unit if field else "")
        return FilledValue(
            property=local_name(source.iri),
            iri=source.iri,
            label=self._label(source),
            text=text,
            value=value_json(value, {value: self._text(value)} if isinstance(value, Iri) else {}),
            of="" if of == text else of,
            of_iri="" if node == self.model else node,
            basis=basis_of(behind),
            contested=contested,
            footnotes=self._cited(behind),
        )

    def _from_scratch(self, origins: Sequence[FormSource]) -> tuple[FieldContent, ...]:
        """The content "made from no other model", if the developer states that."""
        declared = [
            each
            for each in self.snapshot.view(self.model).claims
            if each.claim.predicate in terms.PARENT_RELATIONS
            and each.claim.stance is Stance.DECLARED_EMPTY
            and each.status is not AcceptanceStatus.SUPERSEDED
            and each.basis in DEVELOPER_RANK
        ]
        if not declared:
            return ()
        value = FilledValue(
            property=local_name(PROV.wasDerivedFrom),
            iri=PROV.wasDerivedFrom,
            label="made from",
            text=NONE,
            value=None,
            basis="developer",
            footnotes=self._cited(declared),
        )
        return (FieldContent(origins[0], "made from", (value,), (), "stated"),)

    def _written(self, key: str) -> FieldContent:
        """The statements for a field without property, from a filled form that was imported."""
        source = FormSource(place="", term=PG.otherStatement)
        seen = self.snapshot.view(self.model)
        claims = [claim for claim in seen.claims if claim.claim.predicate == source.iri]
        values = tuple(
            self._value(source, value, self.model, "", claims, contested=False)
            for _, predicate, value, _ in seen.quads
            if predicate == source.iri and str(value).startswith(f"{key}: ")
        )
        values = tuple(replace(one, text=one.text.removeprefix(f"{key}: ")) for one in values)
        return FieldContent(source, "", values, (), "stated" if values else "empty")

    def _derived(self, source: FormSource) -> FieldContent:
        made = derived.RULES[source.term](self.snapshot, self.model)
        value = FilledValue(
            property=source.term,
            iri="",
            label="finding",
            text=made.sentence,
            value=made.answer,
            basis="derived",
            footnotes=self._cited(made.claims),
        )
        return FieldContent(source, "finding", (value,), (), "derived", made.notes)

    def _estimates(self, claims: Sequence[SourcedClaim], of: str) -> Iterator[str]:
        for claim in claims:
            if claim.basis is Basis.ESTIMATE and claim.value is not None:
                about = f" of {of}" if of else ""
                who = short_id(claim.header.publisher)
                text = self._display_text(claim.value, "")
                yield f"an estimate{about}, never accepted: {text} ({who})"

    # ---- words ----------------------------------------------------------------------------

    def _footnote(self, claim: SourcedClaim) -> int:
        """The number of a claim's footnote, which is added if missing."""
        key = claim_iri(claim.header.record, claim.claim)
        if key not in self.notes:
            self.notes[key] = len(self.footnotes) + 1
            self.footnotes.append(Footnote(self.notes[key], receipt(claim, self.snapshot.version)))
        return self.notes[key]

    def _cited(self, claims: Sequence[SourcedClaim]) -> list[int]:
        """The footnote numbers of claims, at most MAX_FOOTNOTES, the developer's first."""
        ranked = sorted(claims, key=lambda c: (self.snapshot.policy.rank(c.basis), c.header.record))
        return sorted({self._footnote(claim) for claim in ranked[:MAX_FOOTNOTES]})

    def _text(self, entity: Iri) -> str:
        for _, _, name, _ in self.snapshot.quads(entity, SCHEMA.name):
            return str(name)
        for _, _, text, _ in self.snapshot.quads(entity, PG.unresolvedText):
            return f"{text}, named but not identified"
        ours = entity.startswith((ID, NS))
        return self.snapshot.label(entity) or (short_id(entity) if ours else str(entity))

    def _node_name(self, node: Iri, location: str) -> str:
        if location == "score":
            for _, _, benchmark, _ in self.snapshot.quads(node, PG.benchmark):
                return self._text(Iri(str(benchmark)))
        for predicate in (PG.fileName, SCHEMA.name, SCHEMA.version, PG.provider):
            for _, _, value, _ in self.snapshot.quads(node, predicate):
                return self._text(value) if isinstance(value, Iri) else value.lexical
        return short_id(node).rpartition("/")[2]

    def _label(self, source: FormSource) -> str:
        field = self.labels.get(source.iri)
        label = field.label if field else ""
        return label or self.snapshot.label(source.iri) or local_name(source.iri)

    def _display_text(self, value: Value, unit: str) -> str:
        if isinstance(value, Iri):
            return self._text(value)
        cell = value_json(value)
        number = isinstance(cell, int | float) and not isinstance(cell, bool)
        return with_unit(value_text(cell), unit if number else "")

    def _developer(self) -> str:
        makers = [
            value
            for _, predicate, value, _ in self.snapshot.view(self.model).quads
            if predicate == DCTERMS.creator and isinstance(value, Iri)
        ]
        return ", ".join(self._text(maker) for maker in makers)

    def _ask(self, role: str) -> str:
        name = self._developer() or "whoever developed it"
        return {
            "developer": f"the developer, {name}",
            "dataset": f"the publishers of the datasets, else the developer, {name}",
            "system": "the provider of the AI system that the model is built into",
            "authority": "the authority that asks, for the reading of the text",
        }[role]
