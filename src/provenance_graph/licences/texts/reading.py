"""Reading of the licence catalogue from a store's reference data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

from provenance_graph import reference
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal, Value
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, SKOS
from provenance_graph.licences.texts.catalogue import (
    Applicability,
    Catalogue,
    Clause,
    Condition,
    Licence,
    PassThroughTerm,
    Rule,
    Text,
    Use,
)
from provenance_graph.licences.texts.described import Described, stored_form
from provenance_graph.lineage.arrays import CODE
from provenance_graph.store.values import QuadSource


def load(snapshot: AcceptedSnapshot) -> Catalogue:
    """The catalogue of every licence, condition, planned use and rule that the store describes."""
    form = stored_form(snapshot.derived, __file__)
    described = reference.parsed(snapshot, _described, form)
    reader = _LicenceReader(snapshot.uncached())
    reader.passes, reader.licences = described.passes, described.licences
    reader.clauses_of, reader.texts_of = described.clauses, described.texts
    return Catalogue(
        dict(described.resolved),
        described.conditions,
        described.uses,
        described.rules,
        described.kinds,
        reader.read,
    )


def _described(source: QuadSource) -> Described:
    return _LicenceReader(source).described()


class _LicenceReader:
    """Reads licences and conditions from the reference data, or a snapshot that holds them."""

    def __init__(self, source: QuadSource) -> None:
        self.source = source
        self.licences: Mapping[Iri, Licence] = {}
        self.passes: Mapping[Value, tuple[str, PassThroughTerm]] = {}
        self.clauses_of: Mapping[Value, Mapping[str, Clause]] = {}
        self.texts_of: Mapping[Value, tuple[Text, ...]] = {}

    def members(self, kind: Iri) -> list[Iri]:
        return sorted(s for s, *_ in self.source.quads(predicate=RDF.type, object=kind))

    def properties(self, subject: Iri) -> dict[Iri, list[Value]]:
        result: dict[Iri, list[Value]] = defaultdict(list)
        for _, predicate, value, _ in self.source.quads(subject):
            result[predicate].append(value)
        for values in result.values():
            values.sort(key=lambda v: (isinstance(v, Literal), str(v)))
        return result

    def described(self) -> Described:
        carries = dict(map(self.carry, self.members(PG.Carry)))
        self.passes = {iri: self.passed(iri, carries) for iri in self.members(PG.PassThrough)}
        self.clauses_of, self.texts_of = self.clauses(), self.texts()
        described = {s for s, *_ in self.source.quads(predicate=PG.textSeen)}
        self.licences = {iri: self.licence(iri) for iri in sorted(described)}
        return Described(
            self.licences,
            self.passes,
            self.clauses_of,
            self.texts_of,
            {c.key: c for c in self.conditions()},
            {u.key: u for u in map(self.use, self.members(PG.PlannedUse))},
            {r.id: r for r in map(self.rule, self.members(PG.LicenceRule))},
            self.kinds(),
            {iri: self.read(iri) for iri in self.licences},
        )

    def carry(self, iri: Iri) -> tuple[Value, PassThroughTerm]:
        reported = self.properties(iri)
        groups = frozenset(local_name(str(g)) for g in reported[PG.passesGroup])
        key, label = _one(reported, SKOS.notation), _one(reported, SKOS.prefLabel)
        return iri, PassThroughTerm(key, label, _code(reported, PG.carryMode), groups)

    def read(self, iri: Iri) -> Licence:
        """A licence, with the terms of the licence that it is like where it has none of its own."""
        one = self.licences.get(iri) or self.licence(iri)
        like = self.licences.get(one.terms_like) if one.terms_like and not one.passes else None
        if like is None:
            return one
        exact = bool(self.properties(iri)[SKOS.exactMatch])
        same = exact or _text_of(one.key) == _text_of(like.key)
        one = replace(
            one,
            grants=like.grants if same else like.grants - OF_A_TEXT,
            duties=like.duties,
            restrictions=like.restrictions,
            passes=like.passes,
        )
        if not same:
            return replace(one, shares=like.name)
        return replace(
            one,
            text_seen=like.text_seen,
            source=one.source or like.source,
            clauses=like.clauses,
            prefix=like.prefix,
            display=like.display,
            notice=like.notice,
            users=like.users,
            revenue=like.revenue,
        )

    def passed(
        self, iri: Iri, carries: Mapping[Value, PassThroughTerm]
    ) -> tuple[str, PassThroughTerm]:
        reported = self.properties(iri)
        kind = local_name(str(reported[PG.derivationKind][0]))
        return kind, carries[reported[PG.carries][0]]

    def clauses(self) -> dict[Value, dict[str, Clause]]:
        clauses: dict[Value, dict[str, Clause]] = defaultdict(dict)
        for iri in self.members(PG.LicenceClause):
            reported = self.properties(iri)
            subject = reported[DCTERMS.subject][0]
            clauses[reported[DCTERMS.isPartOf][0]][local_name(str(subject))] = Clause(
                _one(reported, PG.clause),
                _one(reported, PG.conditionText),
                _applicability(reported),
            )
        return clauses

    def texts(self) -> dict[Value, tuple[Text, ...]]:
        result: dict[Value, list[Text]] = defaultdict(list)
        for text, _, licence, _ in self.source.quads(predicate=DCTERMS.isVersionOf):
            reported = self.properties(text)
            result[licence].append(
                Text(text, _one(reported, PG.validFrom), _one(reported, PG.validUntil))
            )
        return {
            licence: tuple(sorted(texts, key=lambda t: t.valid_from))
            for licence, texts in result.items()
        }

    def licence(self, iri: Iri) -> Licence:
        """A licence as it is described; without terms where it is not."""
        reported = self.properties(iri)
        like = reported.get(PG.termsLike, []) or reported.get(SKOS.exactMatch, [])
        return Licence(
            iri,
            key=_one(reported, SKOS.notation),
            label=_one(reported, SKOS.prefLabel) or _one(reported, SCHEMA.name),
            family=_code(reported, PG.licenceFamily),
            openness=_code(reported, PG.openness) or "unknown",
            text_version=_one(reported, PG.textVersion),
            url=_one(reported, SCHEMA.url),
            notice=_one(reported, PG.noticeText),
            hub_token=_one(reported, PG.hubToken),
            prefix=_one(reported, PG.namePrefix),
            display=tuple(str(v) for v in reported[PG.displayText]),
            users=_number(reported, PG.thresholdUsers),
            revenue=_number(reported, PG.thresholdRevenueUSD),
            grants=frozenset(local_name(str(v)) for v in reported[PG.grants]),
            duties=tuple(local_name(str(v)) for v in reported[PG.requires]),
            restrictions=tuple(local_name(str(v)) for v in reported[PG.restricts]),
            passes=dict(self.passes[v] for v in reported[PG.passThrough] if isinstance(v, Iri)),
            clauses=self.clauses_of.get(iri, {}),
            texts=self.texts_of.get(iri, ()),
            terms_like=like[0] if like and isinstance(like[0], Iri) else None,
            text_seen=_one(reported, PG.textSeen) == "true",
            irrevocable=_one(reported, PG.irrevocable) == "true",
            namespaces=frozenset(str(v) for v in reported[PG.licensorNamespace]),
            valid_from=_one(reported, PG.validFrom),
            valid_until=_one(reported, PG.validUntil),
            comment=_one(reported, RDFS.comment),
            source=_one(reported, DCTERMS.source),
        )

    def conditions(self) -> Iterable[Condition]:
        for duty, kind in ((True, PG.Duty), (False, PG.Restriction)):
            for iri in self.members(kind):
                reported = self.properties(iri)
                yield Condition(
                    key=local_name(iri),
                    label=_one(reported, SKOS.prefLabel),
                    group=local_name(_one(reported, PG.conditionGroup)),
                    duty=duty,
                    blocks=self.touched(reported[PG.blocksUse]),
                    conditions=self.touched(reported[PG.conditionsUse]),
                    derivatives_only=_one(reported, PG.bindsDerivatives) == "true",
                )

    def touched(self, uses: Iterable[Value]) -> frozenset[str]:
        """The keys of planned uses and of every narrower use, to which a limit applies too."""
        waiting, reached = list(uses), set()
        while waiting:
            use = waiting.pop()
            if use not in reached:
                reached.add(use)
                waiting += [s for s, *_ in self.source.quads(predicate=SKOS.broader, object=use)]
        return frozenset(local_name(str(use)) for use in reached)

    def use(self, iri: Iri) -> Use:
        reported = self.properties(iri)
        permission = _one(reported, PG.needsPermission)
        threshold = {PG.thresholdUsers: "users", PG.thresholdRevenueUSD: "revenue"}
        compared = threshold.get(Iri(_one(reported, PG.comparedWith)), "")
        return Use(
            local_name(iri), _one(reported, SKOS.prefLabel), local_name(permission), compared
        )

    def rule(self, iri: Iri) -> Rule:
        reported = self.properties(iri)
        return Rule(
            _one(reported, SKOS.notation),
            _one(reported, SKOS.prefLabel),
            local_name(_one(reported, PG.severity)),
            _one(reported, SKOS.definition),
            _one(reported, PG.rationale),
            _one(reported, PG.remedy),
            _one(reported, PG.caveat),
        )

    def kinds(self) -> dict[int, str]:
        results = {}
        for iri in self.members(PG.DerivationKind):
            for relation in self.properties(iri)[PG.coversRelation]:
                results[CODE[Iri(str(relation))]] = local_name(iri)
        return results


OF_A_TEXT = frozenset({"patent-grant"})
"""Permissions that a text gives in words of its own: licences of one family differ in them."""


def _text_of(key: str) -> str:
    """The licence id of an SPDX identifier's text, without the choice of later versions.

    >>> _text_of("AGPL-3.0-or-later"), _text_of("GPL-2.0+")
    ('agpl-3.0', 'gpl-2.0')
    """
    return re.sub(r"(?:-only|-or-later|\+)$", "", key.lower())


def _one(reported: Mapping[Iri, list[Value]], predicate: Iri) -> str:
    values = reported.get(predicate, [])
    return str(values[0]) if values else ""


def _code(reported: Mapping[Iri, list[Value]], predicate: Iri) -> str:
    """The short id of the concept that is a property's first value; "" without one."""
    return local_name(_one(reported, predicate))


def _number(values: Mapping[Iri, list[Value]], predicate: Iri) -> int | None:
    text = _one(values, predicate)
    return int(text) if text else None


def _applicability(values: Mapping[Iri, list[Value]]) -> Applicability:
    return Applicability(
        multimodal=_one(values, PG.appliesToMultimodal) == "true",
        names=tuple(str(v).lower() for v in values.get(PG.appliesToName, [])),
        min_size=_number(values, PG.appliesFromSize),
        max_size=_number(values, PG.appliesToSize),
        since=_one(values, PG.appliesFrom),
        until=_one(values, PG.appliesUntil),
        uses=frozenset(local_name(str(v)) for v in values.get(PG.appliesToUse, [])),
    )
