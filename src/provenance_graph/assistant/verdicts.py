"""Verdicts on statements in prose: supported, contradicted, undisclosed or unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from provenance_graph.model.receipt import Receipt

SUPPORTED, CONTRADICTED = "supported", "contradicted"
UNDISCLOSED, UNKNOWN = "undisclosed", "unknown"
_ORDER = (CONTRADICTED, UNDISCLOSED, UNKNOWN, SUPPORTED)


@dataclass(frozen=True, slots=True)
class Checked:
    """The result for one statement: its model, property, verdict, reason and receipts."""

    statement: str
    verdict: str
    model: str = ""
    property: str = ""
    stated: str = ""
    why: str = ""
    receipts: tuple[Receipt, ...] = field(default=())
    parts: tuple[Checked, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        result: dict[str, Any] = {
            "statement": self.statement,
            "verdict": self.verdict,
            "model": self.model or None,
            "property": self.property or None,
            "said": self.stated or None,
            "why": self.why,
            "claims": list(self.receipts),
        }
        if self.parts:
            result["parts"] = [part.to_json() for part in self.parts]
        return result


def worst(text: str, parts: Sequence[Checked]) -> Checked:
    """The result for a text of several statements: the worst verdict, with each in ``parts``."""
    flat = [one for part in parts for one in (part.parts or (part,))]
    decisive = min(flat, key=lambda one: _ORDER.index(one.verdict))
    proof = {one["claim"]: one for part in flat for one in part.receipts}
    why = "; ".join(f"{part.property or part.statement}: {part.why}" for part in flat)
    return Checked(
        text,
        decisive.verdict,
        decisive.model,
        decisive.property,
        decisive.stated,
        why,
        tuple(proof.values()),
        tuple(flat),
    )
