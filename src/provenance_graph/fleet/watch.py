"""From commits to the systems that they concern, each with the path to the changed entity.

A watch holds everything upstream of every deployment (versions, offers, aliases, parents, data,
models that wrote the data). It is updated commit by commit, so that the cost of a commit depends on
the size of its change and not on the size of the store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from types import MappingProxyType

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.changes.feeds import rendered
from provenance_graph.changes.log import Commit, FactChange
from provenance_graph.conflicts.detect import of_subject
from provenance_graph.conflicts.kinds import DEFAULT
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.iris import Iri, local_name, mint, short_id, slug
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, INFLUENCES, PG, PROV, RDF
from provenance_graph.fleet.read import System
from provenance_graph.matching.organizations import Organizations
from provenance_graph.model.fields import fields
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.shapes.findings import Severity

UPSTREAM = (
    PROV.used,
    PROV.specializationOf,
    PG.servingVariantOf,
    PG.offerOf,
    PG.resolvesTo,
    PG.subsetOf,
    PG.dedupedFrom,
    *DERIVATIONS,
    *INFLUENCES,
)
"""Properties that lead from a deployment to the entities that it depends on."""

_ATTACHED = (PG.artifactOf, PG.resolvesTo)
"""Properties from a file or an alias to its entity, which the facts of the file or alias
concern."""

EVENTS: Mapping[Iri, str] = MappingProxyType(
    {
        PG.dataAvailability: "availability",
        PG.weightsAvailability: "availability",
        PG.resolvesTo: "alias",
        PG.retirementDate: "retirement",
        PG.deprecationDate: "retirement",
        PG.lifecycle: "retirement",
        PG.digest: "digest",
        DCTERMS.license: "terms",
        PG.termsOfUse: "terms",
        PG.vulnerability: "vulnerability",
        **dict.fromkeys((*DERIVATIONS, *INFLUENCES), "lineage"),
    }
)
"""Kinds of events by property; a change is an event for all deployments that depend on the
entity."""

_SEVERITY = {
    "availability": Severity.WARNING,
    "retirement": Severity.WARNING,
    "alias": Severity.WARNING,
    "digest": Severity.WARNING,
    "terms": Severity.WARNING,
    "vulnerability": Severity.VIOLATION,
    "conflict": Severity.INFO,
    "lineage": Severity.INFO,
    "fact": Severity.INFO,
}


@dataclass(frozen=True, slots=True)
class FleetEvent:
    """A change that concerns one deployment, with the path from it to the changed entity."""

    version: str
    at: str
    deployment: Iri
    kind: str
    subject: Iri
    message: str
    path: tuple[Iri, ...]

    @property
    def severity(self) -> Severity:
        """The severity of the event, by its kind."""
        return _SEVERITY[self.kind]


class FleetWatch:
    """The deployments of a snapshot and all entities that they depend on."""

    def __init__(self, snapshot: AcceptedSnapshot, systems: Sequence[System] | None = None) -> None:
        """Watch ``systems``; without them, the deployments in the store."""
        self.snapshot = snapshot
        self._named: dict[Iri, dict[Iri, str]] = {}
        self._ids: dict[Iri, str] = {}
        for system in systems or ():
            self._take(system)
        self._fields = {field.property: field for field in fields(snapshot)}
        self._organizations = Organizations(snapshot)
        self.up: dict[Iri, frozenset[Iri]] = {}
        self.down: dict[Iri, set[Iri]] = {}
        self.deployments: set[Iri] = set()
        self._conflicts: dict[Iri, frozenset[tuple[str, Iri]]] = {}
        for deployment in (
            snapshot.related(RDF.type, PG.Deployment) if systems is None else self._named
        ):
            self.deployments.add(deployment)
            self._add(deployment)
        for entity in self.up:
            self._conflicts[entity] = self._conflicts_of(entity)

    def events(self, commit: Commit, snapshot: AcceptedSnapshot) -> list[FleetEvent]:
        """The changes by a commit that concern the deployments; ``snapshot`` is of its version.

        Commits must be given in order. Each change is reported once for each deployment, with a
        shortest path.
        """
        self.snapshot = snapshot
        before = self._carriers(commit.facts)
        self._follow(commit)
        lines: list[FleetEvent] = []
        for fact in commit.facts:
            kind = self._kind(fact)
            if not kind:
                continue
            near = {fact.subject, *before.get(fact.subject, ()), *self._attached(fact.subject)}
            if kind == "alias":
                near = {fact.subject}
            for deployment, path in self._reached(near & self._known()):
                if kind == "fact" and not self._is_version(path):
                    continue
                if path[-1] != fact.subject:
                    path = (*path, fact.subject)
                lines.append(self._event(commit, deployment, kind, fact, path))
        for subject in sorted({*commit.subjects} & self.up.keys()):
            lines += self._new_conflicts(commit, subject)
        return lines

    def named(self, deployment: Iri, path: Sequence[Iri]) -> tuple[str, str]:
        """The id of a system, and the model on a path as that system names it."""
        names = self._named.get(deployment, {})
        used = next((one for one in path if one in names), None)
        name = names[used] if used else short_id(path[1] if len(path) > 1 else path[0])
        return self._ids.get(deployment, short_id(deployment).rpartition("/")[2]), name

    def _take(self, system: System) -> None:
        deployment = mint("deployment", slug(system.id))
        self._ids[deployment] = system.id
        used = self._named.setdefault(deployment, {})
        for name in system.models:
            with suppress(NotFound, Ambiguous):  # reported as a separate finding
                used[find_entity(self.snapshot, name).iri] = name

    # ---- what lies upstream ------------------------------------------------------------------

    def _known(self) -> set[Iri]:
        return {*self.up, *self.down}

    def _add(self, entity: Iri) -> list[Iri]:
        """Add an entity and everything upstream of it to the watch; returns the added entities."""
        fresh, waiting = [], [entity]
        if not self._named and self.snapshot.is_a(entity, PG.Deployment):
            self.deployments.add(entity)
        while waiting:
            one = waiting.pop()
            if one in self.up:
                continue
            fresh.append(one)
            self._link(one)
            waiting += self.up[one]
        return fresh

    def _link(self, entity: Iri) -> None:
        for parent in self.up.get(entity, ()):
            self.down[parent].discard(entity)
        self.up[entity] = frozenset(self._parents(entity))
        for parent in self.up[entity]:
            self.down.setdefault(parent, set()).add(entity)

    def _parents(self, entity: Iri) -> Iterator[Iri]:
        for used in self._named.get(entity, ()):
            yield used
            yield from self._aliases_of(used)
        for term in UPSTREAM if entity not in self._named else ():
            for value in self.snapshot.values(entity, term):
                if isinstance(value, Iri):
                    yield value
                    if term == PROV.used:
                        yield from self._aliases_of(value)

    def _aliases_of(self, used: Iri) -> Iterator[Iri]:
        """Yield the alias bindings whose alias is the name of a used model.

        A system that uses an alias runs any version to which the alias resolves.
        """
        for name in dict.fromkeys((local_name(used), short_id(used))):
            for binding in self.snapshot.related(PG.alias, Literal(name)):
                for target in self.snapshot.values(binding, PG.resolvesTo):
                    if isinstance(target, Iri) and (
                        target == used
                        or used in self.snapshot.values(target, PROV.specializationOf)
                    ):
                        yield binding

    def _follow(self, commit: Commit) -> None:
        """Update the upstream entities after a commit."""
        moved = {fact.subject for fact in commit.facts if fact.property in UPSTREAM}
        kinds = {fact.subject: fact for fact in commit.facts if fact.property == RDF.type}
        bound = {
            subject
            for fact in commit.facts
            if fact.property in (PG.alias, PG.resolvesTo)
            for target in (*fact.was, *fact.now)
            if isinstance(target, Iri)
            for model in self._models_of(target)
            for subject in self.down.get(model, ())
            if subject in self.deployments
        }
        for subject, fact in () if self._named else kinds.items():
            if PG.Deployment in fact.now:
                moved.add(subject)
            elif PG.Deployment in fact.was:
                self.deployments.discard(subject)
        for subject in sorted(moved | bound):
            if subject in self.up:
                self._link(subject)
                for parent in self.up[subject]:
                    self._note(self._add(parent))
            elif subject in kinds:
                self._note(self._add(subject))

    def _note(self, fresh: Iterable[Iri]) -> None:
        for one in fresh:
            self._conflicts[one] = self._conflicts_of(one)

    def _models_of(self, target: Iri) -> list[Iri]:
        parents = self.snapshot.values(target, PROV.specializationOf)
        return [target, *(one for one in parents if isinstance(one, Iri))]

    # ---- from what changed down to the deployments ----------------------------------------------

    def _reached(self, starts: set[Iri]) -> list[tuple[Iri, tuple[Iri, ...]]]:
        """Deployments that depend on one of ``starts``, with a shortest path to it; sorted."""
        came: dict[Iri, Iri | None] = dict.fromkeys(sorted(starts))
        queue, results = deque(came), []
        while queue:
            one = queue.popleft()
            if one in self.deployments:
                path: list[Iri] = []
                step: Iri | None = one
                while step is not None:
                    path.append(step)
                    step = came[step]
                results.append((one, tuple(path)))
                continue
            for child in sorted(self.down.get(one, ())):
                if child not in came:
                    came[child] = one
                    queue.append(child)
        return sorted(results)

    def _carriers(self, facts: Iterable[FactChange]) -> dict[Iri, set[Iri]]:
        """The entities to which files or aliases belonged before a commit that changes the link."""
        results: dict[Iri, set[Iri]] = {}
        for fact in facts:
            if fact.property in _ATTACHED:
                results.setdefault(fact.subject, set()).update(
                    value for value in fact.was if isinstance(value, Iri)
                )
        return results

    def _attached(self, subject: Iri) -> Iterator[Iri]:
        for value in self.snapshot.values(subject, PG.artifactOf):
            if isinstance(value, Iri):
                yield value

    def _kind(self, fact: FactChange) -> str:
        """The kind of event for a change of a fact; empty where it is no event."""
        if fact.subject in self.deployments:
            return ""
        if (kind := EVENTS.get(fact.property)) is None:
            return "fact" if fact.property in self._fields and fact.was else ""
        if kind in ("digest", "alias", "lineage") and not (fact.was and fact.now):
            return "" if kind != "lineage" or not fact.was else kind
        return kind

    def _is_version(self, path: tuple[Iri, ...]) -> bool:
        """Whether a path consists of versions, offers and aliases only: it stays at one model."""
        return all(
            any(
                after in self.snapshot.values(before, term)
                for term in (PROV.specializationOf, PG.offerOf, PG.resolvesTo)
            )
            for before, after in pairwise(path[1:])
        )

    def _event(
        self, commit: Commit, deployment: Iri, kind: str, fact: FactChange, path: tuple[Iri, ...]
    ) -> FleetEvent:
        was = ", ".join(map(rendered, fact.was)) or "nothing"
        now = ", ".join(map(rendered, fact.now)) or "nothing"
        message = f"{local_name(fact.property)} of {short_id(fact.subject)}: {was} → {now}"
        return FleetEvent(commit.version, commit.at, deployment, kind, fact.subject, message, path)

    # ---- conflicts ------------------------------------------------------------------------------

    def _conflicts_of(self, subject: Iri) -> frozenset[tuple[str, Iri]]:
        if subject in self.deployments:
            return frozenset()
        results = of_subject(self.snapshot, subject, self._fields, self._organizations)
        return frozenset((c.kind, c.property) for c in results if c.kind in DEFAULT)

    def _new_conflicts(self, commit: Commit, subject: Iri) -> Iterator[FleetEvent]:
        now = self._conflicts_of(subject)
        new = now - self._conflicts.get(subject, frozenset())
        self._conflicts[subject] = now
        for kind, prop in sorted(new):
            message = f"sources disagree on {local_name(prop)} of {short_id(subject)} ({kind})"
            for deployment, path in self._reached({subject}):
                if not self._is_version(path):
                    continue
                yield FleetEvent(
                    commit.version, commit.at, deployment, "conflict", subject, message, path
                )
