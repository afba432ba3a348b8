"""Texts of documents as values, within bounds: JSON and YAML that nest too deeply are refused."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from provenance_graph.core.claims import Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.formats import repeats

MAX_BYTES = 64 << 20
MAX_DEPTH = 100


MAX_YAML_NODES = 500_000


def decode(data: bytes, url: str) -> str:
    """Bytes as text; raises Unreadable with the offset of the first bad byte."""
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


def parse_json(text: str, url: str, repeated: list[Problem] | None = None) -> Any:
    """JSON with bounded depth; raises Unreadable with line and column.

    Names that stand twice in one object are added to ``repeated``.
    """
    objects: repeats.Repeated = {}
    try:
        value = json.loads(text, object_pairs_hook=repeats.noting(objects))
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
    if objects and repeated is not None:
        repeated += repeats.in_json(value, objects)
    return value


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
    """YAML without object construction, with a cap on nodes, so that aliases cannot explode."""

    repeated: list[Problem]

    def get_single_node(self) -> Any:
        """The root node; raises as ``parse_yaml`` where there are too many nodes."""
        node = super().get_single_node()
        self.repeated = _cap(node)
        return node

    def construct_yaml_timestamp(self, node: Any) -> Any:
        """A date or time; what only looks like one stays text."""
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:  # 2025-02-31 is no date, and one bad date must not hide the rest
            return node.value


def _cap(root: yaml.Node | None) -> list[Problem]:
    """Count nodes as they would be after alias expansion; raise where there are too many.

    Gives back what is wrong with the names of mappings.
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
            repeated.extend(repeats.in_yaml(node))
            for key, child in node.value:
                total += size(key, depth + 1) + size(child, depth + 1)
        if total > MAX_YAML_NODES:
            raise yaml.YAMLError(f"more than {MAX_YAML_NODES:,} values after aliases")
        sizes[id(node)] = total
        return total

    if root is not None:
        size(root, 0)
    return list(repeats.bounded(repeated))


def parse_yaml(text: str, url: str, repeated: list[Problem] | None = None) -> Any:
    """YAML with bounded depth and aliases; raises Unreadable with the line.

    Names that stand twice in one mapping are added to ``repeated``.
    """
    try:
        if _may_be_deep(text):
            _events_too_deep(text)
        loader = BoundedLoader(text)
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
        if repeated is not None:
            repeated += loader.repeated
        return value
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise Unreadable(url, f"{line}{error.problem or error}") from error
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        raise Unreadable(url, f"not YAML that can be read: {error}") from error
    except (AttributeError, LookupError, TypeError) as error:
        # PyYAML's constructors leak these on a tag that does not fit its text: `!!bool x`
        raise Unreadable(url, "not YAML that can be read: a tag does not fit its value") from error


_BLOCK_HEAD = re.compile(r"^[ \t]*(?:[-?:][ \t]+)*", re.MULTILINE)


_DEEP_ENOUGH = 2_000  # levels that libyaml's recursion surely bears


def _may_be_deep(text: str) -> bool:
    """Whether nesting may be so deep that composing it would overflow the C stack."""
    if text.count("[") + text.count("{") > _DEEP_ENOUGH:
        return True
    if len(text) < _DEEP_ENOUGH:
        return False
    return any(len(result[0]) > _DEEP_ENOUGH // 2 for result in _BLOCK_HEAD.finditer(text))


def _events_too_deep(text: str) -> None:
    """Raise where YAML nests deeper than MAX_DEPTH, seen from its events, which need no stack."""
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
