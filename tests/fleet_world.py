"""A generated world for tests and benchmarks of the fleet: models, data, deployments, and a year.

What a planted event concerns is worked out here by plain recursion over the generated edges, and
not by the code under test.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Custody, Header, Literal, Record
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA, XSD

START = date(2026, 1, 1)
KINDS = ("availability", "alias", "retirement", "digest", "terms", "conflict")
MAKER = iris.organization("maker")
MIT, NC = (Iri(f"http://spdx.org/licenses/{key}") for key in ("MIT", "CC-BY-NC-4.0"))


@dataclass
class World:
    """What was generated: ``up`` leads from an entity to what it was made from."""

    up: dict[Iri, set[Iri]] = field(default_factory=dict)
    bindings: dict[Iri, tuple[Iri, Iri]] = field(default_factory=dict)
    used: dict[Iri, Iri] = field(default_factory=dict)
    files: dict[Iri, Iri] = field(default_factory=dict)
    models: list[Iri] = field(default_factory=list)
    lonely: list[Iri] = field(default_factory=list)
    datasets: list[Iri] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)

    def above(self, thing: Iri) -> set[Iri]:
        """An entity and all that it was made from."""
        found, waiting = {thing}, [thing]
        while waiting:
            for parent in self.up.get(waiting.pop(), ()):
                if parent not in found:
                    found.add(parent)
                    waiting.append(parent)
        return found

    def concerned(self, kind: str, subject: Iri) -> set[Iri]:
        """The deployments that an event concerns."""
        if kind == "alias":
            model, _ = self.bindings[subject]
            return {one for one, used in self.used.items() if used == model}
        thing = self.files.get(subject, subject)
        if kind == "conflict":
            return {one for one, used in self.used.items() if used == thing}
        return {one for one, used in self.used.items() if thing in self.above(used)}


@dataclass(frozen=True)
class Planted:
    """One event: its day, kind and subject, and the record that makes it."""

    day: str
    kind: str
    subject: Iri
    record: Record


def reading(subject: Iri, prop: str, day: str, *claims: Claim) -> Record:
    """One retrieval of the maker's document on one property of an entity."""
    local = f"{iris.slug(subject.rpartition('/id/')[2])}/{prop}"
    return Record(
        Header(
            record=iris.record("maker", local, day),
            document=Iri(f"https://maker.example/{local}"),
            publisher=MAKER,
            retrieved=day,
            reader="t",
            basis=Basis.DEVELOPER,
            custody=Custody.VERIFIED,
        ),
        claims,
    ).sort()


def make(deployments: int, seed: int = 18) -> World:
    """A world with so many deployments, a quarter as many base models, and what lies between."""
    chance, world = random.Random(seed), World()
    day = (START - timedelta(days=1)).isoformat()
    bases = max(4, deployments // 4)

    def put(subject: Iri, prop: str, *claims: Claim) -> None:
        world.records.append(reading(subject, prop, day, *claims))

    def model(name: str, parents: list[tuple[Iri, Iri]]) -> Iri:
        iri = iris.model(f"maker/{name}")
        world.up[iri] = {parent for _, parent in parents}
        put(
            iri,
            "card",
            Claim(iri, RDF.type, PG.Model),
            Claim(iri, SCHEMA.name, Literal(name)),
            Claim(iri, DCTERMS.creator, MAKER),
            *(Claim(iri, relation, parent) for relation, parent in parents),
        )
        put(iri, "licence", Claim(iri, DCTERMS.license, MIT))
        put(iri, "context", Claim(iri, PG.contextLength, Literal("4096", XSD.integer)))
        file = mint("artifact", "maker", name, "model.safetensors")
        world.files[file] = iri
        put(
            file,
            "digest",
            Claim(file, RDF.type, PG.Artifact),
            Claim(file, PG.artifactOf, iri),
            Claim(file, PG.digest, Literal(f"sha256:{name}-0")),
        )
        return iri

    for number in range(bases):
        data = iris.dataset(f"maker/data-{number}")
        world.datasets.append(data)
        put(data, "card", Claim(data, RDF.type, PG.Dataset))
        put(data, "availability", Claim(data, PG.dataAvailability, Literal("open")))
    for number in range(bases):
        parents = [(PG.trainedOn, one) for one in chance.sample(world.datasets, 2)]
        base = model(f"base-{number}", parents)
        tuned = model(f"tuned-{number}", [(PG.fineTunedFrom, base)])
        small = model(f"small-{number}", [(PG.quantizedFrom, tuned)])
        world.models += [base, tuned, small]
        for one in (base, tuned, small):
            name = one.rpartition("/")[2]
            versions = [mint("version", "maker", f"{name}-{n}") for n in (1, 2)]
            for version in versions:
                put(
                    version,
                    "card",
                    Claim(version, RDF.type, PG.ModelVersion),
                    Claim(version, PROV.specializationOf, one),
                )
            binding = mint("alias", "maker", name)
            world.bindings[binding] = (one, versions[1])
            put(
                binding,
                "target",
                Claim(binding, RDF.type, PG.AliasBinding),
                Claim(binding, PG.alias, Literal(name)),
                Claim(binding, PG.resolvesTo, versions[0]),
            )
    for number in range(bases):
        world.lonely.append(model(f"lonely-{number}", []))
    for number in range(deployments):
        system = mint("deployment", f"system-{number}")
        world.used[system] = chance.choice(world.models)
        put(
            system,
            "fleet",
            Claim(system, RDF.type, PG.Deployment),
            Claim(system, SCHEMA.name, Literal(f"System {number}")),
            Claim(system, PROV.used, world.used[system]),
        )
    return world


def year(world: World, days: int, events: int, seed: int = 81) -> Iterator[Planted]:
    """Planted events on random days, each on another subject, with noise between (kind ``""``)."""
    chance = random.Random(seed)
    subjects = {
        "availability": list(world.datasets),
        "alias": list(world.bindings),
        "retirement": list(world.models),
        "digest": [file for file, model in world.files.items() if model in set(world.models)],
        "terms": list(world.models),
        "conflict": list(world.models),
    }
    for listed in subjects.values():
        chance.shuffle(listed)
    planned: dict[int, list[str]] = {}
    for number in range(events):
        kind = KINDS[number % len(KINDS)]
        planned.setdefault(chance.randrange(days), []).append(kind)
    for number in range(days):
        day = (START + timedelta(days=number)).isoformat()
        lonely = chance.choice(world.lonely)
        yield Planted(day, "", lonely, _record("terms", lonely, day, world, number))
        for kind in planned.get(number, ()):
            if subjects[kind]:
                subject = subjects[kind].pop()
                yield Planted(day, kind, subject, _record(kind, subject, day, world, number))


def _record(kind: str, subject: Iri, day: str, world: World, number: int) -> Record:
    if kind == "availability":
        claim = Claim(subject, PG.dataAvailability, Literal("withdrawn"))
        return reading(subject, "availability", day, claim)
    if kind == "alias":
        name = world.bindings[subject][0].rpartition("/")[2]
        return reading(
            subject,
            "target",
            day,
            Claim(subject, RDF.type, PG.AliasBinding),
            Claim(subject, PG.alias, Literal(name)),
            Claim(subject, PG.resolvesTo, world.bindings[subject][1]),
        )
    if kind == "retirement":
        ends = (date.fromisoformat(day) + timedelta(days=60)).isoformat()
        return reading(
            subject, "life", day, Claim(subject, PG.retirementDate, Literal(ends, XSD.date))
        )
    if kind == "digest":
        return reading(
            subject,
            "digest",
            day,
            Claim(subject, RDF.type, PG.Artifact),
            Claim(subject, PG.artifactOf, world.files[subject]),
            Claim(subject, PG.digest, Literal(f"sha256:again-{number}")),
        )
    if kind == "terms":
        return reading(subject, "licence", day, Claim(subject, DCTERMS.license, NC))
    claim = Claim(subject, PG.contextLength, Literal("8192", XSD.integer))
    return reading(subject, "other-page", day, claim)
