"""Count the statements in an update's data blocks in one pass, before the update runs."""

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
    """The size of the data blocks so far: ``statements`` as written, and ``entities`` inserted.

    Subjects are compared as text, so that prefixed names of different prefixes may be one entity.
    The count is the largest for one prefix or form of name, which never exceeds the real number.
    """

    statements: int = 0
    _subjects: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    entities: int = 0

    def add_subject(self, kind: str, text: str) -> None:
        """Count the subject of an inserted triple."""
        way = text.partition(":")[0] if kind == "name" else kind
        known = self._subjects[way]
        known.add(text)
        self.entities = max(self.entities, len(known))


def data_sizes(text: str) -> Iterator[DataSize]:
    """Yield one growing size after each triple in a data block; ends at syntax it cannot follow.

    Syntax that is not followed (blank nodes, escapes, an error) is left to the engine, so the size
    never exceeds what the text states. Statements are those of INSERT DATA and DELETE DATA;
    entities are the subjects of INSERT DATA.

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
