"""Questions whose answer names everything that a path of lineage leads to from a parameter.

Such a question says so in its header, and its text stays plain SPARQL:

    # reach hit: thing ^(prov:wasDerivedFrom|prov:wasInfluencedBy)+

The lineage index then counts the entities and names the first, and only these are put into the
text, without the lines that end in ``# reached``: an engine that follows the path itself takes
seconds for the tens of thousands of models that descend from one. Where no index can be kept, the
whole answer is made and cut alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from provenance_graph.store.values import Bindings, Rows

REACHED: Final = 1_000
"""Entities of such an answer that are shown where nobody asks for more."""
_LINE: Final = re.compile(
    r"#\s*reach\s+(?P<variable>\w+)\s*:\s*(?P<parameter>\w+)\s+(?P<path>\S+?)(?P<exclude_start>, not itself)?\s*$"
)


@dataclass(frozen=True, slots=True)
class Reach:
    """The values of ``variable`` are all that ``path`` leads to from the entity of a parameter.

    ``exclude_start``: but for that entity.
    """

    variable: str
    parameter: str
    path: str
    exclude_start: bool = False

    @classmethod
    def of_line(cls, line: str) -> Reach | None:
        """What a line of a header says; None where it is not understood.

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
    """The entities of ``variable`` that an answer shows, the first by name, and of how many."""

    variable: str
    count: int
    of: int


@dataclass(frozen=True, slots=True)
class QuestionRows(Rows):
    """The answer of a stored question; ``share`` where it shows the first entities alone."""

    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """What of a question is put to a store: the values of its variables, and of how many entities.

    ``of`` is None where all are asked for.
    """

    bound: Bindings
    reach: Reach | None = None
    limit: int = 0
    of: int | None = None

    def answered(self, rows: Rows) -> QuestionRows:
        """The answer from its rows in order, with how much it shows."""
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
