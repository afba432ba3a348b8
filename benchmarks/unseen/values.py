"""Unique values, so that each can be followed through a reading, and odd shapes of documents."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any


@dataclass
class Maker:
    """A seeded source of values, each different from all before."""

    random: random.Random
    made: int = 0

    def number(self) -> int:
        """A number that occurs once in the document."""
        self.made += 1
        return 1_000_000 + self.made * 37

    def word(self) -> str:
        """A text that occurs once in the document."""
        return f"{self.random.choice(_WORDS)} {_letters(self.number())}"

    def address(self) -> str:
        """A web address."""
        return f"https://example.org/{_letters(self.number())}"

    def day(self) -> str:
        """A day, one of about ten thousand."""
        self.made += 1
        return f"{1990 + self.made % 34}-{1 + self.made % 12:02}-{1 + self.made % 28:02}"

    def moment(self) -> str:
        """A day with a time and a zone."""
        return f"{self.day()}T{self.made % 24:02}:{self.made % 60:02}:{self.made * 7 % 60:02}Z"

    def hexadecimal(self, length: int) -> str:
        """A digest of ``length`` digits."""
        self.made += 1
        return "".join(self.random.choices("0123456789abcdef", k=length))

    def chance(self, share: float) -> bool:
        """True with the probability ``share``."""
        return self.random.random() < share

    def like(self, old: Any) -> Any:
        """Another value of the same kind."""
        if isinstance(old, bool):
            return self.chance(0.5)
        if isinstance(old, int):
            return self.number()
        if isinstance(old, float):
            return self.number() / 1_000
        text = str(old)
        if text.startswith(("http://", "https://")):
            return self.address()
        return self.word()


_WORDS = ("Zubenel", "größer", "データ", "plain", "mixed Case", "o'clock", "semi;colon", "slash/ed")


def _letters(number: int) -> str:
    """A number as letters, so that no reader takes it for a quantity."""
    shown = ""
    while number:
        number, rest = divmod(number, 21)
        shown += "bcdfghjklmnpqrstvwxyz"[rest]
    return shown


def distorted(value: Any, maker: Maker, keep: frozenset[str], odd: float = 0.08) -> Any:
    """A parsed document with other values and odd shapes, its marks unchanged.

    A list of one becomes its value, a value a list of one; some branches are dropped; unknown keys
    are added; numbers become texts. ``keep`` are the keys whose values show what the document is.
    """
    if isinstance(value, dict):
        result: dict[str, Any] = {}
        for key, inner in value.items():
            if key in keep:
                result[key] = inner
            elif not maker.chance(odd):
                result[key] = distorted(inner, maker, keep, odd)
        if maker.chance(odd):
            result[f"x-{_letters(maker.number())}"] = maker.word()
        return result
    if isinstance(value, list):
        items = [distorted(item, maker, keep, odd) for item in value]
        return items[0] if len(items) == 1 and maker.chance(odd) else items
    if maker.chance(odd):
        return maker.random.choice(
            [[maker.like(value)], None, "", str(maker.number()), {"value": maker.word()}]
        )
    if isinstance(value, str) and maker.chance(0.35):
        return value  # an address of a repository or a licence, which readers interpret
    return maker.like(value)
