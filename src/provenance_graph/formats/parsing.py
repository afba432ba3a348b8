"""Bounded parsing of texts as JSON, YAML and TOML: input that nests too deeply is refused."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.literals import UNWRITABLE
from provenance_graph.formats import repeats

MAX_BYTES = 64 << 20
MAX_DEPTH = 100


MAX_YAML_NODES = 500_000


def decode(data: bytes, url: str) -> str:
    """Decode bytes as text; raises Unreadable with the offset of the first bad byte."""
    if len(data) > MAX_BYTES:
        raise Unreadable(url, f"{len(data):,} bytes; at most {MAX_BYTES:,} are read")
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(
            url,
            f"byte {error.start} is not {encoding.removesuffix('-sig').upper()}; save it as UTF-8",
        ) from error


class JsonDecoder(json.JSONDecoder):
    """JSON decoder that records the objects in which a name is repeated; reusable for many texts."""

    def __init__(self, whole_number: Callable[[str], Any] | None = None) -> None:
        self.repeated: repeats.Repeated = {}
        hook = repeats.noting(self.repeated)
        super().__init__(object_pairs_hook=hook, parse_int=whole_number)


def parse_json(
    text: str,
    url: str,
    repeated: list[Problem] | None = None,
    decoder: JsonDecoder | None = None,
) -> Any:
    """Parse JSON with bounded depth; raises Unreadable with line and column.

    Problems are added to ``repeated``: names repeated in one object, numbers of thousands of
    digits, which are read as texts, and unpaired surrogates or NUL in texts. ``decoder`` may be
    passed in for many short texts.
    """
    decoder = decoder or JsonDecoder()
    decoder.repeated.clear()
    long_numbers: list[Problem] = []
    try:
        if text.startswith("\ufeff"):
            raise json.JSONDecodeError("Unexpected UTF-8 BOM (decode using utf-8-sig)", text, 0)
        try:
            value = decoder.decode(text)
        except json.JSONDecodeError:
            raise
        except ValueError:  # Python makes no number of so many digits
            long_numbers = list(_long_numbers(text))
            decoder = JsonDecoder(_whole)
            value = decoder.decode(text)
    except json.JSONDecodeError as error:
        raise Unreadable(url, f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        too_deep(text, url)
        raise Unreadable(url, f"nested deeper than {MAX_DEPTH}") from error
    except ValueError as error:
        raise Unreadable(url, f"not JSON that can be read: {error}") from error
    if not _shallow(value):
        too_deep(text, url)
        raise Unreadable(url, f"nested deeper than {MAX_DEPTH}")
    if repeated is not None:
        repeated += long_numbers
        if decoder.repeated:
            repeated += repeats.in_json(value, decoder.repeated)
        if _ESCAPED.search(text):
            repeated += repeats.bounded(_unsafe(value))
    return value


MAX_DIGITS = 4_000
_TOKEN = re.compile(r'\\.|"(?:[^"\\]|\\.)*+"?|(-?\d++)', re.DOTALL)
_ESCAPED = re.compile(r"\\u(?:[dD][89a-fA-F]|0000)")
"""JSON escapes of surrogates and of NUL, which may be characters that cannot be stored."""


def _whole(digits: str) -> int | str:
    """A whole number; as its text where it has MAX_DIGITS digits or more."""
    return int(digits) if len(digits) < MAX_DIGITS else digits


def _long_numbers(text: str) -> Iterator[Problem]:
    for match in _TOKEN.finditer(text):
        if match[1] and len(match[1].lstrip("-")) >= MAX_DIGITS:
            line = text.count("\n", 0, match.start()) + 1
            column = match.start() - text.rfind("\n", 0, match.start())
            what = f"line {line}, column {column}: {_too_long(match[1])}"
            yield Problem("", what, kind="size")


def _too_long(digits: str) -> str:
    return f"a number of {len(digits.lstrip('+-')):,} digits is read as a text"


def _unsafe(whole: Any) -> Iterator[Problem]:
    """Yield a problem for each text with NUL or an unpaired surrogate, which cannot be stored."""
    waiting: list[tuple[str, Any]] = [("", whole)]
    while waiting:
        where, value = waiting.pop()
        if isinstance(value, str) and (match := UNWRITABLE.search(value)):
            what = (
                f"U+{ord(match[0]):04X} is not a character of a text; U+FFFD is read in its place"
            )
            yield Problem(where or "/", what, kind="character")
        elif isinstance(value, dict):
            inner = [(f"{where}/{repeats.step(str(k))}", v) for k, v in value.items()]
            waiting += reversed(inner)
        elif isinstance(value, list):
            waiting += reversed([(f"{where}/{n}", v) for n, v in enumerate(value)])


def _shallow(value: Any) -> bool:
    """Whether a parsed value nests no deeper than MAX_DEPTH."""
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return True
    return False


def too_deep(text: str, url: str) -> None:
    """Raise Unreadable where brackets nest deeper than MAX_DEPTH, outside strings."""
    depth = 0
    for token in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', text, re.DOTALL):
        if token[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = text.count("\n", 0, token.start()) + 1
                raise Unreadable(url, f"line {line}: nested deeper than {MAX_DEPTH}")
        elif token[0] in "]}":
            depth -= 1


class BoundedLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML loader without object construction; a limit on nodes stops aliases that explode."""

    repeated: list[Problem]

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self.repeated = []

    def documents(self) -> Iterator[Any]:
        """Yield the values of a stream's documents; raises YAMLError for too many nodes in total."""
        total = 0
        while self.check_node():
            node = self.get_node()
            size, repeated = _measured(node)
            total += size
            if total > MAX_YAML_NODES:
                raise yaml.YAMLError(_TOO_MANY)
            self.repeated += repeated
            yield self.construct_document(node)

    def construct_yaml_timestamp(self, node: Any) -> Any:
        """A date or time; the text itself where it is not a valid date."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:  # 2025-02-31 is no date, and one bad date must not hide the rest
            return node.value

    def construct_yaml_int(self, node: Any) -> Any:
        """A whole number; one of MAX_DIGITS digits or more is read as text, with a problem."""
        if len(node.value) < MAX_DIGITS:
            return super().construct_yaml_int(node)
        what = _too_long(node.value)
        self.repeated.append(Problem(f"L{node.start_mark.line + 1}", what, kind="size"))
        return node.value


for _tag in ("timestamp", "int"):
    BoundedLoader.add_constructor(
        f"tag:yaml.org,2002:{_tag}", getattr(BoundedLoader, f"construct_yaml_{_tag}")
    )


_TOO_MANY = f"more than {MAX_YAML_NODES:,} values after aliases"


def _measured(root: yaml.Node) -> tuple[int, list[Problem]]:
    """The number of nodes after alias expansion, and problems for names repeated in mappings.

    Raises YAMLError where there are too many nodes.
    """
    sizes: dict[int, int] = {}
    repeated: list[Problem] = []

    def size(node: yaml.Node, depth: int) -> int:
        if depth > MAX_DEPTH:
            raise yaml.YAMLError(f"nested deeper than {MAX_DEPTH}")
        if id(node) in sizes:
            return sizes[id(node)]
        sizes[id(node)] = MAX_YAML_NODES + 1  # a node that contains itself has no end
        total = 1
        if isinstance(node, yaml.SequenceNode):
            total += sum(size(child, depth + 1) for child in node.value)
        elif isinstance(node, yaml.MappingNode):
            if _repeats_a_name(node):
                repeated.extend(repeats.in_yaml(node))
            for key, child in node.value:
                total += size(key, depth + 1) + size(child, depth + 1)
        if total > MAX_YAML_NODES:
            raise yaml.YAMLError(_TOO_MANY)
        sizes[id(node)] = total
        return total

    return size(root, 0), list(repeats.bounded(repeated)) if repeated else []


def _repeats_a_name(node: yaml.MappingNode) -> bool:
    names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
    return len(set(names)) < len(names)


def parse_yaml(text: str, url: str, repeated: list[Problem] | None = None) -> Any:
    """Parse one YAML document with bounded depth and aliases; raises Unreadable with the line.

    Problems for names repeated in one mapping are added to ``repeated``.
    """
    documents = parse_yaml_stream(text, url, repeated)
    if len(documents) > 1:
        raise Unreadable(url, f"{len(documents)} YAML documents in one text where one is read")
    return documents[0] if documents else None


def parse_yaml_stream(
    text: str, url: str, repeated: list[Problem] | None = None
) -> tuple[Any, ...]:
    """The documents of a YAML stream that are not empty, within the bounds of ``parse_yaml``."""
    try:
        if _may_be_deep(text):
            _events_too_deep(text)
        loader = BoundedLoader(text)
        try:
            values = tuple(value for value in loader.documents() if value is not None)
        finally:
            loader.dispose()
        if repeated is not None:
            repeated += loader.repeated
        return values
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise Unreadable(url, f"{line}{error.problem or error}") from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise Unreadable(url, f"not YAML that can be read: {error}") from error
    except (AttributeError, LookupError, TypeError) as error:
        # PyYAML's constructors leak these on a tag that does not fit its text: `!!bool x`
        raise Unreadable(url, "not YAML that can be read: a tag does not fit its value") from error


_TOML_NUMBER = re.compile(rf"(=[ \t]*)([+-]?\d{{{MAX_DIGITS},}})(?=[ \t]*(?:#.*)?$)", re.MULTILINE)


def parse_toml(text: str, url: str, repeated: list[Problem]) -> dict[str, Any]:
    """Parse TOML; raises Unreadable with the line. Long numbers are read as in ``parse_json``."""
    try:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise
        except ValueError:  # Python makes no number of so many digits
            for match in _TOML_NUMBER.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                repeated.append(Problem(f"L{line}", _too_long(match[2]), kind="size"))
            return tomllib.loads(_TOML_NUMBER.sub(r'\1"\2"', text))
    except (ValueError, RecursionError) as error:
        raise Unreadable(url, f"not TOML: {error}") from error


_BLOCK_HEAD = re.compile(r"^[ \t]*(?:[-?:][ \t]+)*", re.MULTILINE)


_DEEP_ENOUGH = 2_000  # levels that libyaml's recursion certainly survives


def _may_be_deep(text: str) -> bool:
    """Whether a text may nest so deeply that composing it would overflow the C stack."""
    if text.count("[") + text.count("{") > _DEEP_ENOUGH:
        return True
    if len(text) < _DEEP_ENOUGH:
        return False
    return any(len(result[0]) > _DEEP_ENOUGH // 2 for result in _BLOCK_HEAD.finditer(text))


def _events_too_deep(text: str) -> None:
    """Raise YAMLError where YAML nests deeper than MAX_DEPTH, by its events, which need no stack."""
    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            depth += 1
            if depth > MAX_DEPTH:
                mark = event.start_mark
                line = f"line {mark.line + 1}: " if mark else ""
                raise yaml.YAMLError(f"{line}nested deeper than {MAX_DEPTH}")
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            depth -= 1
