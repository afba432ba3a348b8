"""The rule's decisions as rows of ``data/identity.sssom.tsv``, behind those made by hand."""

from __future__ import annotations

from collections.abc import Iterable

from provenance_graph.acceptance.sssom import Mapping, read_table, write_sssom
from provenance_graph.core.errors import RecordError
from provenance_graph.matching.candidates import RULE


def rewrite(text: str, decided: Iterable[Mapping], where: str = "identity.sssom.tsv") -> str:
    """The table with its rows made by hand as they are, and the rule's rows replaced.

    Raises RecordError where the text is no table of mappings.
    """
    table = read_table(text, where)
    if not table.header:
        raise RecordError(f"{where}: no header; a mapping set needs its id and its licence")
    by_hand = [row for row in table.rows if row.author != RULE]
    return write_sssom([*by_hand, *decided], table.header)
