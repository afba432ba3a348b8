"""Identity by rule, kept up to date by every commit.

The rules decide from the records and from people's decisions, never from earlier decisions by rule.
Therefore imports and retractions in any order give the same view. A commit reads only names that
share a key (``matching.keys``) with a name that it changed, and decides on them in a small store
that holds only the quads about them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Protocol

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.evidence import Overlay, view
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.acceptance.versions import CurrentVersions
from provenance_graph.core import graph_names
from provenance_graph.core.claims import Basis, Claim, Header, Literal, Quad
from provenance_graph.core.iris import ID, Iri, local_name, mint, organization
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.ingest.decisions import HandStatements, RowChange, by_hand, rows_about
from provenance_graph.matching.identify import compare, compare_licences, compare_organizations
from provenance_graph.matching.keys import KEYS, closes, keys
from provenance_graph.matching.organizations import HEAD as ORGANIZATION
from provenance_graph.matching.organizations import MAKERS, RELATIONS
from provenance_graph.store.base import Store
from provenance_graph.store.memory import MemoryStore
from provenance_graph.store.values import ANY

_MARKER = mint("graph", "name-keys#maker")
_LICENCES = ID + "licence/"
_PAIR = 2
"""The least number of subjects that can be compared; most new names share no key."""


def names_in(store: Store) -> set[Iri]:
    """Every name in the records of a store whose kind has its identity decided."""
    names: set[Iri] = set()
    for kind in (PG.Model, PG.OfferedModel, PG.Dataset, PG.Organization):
        names |= {s for s, *_ in store.quads(predicate=RDF.type, object=kind, graph=ANY)}
        for node, _, _, graph in store.quads(predicate=PG.value, object=kind, graph=ANY):
            for *_, about, _ in store.quads(node, PG.about, graph=graph):
                if isinstance(about, Iri):
                    names.add(about)
    return names


class NamedClaims(Protocol):
    """The claims that name keys depend on, under identity by people's decisions."""

    def about(self, entity: Iri) -> list[tuple[Claim, Header]]:
        """All claims of all records about one name."""

    def canonical(self, entity: Iri) -> Iri:
        """The canonical subject of a name."""

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, its own included, sorted."""

    def subjects(self) -> list[Iri]:
        """Every canonical subject that has a claim."""

    def referrers(self, name: Iri, predicate: Iri) -> Iterable[Iri]:
        """The subjects of the claims of a property whose value is a name."""

    def values(self, predicate: Iri) -> Iterable[Iri]:
        """Every name that is the value of a claim of a property."""


def key_quads(source: NamedClaims) -> Iterator[Quad]:
    """Yield the key quads of every name, for a full build.

    Identity in ``source`` is by people's decisions and the certain rule alone.
    """
    subjects = set(source.subjects())
    for predicate in MAKERS:
        subjects.update(
            source.canonical(name)
            for name in source.values(predicate)
            if name.startswith(ORGANIZATION)
        )
    for subject in sorted(subjects):
        for key in keys(subject, source, source.referrers):
            yield subject, PG.nameKey, Literal(key), KEYS


class IdentityRules:
    """Applies the identity rules to the names that one commit affects."""

    def __init__(self, store: Store, pending: Overlay, policy: Policy) -> None:
        self.store, self.pending, self.policy = store, pending, policy
        self.before, self.after = HandStatements(store), HandStatements(store, pending)
        self.change = RowChange()
        self._keys: dict[Iri, frozenset[str]] = {}
        self._gone: set[Mapping] = set()

    @cached_property
    def _latest(self) -> CurrentVersions:
        return CurrentVersions(self.after)

    def decide(
        self, entities: Iterable[Iri], subjects: Iterable[Iri], moved: Iterable[Iri] = ()
    ) -> RowChange:
        """The change of mapping rows if claims about ``entities`` and ``subjects`` changed.

        ``moved`` are names whose mapping by people or by the certain rule changed.
        """
        entities = set(entities)
        touched = {*subjects, *self._offered(entities)}
        makers = self._makers(entities)
        self._rekey({*touched, *makers})
        firms = {s for s in (*touched, *makers, *moved) if s.startswith(ORGANIZATION)}
        changed = self._organizations(firms)
        changed |= {
            one for one in firms if self._makes(one, self.before) != self._makes(one, self.after)
        }
        changed |= {name for name in moved if name.startswith(ORGANIZATION)}
        dependent = {
            s for one in self._reaching(changed) for s in self._holders(f"w {local_name(one)}")
        }
        members = self._closed({*touched, *dependent})
        members = {s for s in members if not s.startswith(ORGANIZATION)}
        others = {s for s in (*touched, *members) if not s.startswith((ORGANIZATION, _LICENCES))}
        self._settle(others, self._compared(members))
        self._licences(entities)
        return self.change

    # ---- affected names --------------------------------------------------------------------

    def _offered(self, entities: Iterable[Iri]) -> Iterator[Iri]:
        """Yield the models of affected offers: a host's name in front depends on the offers."""
        for entity in entities:
            for source in (self.before, self.after):
                for claim, _ in source.about(entity):
                    if claim.predicate == PG.offerOf and isinstance(claim.value, Iri):
                        yield source.canonical(claim.value)

    def _makers(self, entities: Iterable[Iri]) -> set[Iri]:
        return {
            source.canonical(claim.value)
            for entity in entities
            for source in (self.before, self.after)
            for claim, _ in source.about(entity)
            if claim.predicate in MAKERS
            and isinstance(claim.value, Iri)
            and claim.value.startswith(ORGANIZATION)
        }

    def _stored_keys(self, subject: Iri) -> frozenset[str]:
        return frozenset(str(o) for *_, o, _ in self.store.quads(subject, PG.nameKey, graph=KEYS))

    def _rekey(self, subjects: Iterable[Iri]) -> None:
        for subject in sorted(subjects):
            old = self._stored_keys(subject)
            here = self.after.canonical(subject) == subject
            new = keys(subject, self.after, self.after.referrers) if here else frozenset()
            self._keys[subject] = new
            self.change.out += [(subject, PG.nameKey, Literal(k), KEYS) for k in sorted(old - new)]
            self.change.into += [(subject, PG.nameKey, Literal(k), KEYS) for k in sorted(new - old)]

    def _keys_of(self, subject: Iri) -> frozenset[str]:
        result = self._keys.get(subject)
        return self._stored_keys(subject) if result is None else result

    @cached_property
    def _fresh(self) -> dict[str, set[Iri]]:
        iris: dict[str, set[Iri]] = defaultdict(set)
        for subject, new in self._keys.items():
            for key in new:
                iris[key].add(subject)
        return iris

    def _holders(self, key: str) -> set[Iri]:
        stored = {
            s for s, *_ in self.store.quads(predicate=PG.nameKey, object=Literal(key), graph=KEYS)
        }
        return {s for s in stored if s not in self._keys} | self._fresh.get(key, set())

    def _closed(self, subjects: Iterable[Iri]) -> set[Iri]:
        """All subjects that share an old or new key with these, directly or through others."""
        waiting = [key for s in subjects for key in (*self._stored_keys(s), *self._keys_of(s))]
        seen = set(waiting)
        members: set[Iri] = set()
        while waiting:
            key = waiting.pop()
            if not closes(key):
                continue
            for holder in self._holders(key) - members:
                members.add(holder)
                further = self._keys_of(holder) - seen
                seen |= further
                waiting += further
        return members

    # ---- organisations ---------------------------------------------------------------------

    def _organizations(self, touched: set[Iri]) -> set[Iri]:
        """Decide on organisations; return those that a changed row names."""
        members = {s for s in self._closed(touched) if s.startswith(ORGANIZATION)}
        rows = self._compared_organizations(members)
        gone, new = len(self.change.gone), len(self.change.new)
        self._settle({*touched, *members}, rows)
        changed = (*self.change.gone[gone:], *self.change.new[new:])
        return {name for row in changed for name in (row.subject, row.object)}

    def _compared_organizations(self, members: set[Iri]) -> list[Mapping]:
        if len(members) < _PAIR:
            return []
        quads = [*self._relations(members, rules=False), *self._different_from(members)]
        with MemoryStore(quads) as small:
            return compare_organizations(members, _RuleLines(self.after), AcceptedSnapshot(small))

    def _makes(self, one: Iri, source: HandStatements) -> bool:
        """Whether any record states that an organisation created something."""
        names = source.names_of(one)
        return any(True for name in names for _ in source.referrers(name, DCTERMS.creator))

    def _reaching(self, changed: set[Iri]) -> set[Iri]:
        """The organisations that lead to one of these by relations, before or after the commit."""
        result, waiting = set(changed), list(changed)
        new: dict[Iri, set[Iri]] = defaultdict(set)
        for row in self.change.new:
            new[row.object].add(row.subject)
        for name, other in self.pending.by_hand.items():
            if other is not None:
                new[other].add(name)
        while waiting:
            one = waiting.pop()
            nearer = set(new.get(one, ()))
            for predicate in RELATIONS:
                nearer |= {
                    s
                    for s, *_ in self.store.quads(
                        predicate=predicate, object=one, graph=identity.GRAPH
                    )
                }
            waiting += nearer - result
            result |= nearer
        return result

    def _relations(self, starts: Iterable[Iri], *, rules: bool = True) -> list[Quad]:
        """The relations of organisations reachable from ``starts``; by rule only if ``rules``."""
        fresh: dict[Iri, list[Mapping]] = defaultdict(list)
        for row in (*self.pending.rows, *(self.change.new if rules else ())):
            if not row.negated:
                fresh[row.subject].append(row)
        results: dict[Quad, None] = {}
        seen, waiting = set(starts), list(starts)
        while waiting:
            one = waiting.pop()
            stored = (
                row
                for row in rows_about(self.store, one)
                if row not in self._gone
                and row not in self.pending.without
                and not row.negated
                and (rules or by_hand(row))
            )
            for row in (*stored, *fresh[one]):
                results[(row.subject, row.predicate, row.object, identity.GRAPH)] = None
                if row.object not in seen:
                    seen.add(row.object)
                    waiting.append(row.object)
        return list(results)

    # ---- models and datasets ---------------------------------------------------------------

    def _compared(self, members: set[Iri]) -> list[Mapping]:
        if len(members) < _PAIR:
            return []
        with MemoryStore(self._neighbourhood(members)) as small:
            return compare(AcceptedSnapshot(small))

    def _neighbourhood(self, members: set[Iri]) -> Iterator[Quad]:
        """Yield the quads about some subjects that the rules read, under people's decisions."""
        starts: set[Iri] = set()
        for subject in sorted(members):
            starts |= {organization(k[2:]) for k in self._keys_of(subject) if k.startswith("w ")}
            yield from view(subject, self.after, self.policy, self._latest).quads
            names = {*self.after.names_of(subject), subject}
            for name in sorted(names):
                yield from self._stated(name)
                for offer in {*self.after.referrers(name, PG.offerOf)}:
                    canonical = self.after.canonical(offer)
                    for quad in view(canonical, self.after, self.policy, self._latest).quads:
                        if quad[1] in (PG.provider, PG.offerOf):
                            yield quad
        yield from self._different_from(members)
        relations = self._relations(starts)
        yield from relations
        for one in sorted(starts | {Iri(str(o)) for _, _, o, _ in relations}):
            if self._makes(one, self.after):
                yield _MARKER, DCTERMS.creator, one, None

    def _stated(self, name: Iri) -> Iterator[Quad]:
        """Yield each record's label of a name, and the release days that are inferred."""
        for number, (claim, _) in enumerate(self.after.about(name)):
            if claim.value is None:
                continue
            if claim.predicate == SCHEMA.name:
                yield name, SCHEMA.name, claim.value, graph_names.LABELS
            elif claim.predicate == DCTERMS.issued and claim.basis is Basis.INFERENCE:
                node = Iri(f"{name}#issued-{number}")
                yield node, PG.property, DCTERMS.issued, graph_names.LABELS
                yield node, PG.about, name, graph_names.LABELS
                yield node, PG.value, claim.value, graph_names.LABELS
                yield node, PG.basis, Basis.INFERENCE.value, graph_names.LABELS

    def _different_from(self, members: Iterable[Iri]) -> list[Quad]:
        """The quads of decisions that two names differ, where one of them is in ``members``."""
        rows = {
            row
            for subject in members
            for name in {*self.after.names_of(subject), subject}
            for end in (identity.ANNOTATED_SOURCE, identity.ANNOTATED_TARGET)
            for row in rows_about(self.store, name, end)
            if row.negated and row not in self.pending.without
        }
        rows |= {row for row in self.pending.rows if row.negated}
        return list(identity.quads(sorted(rows)))

    def _licences(self, entities: Iterable[Iri]) -> None:
        """Decide on licences that affected records name and that are not reference licences."""
        touched = {entity for entity in entities if entity.startswith(_LICENCES)}
        for entity in entities:
            for source in (self.before, self.after):
                touched |= {
                    claim.value
                    for claim, _ in source.about(entity)
                    if claim.predicate == DCTERMS.license
                    and isinstance(claim.value, Iri)
                    and claim.value.startswith(_LICENCES)
                }
        if not touched:
            return
        used = {
            one for one in touched if any(True for _ in self.after.referrers(one, DCTERMS.license))
        }
        self._settle(touched, compare_licences(AcceptedSnapshot(self.store), used))

    # ---- rows ------------------------------------------------------------------------------

    def _settle(self, names: Iterable[Iri], rows: Iterable[Mapping]) -> None:
        """Record the difference between new rows of the rules and the stored rows of some names."""
        stored = [row for name in sorted(names) for row in rows_about(self.store, name)]
        old = {row for row in stored if not by_hand(row)}
        manual = {row.key for row in stored if by_hand(row) and row not in self.pending.without}
        manual |= {row.key for row in self.pending.rows}
        pairs = {frozenset((s, o)) for s, _, o in manual}
        new = {row for row in rows if frozenset((row.subject, row.object)) not in pairs}
        self.change.gone += sorted(old - new)
        self.change.new += sorted(new - old)
        self._gone |= old - new


class _RuleLines(dict[Iri, int]):
    """The number of names that each organisation made, offers or publishes, counted lazily."""

    def __init__(self, statements: HandStatements) -> None:
        super().__init__()
        self._statements = statements

    def __missing__(self, one: Iri) -> int:
        self[one] = len(
            {
                (predicate, subject)
                for name in self._statements.names_of(one)
                for predicate in MAKERS
                for subject in self._statements.referrers(name, predicate)
            }
        )
        return self[one]

    def get(self, one: Iri, default: int = 0) -> int:  # type: ignore[override]
        """The count of an organisation; 0 if it has no claim."""
        del default
        return self[one]
