"""Licences as the store describes them: what each grants, asks, forbids and passes on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri, local_name, said
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, SKOS
from provenance_graph.lineage.arrays import CODE

FIRM, UNSETTLED, BANNED, NO_GRANT, UNKNOWN = "firm", "unsettled", "banned", "nogrant", "unknown"
GRANTS = "grants"
"""The group that stands for the limits of what a licence permits."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A duty or restriction, and the planned uses it touches."""

    key: str
    label: str
    group: str
    duty: bool
    blocks: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    derivatives_only: bool = False


@dataclass(frozen=True, slots=True)
class Carry:
    """What a licence passes on along one kind of derivation."""

    key: str
    label: str
    mode: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Use:
    """A planned use; ``threshold`` names the number of a licence it is compared with."""

    key: str
    label: str
    permission: str = ""
    threshold: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """Where a condition stands in a licence's text, and what qualifies it."""

    place: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A dated text of a licence, in force from one day until another."""

    licence: Iri
    valid_from: str = ""
    valid_until: str = ""

    def in_force(self, day: str) -> bool:
        """Whether it was in force on an ISO day."""
        return (not self.valid_from or self.valid_from <= day) and (
            not self.valid_until or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True, eq=False)
class Licence:
    """A licence by one version of its text; each object is itself alone.

    ``passes`` says per kind of derivation what is carried; it is empty where the terms are
    not known, and then nothing about the licence is ever called permitted.
    """

    iri: Iri
    key: str = ""
    label: str = ""
    family: str = ""
    openness: str = "unknown"
    text_version: str = ""
    url: str = ""
    notice: str = ""
    hub_token: str = ""
    prefix: str = ""
    display: tuple[str, ...] = ()
    users: int | None = None
    revenue: int | None = None
    grants: frozenset[str] = frozenset()
    duties: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    passes: Mapping[str, Carry] = field(default_factory=dict)
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()
    terms_like: Iri | None = None

    @property
    def known(self) -> bool:
        """Whether its terms are known well enough to reason with."""
        return any(carry.mode in (FIRM, UNSETTLED, BANNED) for carry in self.passes.values())

    @property
    def name(self) -> str:
        """How people name it."""
        return self.key or local_name(self.iri)

    @property
    def conditions(self) -> tuple[str, ...]:
        """All duties and restrictions."""
        return self.duties + self.restrictions

    @property
    def service(self) -> bool:
        """Whether it is the terms of a service, under which no weights are supplied."""
        return "no-weights" in self.restrictions

    def clause(self, key: str) -> Clause:
        """Where a condition stands; empty where the text was not read that closely."""
        return self.clauses.get(key, Clause())

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "iri": self.iri,
            "id": self.name,
            "label": self.label or said(self.iri),
            "family": self.family,
            "openness": self.openness,
            "textVersion": self.text_version,
            "known": self.known,
        }


@dataclass(frozen=True)
class Rule:
    """One of the rules LR-01 … LR-16, as the ontology documents it."""

    id: str
    name: str
    severity: str
    what: str
    why: str
    fix: str
    caveat: str

    def to_json(self) -> dict[str, str]:
        """As JSON."""
        return {"id": self.id, "name": self.name, "severity": self.severity, "what": self.what,
                "why": self.why, "fix": self.fix, "caveat": self.caveat}  # fmt: skip


@dataclass(frozen=True)
class Catalogue:
    """Every licence, condition, carry, planned use and rule that a store holds.

    ``licences`` holds those that are described and those asked for so far: the SPDX list is
    read licence by licence, since most of it is never met.
    """

    licences: dict[Iri, Licence]
    conditions: Mapping[str, Condition]
    uses: Mapping[str, Use]
    rules: Mapping[str, Rule]
    kind_of: Mapping[int, str]
    read: Callable[[Iri], Licence]

    @classmethod
    def load(cls, snapshot: AcceptedSnapshot) -> Catalogue:
        """Read the reference data of a store."""
        return _Reader(snapshot).catalogue()

    def licence(self, iri: Iri) -> Licence:
        """A licence; one that nothing is known of where the store does not describe it."""
        if iri not in self.licences:
            self.licences[iri] = self.read(iri)
        return self.licences[iri]

    def in_force(self, licence: Licence, day: str) -> Licence:
        """The text of a licence that was in force on a day.

        Where no dated text covers the day the licence itself is given.
        """
        for text in licence.texts:
            if day and text.in_force(day):
                dated = self.licence(text.licence)
                return replace(licence, text_version=dated.text_version) if self._same(dated, licence) else dated  # fmt: skip
        return licence

    @staticmethod
    def _same(dated: Licence, licence: Licence) -> bool:
        return dated.terms_like == licence.iri

    @cached_property
    def by_key(self) -> dict[str, Licence]:
        """Described licences by their short id."""
        return {licence.key: licence for licence in self.licences.values() if licence.key}

    def suggested(self, name: str) -> Licence | None:
        """The licence that a model's name suggests, by the token hubs use for it.

        A name proves nothing; it tells where to look.
        """
        plain = "".join(c for c in local_name(name).lower() if c.isalnum() or c == ".")
        fitting = [
            one
            for one in tuple(self.licences.values())  # others may be read meanwhile
            if one.family in ("llama-community", "gemma-terms")
            and one.hub_token
            and one.hub_token in plain
        ]
        return max(fitting, key=lambda one: len(one.hub_token), default=None)

    def labels(self, keys: Iterable[str]) -> list[str]:
        """How conditions read."""
        return [self.conditions[key].label for key in keys]


class _Reader:
    """Reads whole subjects of the reference data."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self.snapshot = snapshot
        self.carries: dict[Value, Carry] = {}
        self.licences: dict[Iri, Licence] = {}

    def members(self, kind: Iri) -> list[Iri]:
        return sorted(s for s, *_ in self.snapshot.quads(predicate=RDF.type, object=kind))

    def said(self, subject: Iri) -> dict[Iri, list[Value]]:
        found: dict[Iri, list[Value]] = defaultdict(list)
        for _, predicate, value, _ in self.snapshot.quads(subject):
            found[predicate].append(value)
        for values in found.values():
            values.sort(key=lambda v: (isinstance(v, Literal), str(v)))
        return found

    def catalogue(self) -> Catalogue:
        for iri in self.members(PG.Carry):
            told = self.said(iri)
            groups = frozenset(local_name(str(g)) for g in told[PG.passesGroup])
            key = _one(told, SKOS.notation)
            self.carries[iri] = Carry(key, _one(told, SKOS.prefLabel), _one(told, PG.carryMode), groups)  # fmt: skip
        self.passes = {iri: self.passed(iri) for iri in self.members(PG.PassThrough)}
        self.clauses_of, self.texts_of = self.clauses(), self.texts()
        described = {s for s, *_ in self.snapshot.quads(predicate=PG.textSeen)}
        self.licences = {iri: self.licence(iri) for iri in sorted(described)}
        return Catalogue(
            {iri: self.read(iri) for iri in self.licences},
            {c.key: c for c in self.conditions()},
            {u.key: u for u in map(self.use, self.members(PG.PlannedUse))},
            {r.id: r for r in map(self.rule, self.members(PG.LicenceRule))},
            self.kinds(),
            self.read,
        )

    def read(self, iri: Iri) -> Licence:
        """A licence, with the terms of the one it is like where it has none of its own."""
        one = self.licences.get(iri) or self.licence(iri)
        like = self.licences.get(one.terms_like) if one.terms_like and not one.passes else None
        if like is None:
            return one
        return replace(
            one,
            grants=like.grants,
            duties=like.duties,
            restrictions=like.restrictions,
            passes=like.passes,
        )

    def passed(self, iri: Iri) -> tuple[str, Carry]:
        told = self.said(iri)
        return local_name(str(told[PG.derivationKind][0])), self.carries[told[PG.carries][0]]

    def clauses(self) -> dict[Value, dict[str, Clause]]:
        found: dict[Value, dict[str, Clause]] = defaultdict(dict)
        for iri in self.members(PG.LicenceClause):
            told = self.said(iri)
            subject = told[DCTERMS.subject][0]
            found[told[DCTERMS.isPartOf][0]][local_name(str(subject))] = Clause(
                _one(told, PG.clause), _one(told, PG.conditionText)
            )
        return found

    def texts(self) -> dict[Value, tuple[Text, ...]]:
        found: dict[Value, list[Text]] = defaultdict(list)
        for text, _, licence, _ in self.snapshot.quads(predicate=DCTERMS.isVersionOf):
            told = self.said(text)
            found[licence].append(Text(text, _one(told, PG.validFrom), _one(told, PG.validUntil)))  # fmt: skip
        return {licence: tuple(sorted(texts, key=lambda t: t.valid_from)) for licence, texts in found.items()}  # fmt: skip

    def licence(self, iri: Iri) -> Licence:
        """A licence as it is described; nothing is known of one that is not."""
        told = self.said(iri)
        like = told.get(PG.termsLike, []) or told.get(SKOS.exactMatch, [])
        return Licence(
            iri,
            key=_one(told, SKOS.notation),
            label=_one(told, SKOS.prefLabel),
            family=_one(told, PG.licenceFamily),
            openness=_one(told, PG.openness) or "unknown",
            text_version=_one(told, PG.textVersion),
            url=_one(told, SCHEMA.url),
            notice=_one(told, PG.noticeText),
            hub_token=_one(told, PG.hubToken),
            prefix=_one(told, PG.namePrefix),
            display=tuple(str(v) for v in told[PG.displayText]),
            users=_number(told, PG.thresholdUsers),
            revenue=_number(told, PG.thresholdRevenueUSD),
            grants=frozenset(local_name(str(v)) for v in told[PG.grants]),
            duties=tuple(local_name(str(v)) for v in told[PG.requires]),
            restrictions=tuple(local_name(str(v)) for v in told[PG.restricts]),
            passes=dict(self.passes[v] for v in told[PG.passThrough] if isinstance(v, Iri)),
            clauses=self.clauses_of.get(iri, {}),
            texts=self.texts_of.get(iri, ()),
            terms_like=like[0] if like and isinstance(like[0], Iri) else None,
        )

    def conditions(self) -> Iterable[Condition]:
        for duty, kind in ((True, PG.Duty), (False, PG.Restriction)):
            for iri in self.members(kind):
                told = self.said(iri)
                yield Condition(
                    key=local_name(iri),
                    label=_one(told, SKOS.prefLabel),
                    group=local_name(_one(told, PG.conditionGroup)),
                    duty=duty,
                    blocks=frozenset(local_name(str(v)) for v in told[PG.blocksUse]),
                    conditions=frozenset(local_name(str(v)) for v in told[PG.conditionsUse]),
                    derivatives_only=_one(told, PG.bindsDerivatives) == "true",
                )

    def use(self, iri: Iri) -> Use:
        told = self.said(iri)
        permission = _one(told, PG.needsPermission)
        threshold = {PG.thresholdUsers: "users", PG.thresholdRevenueUSD: "revenue"}
        compared = threshold.get(Iri(_one(told, PG.comparedWith)), "")
        return Use(local_name(iri), _one(told, SKOS.prefLabel), local_name(permission), compared)

    def rule(self, iri: Iri) -> Rule:
        told = self.said(iri)
        return Rule(
            _one(told, SKOS.notation),
            _one(told, SKOS.prefLabel),
            local_name(_one(told, PG.severity)),
            _one(told, SKOS.definition),
            _one(told, PG.rationale),
            _one(told, PG.remedy),
            _one(told, PG.caveat),
        )

    def kinds(self) -> dict[int, str]:
        found = {}
        for iri in self.members(PG.DerivationKind):
            for relation in self.said(iri)[PG.coversRelation]:
                found[CODE[Iri(str(relation))]] = local_name(iri)
        return found


def _one(told: Mapping[Iri, list[Value]], predicate: Iri) -> str:
    values = told.get(predicate, [])
    return str(values[0]) if values else ""


def _number(told: Mapping[Iri, list[Value]], predicate: Iri) -> int | None:
    shown = _one(told, predicate)
    return int(shown) if shown else None
