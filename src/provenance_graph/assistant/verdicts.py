"""What becomes of a statement in prose: supported, contradicted, undisclosed or unknown, and why."""

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
    """One statement, what it is about, the verdict and the claims behind it."""

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
    """A text of several statements: the worst verdict stands, and each is in ``parts``."""
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
