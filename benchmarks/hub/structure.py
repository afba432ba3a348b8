"""The derivations of a generated hub, before any document is written.

The shape follows the public hub: about 64 % of repositories state no licence, 60 % have no parent,
a few roots gather most derivatives, quantised copies are nearly always leaves, merges join two to
ten models, and some chains are thirty steps long. The last models are reserved: each has one
planted fault and no derivatives.
"""

from __future__ import annotations

import random
from array import array
from datetime import date, timedelta
from enum import IntEnum

FIRST_DAY, DAYS = date(2022, 6, 1), 1400


class Kind(IntEnum):
    """How a model was made."""

    ROOT = 0
    TUNED = 1
    QUANTISED = 2
    ADAPTER = 3
    MERGE = 4


class Family(IntEnum):
    """The licence terms of a model and of everything derived from it."""

    APACHE = 1
    MIT = 2
    NONCOMMERCIAL = 3


RESERVED = ("zero-parameters", "cycle", "calendar", "dangling", "noncommercial")
"""Faults of the reserved models, two of each in turn."""
_NAMED = {
    Kind.ROOT: "base",
    Kind.TUNED: "tuned",
    Kind.QUANTISED: "gguf",
    Kind.ADAPTER: "lora",
    Kind.MERGE: "merge",
}
_MAX_PARENTS = 10
_CHAIN = 30


class Hub:
    """A hub of ``models`` models; the same number and seed give the same hub.

    Stored in arrays of some 60 bytes a model: ``kind``, ``family``, whether its card is
    ``labelled`` with a licence, how many ``children`` it has (at most 255 are counted), and its
    parents as rows of one array.
    """

    def __init__(self, models: int, seed: int) -> None:
        self.models, self.seed = models, seed
        self.reserved = max(20, models // 125)
        self.roots = max(20, models // 2000)
        if models < self.roots + self.reserved:
            raise ValueError(f"a hub needs at least {self.roots + self.reserved} models")
        self.kind, self.family = bytearray(models), bytearray(models)
        self.labelled, self.children = bytearray(models), bytearray(models)
        self._first = array("q", [0]) * (models + 1)
        self._parents = array("i")
        self._owner = array("i", [0]) * models
        self._usable: dict[int, array[int]] = {int(family): array("i") for family in Family}
        self.fault: dict[int, str] = {}
        self._grow(random.Random(seed))
        self._reserve()
        self._first[models] = len(self._parents)

    def _grow(self, rng: random.Random) -> None:
        chains = max(1, self.models // 2000)
        spread = max(1, self.models // (2 * (chains + 1)))
        left, last = 0, -1
        for number in range(self.models - self.reserved):
            self._first[number] = len(self._parents)
            self._owner[number] = min(int(rng.paretovariate(1.1) * 7), max(20, self.models // 4))
            chance = rng.random()
            if left:
                parents, kind = [last], Kind.TUNED
                left, last = left - 1, number
            elif number < self.roots or chance < 0.595:
                parents, kind = [], Kind.ROOT
                if number > self.roots and chains and number % spread == 7:
                    chains, left, last = chains - 1, _CHAIN - 1, number
            else:
                kind, parents = self._derive(number, rng)
            self._place(number, kind, parents, rng)

    def _derive(self, number: int, rng: random.Random) -> tuple[Kind, list[int]]:
        """A kind and parents: popular roots, any earlier model, or a recent one."""
        chance = rng.random()
        kind = (
            Kind.QUANTISED
            if chance < 0.45
            else Kind.TUNED
            if chance < 0.80
            else Kind.ADAPTER
            if chance < 0.95
            else Kind.MERGE
        )
        where = rng.random()
        if where < 0.55:
            base = min(int(rng.paretovariate(0.5)) - 1, self.roots - 1)
        elif where < 0.9:
            base = rng.randrange(number)
        else:
            base = max(0, number - 1 - rng.randrange(min(number, 300)))
        if self.kind[base] == Kind.QUANTISED and rng.random() > 0.006:
            base %= self.roots
        parents = [base]
        if kind is Kind.MERGE:
            self._merge(parents, rng)
            kind = kind if len(parents) > 1 else Kind.TUNED
        return kind, parents

    def _merge(self, parents: list[int], rng: random.Random) -> None:
        """Add further parents of the same terms."""
        pool = self._usable.get(self.family[parents[0]], array("i"))
        wanted = min(_MAX_PARENTS, 1 + int(rng.paretovariate(1.2)))
        while pool and len(parents) <= wanted and len(parents) < _MAX_PARENTS:
            other = pool[rng.randrange(len(pool))]
            if other in parents:
                return
            parents.append(other)

    def _place(self, number: int, kind: Kind, parents: list[int], rng: random.Random) -> None:
        self.kind[number] = kind
        if parents:
            self.family[number] = self.family[parents[0]]
        else:
            chance = rng.random()
            self.family[number] = (
                Family.APACHE
                if chance < 0.7
                else Family.MIT
                if chance < 0.9
                else Family.NONCOMMERCIAL
            )
        self.labelled[number] = rng.random() < 0.36
        for parent in parents:
            self.children[parent] = min(255, self.children[parent] + 1)
        self._parents.extend(parents)
        if kind is not Kind.QUANTISED:
            self._usable[self.family[number]].append(number)

    def _reserve(self) -> None:
        """Assign a fault to each of the last models."""
        roots = range(self.roots)
        self.permissive = [r for r in roots if self.family[r] != Family.NONCOMMERCIAL]
        restricted = [r for r in roots if self.family[r] == Family.NONCOMMERCIAL]
        if not restricted:
            restricted = [self.roots - 1]
            self.family[self.roots - 1] = Family.NONCOMMERCIAL
            self.permissive = [r for r in self.permissive if r != self.roots - 1]
        for root in restricted:
            self.labelled[root] = 1
        for place in range(self.reserved):
            number = self.models - self.reserved + place
            self._first[number] = len(self._parents)
            fault = RESERVED[place // 2 % len(RESERVED)]
            if fault == "cycle" and place % 2 == 0 and place + 1 >= self.reserved:
                fault = "dangling"
            self.fault[number] = fault
            self._owner[number] = 1_000_000 + place
            self.kind[number], self.family[number] = Kind.TUNED, Family.APACHE
            if fault == "zero-parameters":
                self.kind[number] = Kind.ROOT
            elif fault == "cycle":
                self._parents.append(number + 1 if place % 2 == 0 else number - 1)
            elif fault == "calendar":
                self._parents.append(self.permissive[0])
            elif fault == "noncommercial":
                self._parents.append(restricted[place % len(restricted)])
                self.labelled[number] = 1

    @property
    def edges(self) -> int:
        """The number of edges."""
        return len(self._parents)

    def parents(self, number: int) -> list[int]:
        """The parents of a model, by number."""
        return list(self._parents[self._first[number] : self._first[number + 1]])

    def owner(self, number: int) -> str:
        """The owner of a model's repository."""
        if number < self.roots:
            return f"lab{number % 97:02d}"
        return f"user{self._owner[number]}"

    def name(self, number: int) -> str:
        """The name of a model's repository.

        >>> Hub(100, 1).name(0)
        'lab00/model-0000000-base'
        """
        kind = _NAMED[Kind(self.kind[number])]
        return f"{self.owner(number)}/model-{number:07d}-{kind}"

    def day(self, number: int) -> date:
        """The release day of a model."""
        return FIRST_DAY + timedelta(days=number * DAYS // max(1, self.models))

    def choice(self, number: int) -> random.Random:
        """The random generator of one model, the same in every run and in any order."""
        return random.Random(self.seed * 1_000_003 + number)
