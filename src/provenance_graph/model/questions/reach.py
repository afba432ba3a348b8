"""Questions whose answer lists every entity that a path of lineage reaches from a parameter.

Such a question says so in its header, and its text stays plain SPARQL:

    # reach hit: thing ^(prov:wasDerivedFrom|prov:wasInfluencedBy)+

The lineage index then counts the entities and selects the first, and only these are put into the
text, without the lines that end in ``# reached``: an engine that follows the path itself takes
seconds for the tens of thousands of models that descend from one. Where no index can be kept, the
whole answer is made and limited in the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from provenance_graph.store.values import Bindings, Rows

REACHED: Final = 1_000
"""Entities of such an answer that are shown by default."""
_LINE: Final = re.compile(
    r"#\s*reach\s+(?P<variable>\w+)\s*:\s*(?P<parameter>\w+)\s+(?P<path>\S+?)(?P<exclude_start>, not itself)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Reach:
    """A variable whose values are all entities that ``path`` reaches from a parameter's entity.

    ``exclude_start``: without that entity itself.
    """

    variable: str
    parameter: str
    path: str
    exclude_start: bool = False

    @classmethod
    def of_line(cls, line: str) -> Reach | None:
        """The reach that a header line states; None for a line that cannot be parsed.

        >>> Reach.of_line("# reach other: model prov:wasDerivedFrom+, not itself").path
        'prov:wasDerivedFrom+'
        """
        match = _LINE.match(line)
        if match is None:
            return None
        return cls(
            match["variable"], match["parameter"], match["path"], bool(match["exclude_start"])
        )


@dataclass(frozen=True, slots=True)
class Share:
    """The number of entities of ``variable`` that an answer shows, first by name, and of all."""

    variable: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class QuestionRows(Rows):
    """The answer of a stored question; ``share`` is set where only the first entities are shown."""

    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The bound variables of a question for a store, and the number of entities reached.

    ``of`` is None where all entities are asked for.
    """

    bound: Bindings
    reach: Reach | None = None
    limit: int = 0
    of: int | None = None

    def answered(self, rows: Rows) -> QuestionRows:
        """The answer from its sorted rows, limited to the first entities where that is wanted."""
        whole = QuestionRows(rows.names, rows.rows, rows.truncated)
        if self.reach is None or not self.limit:
            return whole
        variable = self.reach.variable
        position = rows.names.index(variable)
        names = dict.fromkeys(row[position] for row in rows.rows)
        if self.of is not None:
            return QuestionRows(
                rows.names, rows.rows, rows.truncated, Share(variable, len(names), self.of)
            )
        if len(names) <= self.limit:
            return whole
        first = set(list(names)[: self.limit])
        visible = [row for row in rows.rows if row[position] in first]
        return QuestionRows(
            rows.names, visible, rows.truncated, Share(variable, self.limit, len(names))
        )
