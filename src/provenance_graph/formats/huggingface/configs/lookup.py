"""Lookup of values in a config, in its language part first, each with its location."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from provenance_graph.core import literals
from provenance_graph.core.claims import Basis, Claim, Literal
from provenance_graph.core.iris import Iri
from provenance_graph.formats import statements
from provenance_graph.formats.huggingface.names import NamedRepository

ABSENT = object()
"""The value of a lookup where a key is missing or null."""
TEXT_PARTS = ("text_config", "language_config", "llm_config", "thinker_config", "text")


@dataclass(frozen=True, slots=True)
class Config:
    """A config with its language part first: multimodal models nest the keys of a text model."""

    repo: NamedRepository
    parts: tuple[tuple[str, dict[str, Any]], ...]  # pointer, mapping; the most specific first
    basis: Basis | None
    abridged: bool = False
    """Whether an absent key has no meaning, not even the library's default."""

    def first_of(self, *keys: str) -> tuple[str, Any]:
        """Pointer and value of the first key that is present; empty and ``ABSENT`` where none is."""
        for pointer, part in self.parts:
            for key in keys:
                head, dot, tail = key.partition(".")
                value = part.get(head, ABSENT)
                if dot:
                    value = value.get(tail, ABSENT) if isinstance(value, dict) else ABSENT
                if value is not ABSENT and value is not None:
                    return f"{pointer}/{key.replace('.', '/')}", value
        return "", ABSENT

    def null(self, key: str) -> bool:
        """Whether a key is present with the value null."""
        return any(key in part and part[key] is None for _, part in self.parts)

    @property
    def model_type(self) -> str:
        """The model type of the language part; empty where none is stated."""
        for _, part in self.parts:
            if isinstance(part.get("model_type"), str) and part["model_type"]:
                return str(part["model_type"])
        return ""

    def claim(self, predicate: Iri, value: Iri | Literal, **more: Any) -> Claim:
        """A claim about the repository, on the config's basis."""
        return Claim(self.repo.subject, predicate, value, **{"basis": self.basis, **more})

    def unusable(self, predicate: Iri, stated: Any, locator: str, why: str) -> Claim:
        """A claim without a value: the stated text, and the reason why it cannot be used."""
        text = statements.clean(str(stated))[: statements.MAX_STATED]
        return Claim(
            self.repo.subject,
            predicate,
            None,
            basis=self.basis,
            as_stated=text,
            locator=locator,
            unusable=why,
        )


def parts_of(raw: dict[str, Any], location: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    """The parts of a config with their locations, the language part first."""
    inner: list[tuple[str, dict[str, Any]]] = []
    pointer, part = location, raw
    for _ in range(3):  # thinker_config holds a text_config of its own
        key = next((k for k in TEXT_PARTS if isinstance(part.get(k), dict)), "")
        if not key:
            break
        pointer, part = f"{pointer}/{key}", part[key]
        inner.insert(0, (pointer, part))
    return (*inner, (location, raw))


def whole_number(value: Any) -> int | None:
    """A config's value as an integer within 64 bits, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and value in literals.INT64 else None


def brief(value: Any) -> str:
    """A value as a message shows it, cut to 60 characters."""
    text = statements.clean(repr(value))
    return text if len(text) <= 60 else text[:59] + "…"


def inferred(config: Config, predicate: Iri, value: Iri | Literal, where: str) -> Claim:
    """A claim inferred from the library's defaults, which the config does not state."""
    return config.claim(predicate, value, basis=Basis.INFERENCE, locator=where)
