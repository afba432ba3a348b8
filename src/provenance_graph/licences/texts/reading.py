"""Reads the licence catalogue out of a store's reference data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, SKOS
from provenance_graph.licences.texts.catalogue import (
    Applicability,
    Carry,
    Catalogue,
    Clause,
    Condition,
    Licence,
    Rule,
    Text,
    Use,
)
from provenance_graph.lineage.arrays import CODE


def load(snapshot: AcceptedSnapshot) -> Catalogue:
    """Every licence, condition, planned use and rule that the store describes."""
    return _Reader(snapshot).catalogue()


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
                _one(told, PG.clause), _one(told, PG.conditionText), _applicability(told)
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
            text_seen=_one(told, PG.textSeen) == "true",
            irrevocable=_one(told, PG.irrevocable) == "true",
            namespaces=frozenset(str(v) for v in told[PG.licensorNamespace]),
            valid_from=_one(told, PG.validFrom),
            valid_until=_one(told, PG.validUntil),
            comment=_one(told, RDFS.comment),
            source=_one(told, DCTERMS.source),
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


def _applicability(told: Mapping[Iri, list[Value]]) -> Applicability:
    return Applicability(
        multimodal=_one(told, PG.appliesToMultimodal) == "true",
        names=tuple(str(v).lower() for v in told.get(PG.appliesToName, [])),
        min_size=_number(told, PG.appliesFromSize),
        max_size=_number(told, PG.appliesToSize),
        since=_one(told, PG.appliesFrom),
        until=_one(told, PG.appliesUntil),
        uses=frozenset(local_name(str(v)) for v in told.get(PG.appliesToUse, [])),
    )
