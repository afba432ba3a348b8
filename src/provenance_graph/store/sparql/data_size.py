"""How much an update's blocks of plain data state, counted in one pass before anything is run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from provenance_graph.store.sparql.tokens import tokens

_TERMS: Final = frozenset({"iri", "name", "string", "number", "word"})
_AFTER_OBJECT, _PREDICATE, _OBJECT = 3, 1, 2
_NEXT: Final = {".": 0, ";": _PREDICATE, ",": _OBJECT}


@dataclass(slots=True)
class DataSize:
    """What blocks of data state so far: ``statements`` as written, and ``entities`` put in.

    Subjects are told apart by their text, so that names of several prefixes may be one entity;
    the most that one way of writing gives is counted, which is never more than there are.
    """

    statements: int = 0
    _subjects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    entities: int = 0

    def add_subject(self, kind: str, text: str) -> None:
        """Note the subject of a triple."""
        way = text.partition(":")[0] if kind == "name" else kind
        known = self._subjects[way]
        known.add(text)
        self.entities = max(self.entities, len(known))


def data_sizes(text: str) -> Iterator[DataSize]:
    """One size that grows with each triple of a block of data; it ends where the text is lost.

    What it cannot follow (blank nodes, escapes, an error of syntax) is left to whoever runs the
    update, so that the size is never more than what the text states.

    Statements are those of INSERT DATA and DELETE DATA, entities the subjects of the former.

    >>> text = 'PREFIX e: <urn:> INSERT DATA { GRAPH e:g { e:a e:p 1, -2.5 ; a e:C . e:b e:p "x"@en } }'
    >>> sizes = list(data_sizes(text))
    >>> sizes[-1].statements, sizes[-1].entities
    (4, 2)
    """
    size = DataSize()
    if "\\u" in text or "\\U" in text:
        return
    depth, position, skip, inserted = 0, 0, False, False
    before = operation = ""
    for kind, piece, _ in tokens(text):
        if not depth:  # outside; DATA { begins a block
            depth = int(piece == "{" and before == "DATA")
            inserted = operation == "INSERT"
            operation, before, position = before, piece.upper(), 0
        elif kind in ("open", "close"):
            if piece not in "{}":
                return
            depth += 1 if piece == "{" else -1
            position = 0
        elif skip:  # the name of a graph, or a literal's datatype
            skip = False
        elif piece == "^^" or (position == 0 and kind == "word" and piece.upper() == "GRAPH"):
            skip = True
        elif piece in _NEXT:
            position = _NEXT[piece]
        elif kind in _TERMS:
            if position == 0 and inserted:
                size.add_subject(kind, piece)
            elif position == _OBJECT:
                size.statements += 1
                yield size
            position = min(position + 1, _AFTER_OBJECT)
