"""Changes that make a use allowed, and the result of a search for the smallest sets of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from provenance_graph.core.iris import Iri, short_id
from provenance_graph.licences.answers import ChangeAnswer, RepairAnswer
from provenance_graph.licences.results import NOT_ADVICE
from provenance_graph.licences.uses import USES
from provenance_graph.lineage.results import named

MAX_CHANGES = 8
"""The largest number of changes in a set that is searched for."""

MAX_SETS = 2_000
"""Sets of changes that are evaluated before the search ends without proof."""

CUT, PERMIT, MEET, DECLARE, RECORD = "replace", "permit", "meet", "declare", "record"
MET = {
    "notice": "ship the notices, licence copies and statements of changes",
    "name": "rename it so that it begins with the prefix",
    "display": "display the texts",
    "terms": "comply with the terms, use policies and thresholds",
    "copyleft": "license derivatives alike and give the source",
    "outputs": "comply with the terms on outputs",
    "service": "comply with the terms of the service",
    "output-ban": "build nothing that competes",
    "noncommercial": "restrict use to non-commercial purposes",
}
"""The change that meets the duties of a kind, in words."""


@dataclass(frozen=True, slots=True, order=True)
class RepairStep:
    """One change: its kind, and its target (an entity, a licence or a kind of duty).

    ``alternatives`` are models of the store that could replace a parent.
    """

    kind: str
    target: str
    text: str = field(compare=False, default="")
    alternatives: tuple[Iri, ...] = field(compare=False, default=())

    def to_json(self) -> ChangeAnswer:
        """As JSON."""
        return {
            "kind": self.kind,
            "target": self.target,
            "text": self.text,
            "alternatives": [named(one) for one in self.alternatives],
        }


Changes = frozenset[RepairStep]


@dataclass(frozen=True)
class Repair:
    """The smallest sets of changes after which the uses are allowed.

    ``solutions`` holds at most ``MAX_SOLUTIONS`` of the ``total`` sets of the smallest size.
    ``proven``: every smaller set was ruled out, and every set of this size was examined. ``tried``
    counts the sets examined; ``unanswered`` are problems that no change removes.
    """

    subject: Iri
    uses: tuple[str, ...]
    solutions: tuple[tuple[RepairStep, ...], ...]
    total: int
    proven: bool
    tried: int
    unanswered: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The result in words."""
        name = short_id(self.subject)
        uses = ", ".join(map(_noun, self.uses))
        if not self.solutions:
            why = f": {self.unanswered[0]}" if self.unanswered else ""
            bound = f"up to {MAX_CHANGES} changes, {self.tried:,} sets examined"
            return f"No set of changes makes {uses} of {name} allowed ({bound}){why}."
        size = len(self.solutions[0])
        if not size:
            return f"{uses} of {name}: allowed as it is."
        proof = "no smaller set works" if self.proven else "not all smaller sets were examined"
        what = "1 change makes" if size == 1 else f"{size} changes make"
        sets = "1 such set" if self.total == 1 else f"{self.total} such sets"
        return f"{what} {uses} of {name} allowed ({sets}; {proof})."

    def to_json(self) -> RepairAnswer:
        """As JSON."""
        return {
            "subject": named(self.subject),
            "uses": list(self.uses),
            "sentence": self.sentence,
            "solutions": [[one.to_json() for one in changes] for changes in self.solutions],
            "of": self.total,
            "proven": self.proven,
            "bound": {"changes": MAX_CHANGES, "sets": MAX_SETS},
            "tried": self.tried,
            "unanswered": list(self.unanswered),
            "note": NOT_ADVICE,
        }


def _noun(use: str) -> str:
    """A planned use as a noun for a sentence: ``users=5`` is "5 users"."""
    key, _, number = use.partition("=")
    noun = USES.get(key, key)
    return f"{number} {noun}" if number else noun
