"""Lines and columns of the values in a text of JSON, YAML or a model card.

Readers give a location as a JSON pointer, a line (``L12``) or a heading; editors and code hosts
need a line. A text is parsed for positions once, and only if it has a finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.document import Document, once
from provenance_graph.formats.huggingface.cards.front import front_matter
from provenance_graph.formats.parsing import parse_yaml

MAX_NODES = 200_000
"""The most values that are located; further ones have the location of the nearest above."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},:]|[^\s\[\]{},:"]+', re.DOTALL)
_LINE = re.compile(r"(?:^|[\s:])L(\d+)(?:$|[\s:])")
_IN_MESSAGE = re.compile(r"\bline (\d+)(?:, column (\d+))?")


@dataclass(frozen=True, slots=True)
class Location:
    """A line and a column, from 1; line 0 where none is known."""

    line: int = 0
    column: int = 0


@dataclass
class Positions:
    """The locations of a document's values by JSON pointer, and the pointers by value."""

    by_pointer: dict[str, Location] = field(default_factory=dict)
    by_value: dict[str, str] = field(default_factory=dict)

    def at(self, locator: str) -> Location:
        r"""The location of a locator, or of the nearest node above it that has one.

        >>> of_json('{"a":\n [1,\n  2]}').at("/a/1")
        Location(line=3, column=3)
        """
        if named := _LINE.search(locator):
            return Location(int(named[1]), 1)
        pointer = locator[locator.find("/") :].split(" ", 1)[0] if "/" in locator else ""
        while pointer:
            if result := self.by_pointer.get(pointer):
                return result
            pointer = pointer.rpartition("/")[0]
        return Location()

    def of(self, text: str, below: str = "") -> Location:
        """The location of a value equal to the text, below a pointer if one is given."""
        pointer = self.by_value.get(f"{below}\n{text.casefold()}")
        return Location() if pointer is None else self.by_pointer.get(pointer, Location())

    def _add(self, pointer: str, location: Location, value: str | None) -> None:
        if len(self.by_pointer) >= MAX_NODES:
            return
        self.by_pointer.setdefault(pointer, location)
        if value is not None:
            top = "/" + pointer.split("/")[1] if pointer.count("/") else ""
            for below in {"", top}:
                self.by_value.setdefault(f"{below}\n{value.casefold()}", pointer)


def of_document(text: str, name: str) -> Positions:
    """The locations of a document's values; its syntax is judged by its name and first letters."""
    suffix = name.rpartition(".")[2].casefold()
    head = text.lstrip()[:1]
    if suffix in ("md", "markdown") or text.startswith(("---\n", "---\r\n")):
        front, _ = front_matter(text)
        return of_yaml("\n" + front)
    if suffix in ("yaml", "yml"):
        return of_yaml(text)
    if head in ("{", "["):
        return of_json(text)
    return Positions()


@once
def of_whole(document: Document) -> Positions:
    """The locations of the values in a document's own text."""
    return of_document(document.text, document.name)


def of_json(text: str) -> Positions:
    """The locations of the values in a JSON text; in a broken one, up to the fault."""
    positions = Positions()
    lines = _LineOffsets(text)
    stack: list[list[str | int]] = []  # kind and current key or index of each open list or mapping
    key_next = False
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in "}]":
            if stack:
                stack.pop()
            key_next = False
        elif mark == ",":
            if stack and stack[-1][0] == "[":
                stack[-1][1] = int(stack[-1][1]) + 1
            key_next = bool(stack) and stack[-1][0] == "{"
        elif mark == ":":
            key_next = False
        elif key_next:
            stack[-1][1] = _text(mark)
        else:
            pointer = "".join(f"/{_step(step)}" for _, step in stack)
            positions._add(
                pointer, lines.locate(token.start()), None if mark in "{[" else _text(mark)
            )
            if mark == "{":
                stack.append(["{", ""])
            elif mark == "[":
                stack.append(["[", 0])
            key_next = mark == "{"
    return positions


def of_yaml(text: str) -> Positions:
    """The locations of the values in a YAML text; none where it is broken."""
    positions = Positions()
    try:
        root = yaml.compose(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, RecursionError, ValueError):
        return positions
    for pointer, node in _nodes(root):
        mark = node.start_mark
        value = str(node.value) if isinstance(node, yaml.ScalarNode) else None
        positions._add(pointer, Location(mark.line + 1, mark.column + 1), value)
    return positions


def _nodes(root: yaml.Node | None) -> Iterator[tuple[str, yaml.Node]]:
    """Every node with its JSON pointer, in order, at most ``MAX_NODES``."""
    todo: list[tuple[str, yaml.Node]] = [("", root)] if root is not None else []
    count = 0
    while todo and count < MAX_NODES:
        pointer, node = todo.pop()
        count += 1
        yield pointer, node
        if isinstance(node, yaml.SequenceNode):
            todo += reversed([(f"{pointer}/{n}", child) for n, child in enumerate(node.value)])
        elif isinstance(node, yaml.MappingNode):
            todo += reversed(
                [(f"{pointer}/{_step(str(key.value))}", child) for key, child in node.value]
            )


def syntax_error(text: str, name: str) -> tuple[str, Location] | None:
    """The syntax error in a card's metadata and its location; None without an error."""
    front, _ = front_matter(text)
    if not front.strip():
        return None
    try:
        parse_yaml("\n" + front, name)
    except Unreadable as error:
        location = Location()
        try:
            yaml.compose("\n" + front, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        except yaml.MarkedYAMLError as marked:
            if mark := marked.problem_mark:
                location = Location(mark.line + 1, mark.column + 1)
        except (yaml.YAMLError, RecursionError, ValueError):
            pass
        return error.why, location
    return None


def in_message(message: str) -> Location:
    """The location that an error message names; line 0 where it names none.

    >>> in_message("line 3, column 7: Expecting value")
    Location(line=3, column=7)
    """
    match = _IN_MESSAGE.search(message)
    return Location(int(match[1]), int(match[2] or 1)) if match else Location()


def _text(token: str) -> str:
    if not token.startswith('"'):
        return token
    try:
        return str(json.loads(token, strict=False))
    except ValueError:
        return token.strip('"')


def _step(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


class _LineOffsets:
    """Converts ascending offsets in a text to lines and columns."""

    def __init__(self, text: str) -> None:
        self._text, self._line, self._start = text, 1, 0

    def locate(self, offset: int) -> Location:
        while (end := self._text.find("\n", self._start, offset)) >= 0:
            self._line, self._start = self._line + 1, end + 1
        return Location(self._line, offset - self._start + 1)
