"""The value that a statement in prose gives, and its comparison with an accepted value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from provenance_graph.assistant.quantities import Amount, Days
from provenance_graph.core import literals
from provenance_graph.core.claims import Literal, SourcedClaim, Value
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.model.naming.folded import fold


@dataclass(frozen=True, slots=True)
class StatedValue:
    """The value that a statement gives: an amount, a date, entities or folded names."""

    text: str = ""
    amount: Amount | None = None
    day: Days | None = None
    entities: frozenset[Iri] = frozenset()
    names: frozenset[str] = frozenset()
    negated: bool = False

    def __bool__(self) -> bool:
        return bool(self.entities or self.names or self.amount or self.day)

    def fits(self, value: Value, claims: Sequence[SourcedClaim]) -> bool:
        """Whether an accepted value agrees with the stated one, within the stated precision."""
        if isinstance(value, Iri):
            return value in self.entities or any(map(_begins(value), self.names))
        if self.day is not None:
            precision = next(
                (c.claim.precision for c in claims if c.value == value and c.claim.precision), None
            )
            try:
                return self.day.fits(*literals.period(value, precision))
            except ValueError:
                return False
        actual = literals.number(value.lexical)
        if self.amount is None or actual is None:
            return False
        if self.amount.fits(actual):
            return True
        # a more precise number of another source that rounds to the accepted one
        return rounds(self, value) and any(
            isinstance(c.value, Literal)
            and (other := literals.number(c.value.lexical)) is not None
            and other != actual
            and self.amount.fits(other)
            for c in claims
        )


def rounds(stated: StatedValue, value: Literal) -> bool:
    """Whether a more precise number rounds to an accepted one (8.03B to 8B)."""
    actual = literals.number(value.lexical)
    if stated.amount is None or actual is None:
        return False
    digits = format(actual, "f").partition(".")[0]
    zeros = len(digits) - len(digits.rstrip("0"))
    step = Decimal(10) ** zeros
    if stated.amount.how in (">", "<"):  # "more than 15 trillion" of what is given as 15T
        return zeros >= 6 and actual == stated.amount.number
    finer = stated.amount.how == "=" and stated.amount.step < step
    return zeros >= 6 and finer and abs(actual - stated.amount.number) <= step / 2


def _begins(value: Iri) -> Callable[[str], bool]:
    """A test whether a name is the beginning of an entity's: "Mistral 7B" of Mistral-7B-v0.1."""
    last = re.split(r"[\s_.-]+", local_name(value))
    starts = {fold("".join(last[:n])) for n in range(1, len(last) + 1)}
    return starts.__contains__


_LICENSED = re.compile(r"[- ]licen[cs](?:ed|ing)\b", re.IGNORECASE)
_WORD = re.compile(r"[\w.+-]*\w[\w+]*")
_FILLING = frozenset(
    {
        "licence",
        "license",
        "licensed",
        "licenses",
        "the",
        "open",
        "under",
        "a",
        "an",
        "its",
        "is",
        "are",
        "has",
        "uses",
        "model",
        "by",
        "it",
        "community",
        "released",
        "published",
        "distributed",
        "available",
        "terms",
        "of",
        "same",
    }
)
"""Words of a statement that name no licence."""
_FAMILY = re.compile(
    r"\b(llama|gemma|apache|qwen|mistral|deepseek|falcon|openrail|rail|creative commons|cc(?:[- ](?:by|nc|sa|nd))+|gpl|bsd)\b",
    re.IGNORECASE,
)


def licence_named(plain: str, negated: bool) -> StatedValue:
    """The licence that a statement names: by any of its names, else by its family."""
    plain = _LICENSED.sub(" licensed", plain)
    words = [(m.start(), m.end()) for m in _WORD.finditer(plain)]
    for length in range(min(6, len(words)), 0, -1):
        for first in range(len(words) - length + 1):
            phrase = plain[words[first][0] : words[first + length - 1][1]]
            if phrase.casefold() in _FILLING:
                continue
            known = licence_names.normalise(phrase)
            if known.value is not None:
                return StatedValue(phrase, entities=frozenset({known.value}), negated=negated)
    family = _FAMILY.search(plain)
    if family is None:
        return StatedValue()
    return StatedValue(family[0], names=frozenset({fold(family[0])}), negated=negated)
