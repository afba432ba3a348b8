"""The context of licence rules: the facts of one model, or of a class of models.

A rule reads a ``RuleContext`` and nothing else. ``ModelContext`` is one model with its paths;
``classes.ClassContext`` stands for every model that declares the same licences, inherits the same
terms and has the same relations to its parents. So every rule exists once, for the report of a
model and for the pass over a whole store.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.licences.inheritance.inherit import Inherited
from provenance_graph.licences.inheritance.passing import TermClass
from provenance_graph.licences.results import Label, LicenceFinding, OtherText, Unknown
from provenance_graph.licences.texts import labels as label_history
from provenance_graph.licences.texts.catalogue import Catalogue, Licence
from provenance_graph.licences.uses import PlannedUse
from provenance_graph.lineage.results import Edge

if TYPE_CHECKING:
    from provenance_graph.licences.context import LicenceContext
from provenance_graph.licences.rules.prefix import begins

VIOLATION, WARNING, INFO = "Violation", "Warning", "Info"
SEVERITIES = (VIOLATION, WARNING, INFO)


@dataclass(frozen=True, slots=True)
class Reaching:
    """A class of terms that reaches a model; ``inherited`` is None for a class of models."""

    terms: TermClass
    licence: Licence
    settled: bool
    inherited: Inherited | None = None


@dataclass(frozen=True, slots=True)
class ParentStep:
    """A direct parent: the relation, and the licences that the parent declares.

    ``edge`` is None for a class of models.
    """

    relation: Iri
    licences: tuple[Licence, ...]
    edge: Edge | None = None

    @property
    def parent(self) -> str:
        """The parent's short id; empty for a class of models."""
        return short_id(self.edge.parent) if self.edge else ""


@dataclass(frozen=True, slots=True)
class RuleMatch:
    """A match of a rule; an empty ``severity`` means the rule's own."""

    message: str
    licence: Licence | None = None
    clause: str = ""
    holder: Iri | None = None
    path: tuple[Edge, ...] = ()
    severity: str = ""
    other: OtherText | None = None


class RuleContext(Protocol):
    """The facts that a rule may read.

    For a class of models a fact may be uncertain. The context then gives the answer with which the
    rule matches, and each model is evaluated afterwards.
    """

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of licences of the store."""
        ...

    @property
    def declared(self) -> tuple[Licence, ...]:
        """The licences that the model declares."""
        ...

    @property
    def plans(self) -> Sequence[PlannedUse]:
        """The planned uses."""
        ...

    @property
    def parents(self) -> Sequence[ParentStep]:
        """The direct parents."""
        ...

    @property
    def merged_parents(self) -> int:
        """The number of parents that were merged into the model."""
        ...

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The unknown licences on the model's paths."""
        ...

    @property
    def label_change(self) -> str:
        """How the model's label changed, in words; "" where it did not."""
        ...

    @property
    def files_without_licence(self) -> int:
        """The number of recorded files where none of them holds a licence, else 0."""
        ...

    @property
    def name(self) -> str:
        """The model's name as it is distributed."""
        ...

    def reaching(self, kind: str = "terms") -> Sequence[Reaching]:
        """Classes of terms of a kind that reach the model."""
        ...

    def excepted(self, one: Reaching) -> bool:
        """Whether a ban excepts the model."""
        ...

    def through_data(self, one: Reaching) -> bool | None:
        """Whether terms came through a dataset; None where paths are not known."""
        ...

    def through_outputs(self, one: Reaching) -> bool:
        """Whether a model's terms came along data or outputs; False where paths are not known."""
        ...

    def model_wrote(self, one: Reaching) -> bool:
        """Whether a model wrote data on the path of the terms."""
        ...

    def writer(self, one: Reaching) -> str:
        """The name of the model that wrote data on the path of the terms; "" without one."""
        ...

    def lacks_prefix(self, licence: Licence) -> bool:
        """Whether the model's name lacks the prefix that a licence requires."""
        ...

    def shows(self, licence: Licence) -> bool:
        """Whether a recorded document shows a text that a licence requires."""
        ...

    def excluded(self, use: str) -> Iterator[RuleMatch]:
        """Matches of clauses that exclude a use of some of the licensor's models, and apply."""
        ...

    def thresholds(self) -> Iterator[RuleMatch]:
        """Matches of planned numbers above a threshold of a licence that binds the model."""
        ...

    def dated(self) -> Iterator[tuple[Licence, Iri | None, tuple[Edge, ...]]]:
        """Licences declared and inherited, each with its holder and the path."""
        ...

    def text_note(self, licence: Licence) -> str:
        """A note that a service's text is later than the model made with it; or ""."""
        ...

    def holder(self, one: Reaching) -> str:
        """The name of the entity whose licence the terms belong to."""
        ...

    def match(
        self, message: str, one: Reaching, condition: str = "", severity: str = ""
    ) -> RuleMatch:
        """A match on inherited terms."""
        ...

    def other_text(self, one: Reaching) -> OtherText:
        """Inherited terms as the other side of a conflict."""
        ...


def declared_names(context: RuleContext) -> str:
    """The names of the declared licences, joined by commas."""
    return ", ".join(one.name for one in context.declared)


def is_assessable(context: RuleContext) -> bool:
    """Whether the model declares licences, and the terms of all of them are known."""
    return bool(context.declared) and all(one.known for one in context.declared)


_GRANT_FILES = re.compile(r"(^|/)(licen[cs]e|copying|notice)", re.IGNORECASE)
_COUNTED = {
    "users-above-threshold": "users",
    "revenue-above-threshold": "revenue",
    "royalty-above-revenue": "revenue",
}


@dataclass(frozen=True)
class ModelContext:
    """The facts of one model, with its planned uses and labels."""

    now: LicenceContext
    plans: Sequence[PlannedUse]
    labels: Sequence[Label]

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of licences of the store."""
        return self.now.graph.catalogue

    @property
    def declared(self) -> tuple[Licence, ...]:
        """The licences that the model declares."""
        return self.now.declared

    @property
    def name(self) -> str:
        """The model's name as it is distributed: the last part."""
        return local_name(self.now.subject)

    def has_text(self, licence: Licence) -> bool:
        """Whether a text of a licence was in force by the day asked about."""
        return licence.had_text(self.now.day)

    @cached_property
    def parents(self) -> Sequence[ParentStep]:
        """The direct parents, each with its edge."""
        now = self.now
        return [ParentStep(e.relation, now.licences_of(e.parent), e) for e in now.parents]

    @property
    def merged_parents(self) -> int:
        """The number of parents that were merged into the model."""
        return len({e.parent for e in self.now.parents if e.relation == PG.mergedFrom})

    @property
    def unknowns(self) -> Sequence[Unknown]:
        """The unknown licences on the model's paths."""
        return [one for one in self.now.unknowns if one.cause == "licence"]

    @property
    def label_change(self) -> str:
        """How the model's label changed, in words; "" where it did not."""
        return label_history.changed(self.labels)

    @cached_property
    def files_without_licence(self) -> int:
        """The number of recorded files where none of them holds a licence, else 0."""
        store = self.now.graph.snapshot
        files = [
            str(name)
            for artifact, *_ in store.quads(predicate=PG.artifactOf, object=self.now.subject)
            for _, _, name, _ in store.quads(artifact, PG.fileName)
        ]
        return 0 if any(_GRANT_FILES.search(name) for name in files) else len(files)

    def reaching(self, kind: str = "terms") -> Sequence[Reaching]:
        """The nearest inherited class of a kind for each licence and class of terms.

        Breaches of a ban are also distinguished by the model whose outputs were used.
        """
        seen = set()
        results = []
        for one in self.now.nearest:
            if one.terms.kind == kind and one.licence is not None and one.licence.known:
                key = (one.licence.iri, one.terms, one.origin if kind == "ban" else 0)
                if key not in seen:
                    seen.add(key)
                    results.append(Reaching(one.terms, one.licence, one.settled, one))
        return results

    def _path(self, one: Reaching) -> tuple[Edge, ...]:
        return self.now.path(one.inherited) if one.inherited else ()

    def holder(self, one: Reaching) -> str:
        """The name of the entity whose licence the terms belong to."""
        return short_id(self.now.holder(one.inherited)) if one.inherited else ""

    def excepted(self, one: Reaching) -> bool:
        """Whether a ban excepts the model."""
        return one.inherited is not None and self.now.excepted(one.inherited)

    def through_data(self, one: Reaching) -> bool | None:
        """Whether the terms came through a dataset."""
        return any(e.relation in (PG.trainedOn, PG.generatedBy) for e in self._path(one))

    def through_outputs(self, one: Reaching) -> bool:
        """Whether a model's terms came along data or outputs."""
        return one.inherited is not None and not one.inherited.by_weights

    def model_wrote(self, one: Reaching) -> bool:
        """Whether a model wrote data on the path of the terms."""
        return bool(self.writer(one))

    def writer(self, one: Reaching) -> str:
        """The name of the model that wrote data on the path of the terms; "" without one."""
        wrote = (e.parent for e in self._path(one) if e.relation == PG.generatedBy)
        return next(map(short_id, wrote), "")

    def lacks_prefix(self, licence: Licence) -> bool:
        """Whether the model's name lacks the prefix that a licence requires."""
        return not begins(self.name, licence.prefix, licence.namespaces)

    def shows(self, licence: Licence) -> bool:
        """Whether a recorded document of the model shows a text that a licence requires."""
        displayed = self.now.text(PG.displayText) | self.now.text(SCHEMA.description)
        return any(text in words for text in licence.display for words in displayed)

    def excluded(self, use: str) -> Iterator[RuleMatch]:
        """Matches of clauses that exclude a use of some of the licensor's models, and apply."""
        reported = set()
        for term in self.now.terms:
            limits = term.licence.clause(term.condition.key).applies
            excludes = use in term.condition.blocks and limits.limits_models and term.applies
            if excludes and term.licence.iri not in reported:
                reported.add(term.licence.iri)
                clause = term.licence.clause(term.condition.key).location
                name = short_id(term.holder)
                yield RuleMatch(
                    f"{name} is multimodal, and {term.licence.name} grants no rights to it in the EU",
                    term.licence,
                    clause,
                    term.holder,
                    term.path,
                )

    def thresholds(self) -> Iterator[RuleMatch]:
        """Matches of planned numbers above a threshold of a licence that binds the model."""
        reported = set()
        for term in self.now.terms:
            if (term.licence.iri, term.condition.key) in reported:
                continue  # the same term also comes along data
            reported.add((term.licence.iri, term.condition.key))
            kind = _COUNTED.get(term.condition.key)
            limit = term.licence.users if kind == "users" else term.licence.revenue
            for plan in self.plans:
                if kind and plan.use.threshold == kind and (plan.number or 0) > (limit or math.inf):
                    clause = term.licence.clause(term.condition.key).location
                    text = f"{plan.number:,} {kind} planned; {term.licence.name} ends at {limit:,}"
                    yield RuleMatch(text, term.licence, clause, term.holder, term.path)

    def text_note(self, licence: Licence) -> str:
        """A note that a service's text is later than the model made with it, or may be; or ""."""
        return self.now.text_note(licence)

    def dated(self) -> Iterator[tuple[Licence, Iri | None, tuple[Edge, ...]]]:
        """Licences declared and inherited, each once, with its holder and the path."""
        seen = set()
        for own in self.declared:
            seen.add(own.iri)
            yield own, self.now.subject, ()
        for one in self.reaching():
            if one.licence.iri not in seen and one.inherited:
                seen.add(one.licence.iri)
                yield one.licence, self.now.holder(one.inherited), self._path(one)

    def match(
        self, message: str, one: Reaching, condition: str = "", severity: str = ""
    ) -> RuleMatch:
        """A match on inherited terms, with holder and path."""
        clause = one.licence.clause(condition).location
        holder = self.now.holder(one.inherited) if one.inherited else None
        return RuleMatch(message, one.licence, clause, holder, self._path(one), severity)

    def other_text(self, one: Reaching) -> OtherText:
        """Inherited terms as the other side of a conflict, with holder and path."""
        holder = self.now.holder(one.inherited) if one.inherited else None
        return OtherText(one.licence, holder, self._path(one))

    def finding(self, rule: str, match: RuleMatch) -> LicenceFinding:
        """The finding for a match of a rule."""
        documented = self.catalogue.rules[rule]
        return LicenceFinding(
            documented,
            match.severity or documented.severity,
            self.now.subject,
            match.message,
            match.licence,
            match.clause,
            match.holder or (None if match.path else self.now.subject),
            match.path,
            match.other,
        )
