"""What the rules on licences look at, and what they draft."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from provenance_graph.core.iris import Iri, local_name
from provenance_graph.licences.catalogue import Licence
from provenance_graph.licences.inherit import Inherited
from provenance_graph.licences.results import Label
from provenance_graph.licences.uses import PlannedUse
from provenance_graph.lineage.results import Edge

if TYPE_CHECKING:
    from provenance_graph.licences.graph import Situation

VIOLATION, WARNING, INFO = "Violation", "Warning", "Info"
SEVERITIES = (VIOLATION, WARNING, INFO)


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding before its rule is written on it; severity "" is the rule's own."""

    message: str
    licence: Licence | None = None
    clause: str = ""
    holder: Iri | None = None
    path: tuple[Edge, ...] = ()
    severity: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at."""

    now: Situation
    plans: Sequence[PlannedUse]
    labels: Sequence[Label]

    @property
    def name(self) -> str:
        """The model's name as it is distributed: the last part."""
        return local_name(self.now.subject)

    @property
    def declared(self) -> str:
        """The declared licences in words."""
        return ", ".join(one.name for one in self.now.declared)

    @property
    def judged(self) -> bool:
        """Whether the model declares a licence whose terms are known."""
        return bool(self.now.declared) and all(one.known for one in self.now.declared)

    def reaching(self, kind: str = "terms") -> Iterator[tuple[Inherited, Licence]]:
        """Inherited classes of a kind, of each licence and class the nearest.

        Breaches of a ban are told apart by whose outputs were used.
        """
        seen = set()
        for one in sorted(self.now.inherited, key=lambda o: (not o.settled, len(o.path))):
            if one.terms.kind == kind and one.licence is not None and one.licence.known:
                key = (one.licence.iri, one.terms, one.origin if kind == "ban" else 0)
                if key not in seen:
                    seen.add(key)
                    yield one, one.licence

    def draft(self, message: str, one: Inherited, condition: str = "", severity: str = "") -> Draft:
        """A draft about something inherited."""
        clause = one.licence.clause(condition).place if one.licence else ""
        return Draft(
            message, one.licence, clause, self.now.holder(one), self.now.path(one), severity
        )


def begins(name: str, prefix: str) -> bool:
    """Whether a name begins with a prefix, however it is spaced and cased.

    >>> begins("Llama-3-8B-Lexi", "Llama 3"), begins("Hermes-3-Llama-3.1-8B", "Llama")
    (True, False)
    """

    def plain(text: str) -> str:
        return re.sub(r"[^a-z0-9]", "", text.lower())

    return plain(name).startswith(plain(prefix))
