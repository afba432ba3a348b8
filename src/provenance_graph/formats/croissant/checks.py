"""Checks of Croissant metadata against their specification, as far as they need no data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph.core.claims import Problem
from provenance_graph.formats.fields.jsonld import CROISSANT, SCHEMA, Context, JsonNode
from provenance_graph.formats.statements import as_list, mapping, scalar_text

TERMS = frozenset(
    ("recordSet", "field", "source", "dataType", "extract", "column", "fileObject", "fileSet")
)


def problems(it: JsonNode, context: Context) -> Iterator[Problem]:
    """Yield the places where files, record sets and fields break the specification."""
    ids: set[str] = set()
    used = _keys([raw for _, raw in it.all(CROISSANT + "recordSet", SCHEMA + "recordSet")])
    for key in sorted(used & TERMS):
        if not context.expand(key).startswith(CROISSANT):
            hint = f'"{key}": "cr:{key}"'
            yield Problem("/@context", f"{key!r} has no meaning in Croissant", hint, kind="schema")
    files = list(it.all(SCHEMA + "distribution"))
    sets = list(it.all(CROISSANT + "recordSet"))
    for where, raw in [*files, *sets]:
        ids |= _ids(mapping(raw))
        if re.search(r"\s", scalar_text(mapping(raw).get("@id"))):
            yield Problem(f"{where}/@id", "an id with spaces", "my-file.csv", kind="schema")
    for where, raw in files:
        yield from _file(mapping(raw), where, ids)
    for where, raw in sets:
        part = mapping(raw)
        yield from _typed(part, where, ("RecordSet",))
        inherited = "dataType" in part
        for n, field in enumerate(as_list(part.get("field"))):
            yield from _field(mapping(field), f"{where}/field/{n}", ids, inherited, "data" in part)


def _keys(top: list[Any]) -> set[str]:
    results: set[str] = set()
    stack = list(top)
    for _ in range(10_000):
        if not stack:
            break
        item = stack.pop()
        if isinstance(item, dict):
            results |= {str(key) for key in item}
            stack += [value for key, value in item.items() if key in TERMS]
        elif isinstance(item, list):
            stack += item
    return results


def _ids(part: dict[Any, Any]) -> set[str]:
    """The ids, else names, by which references may name a file, a record set or its fields."""
    own = scalar_text(part.get("@id")) or scalar_text(part.get("name"))
    results = {own, scalar_text(part.get("name"))}
    stack = [(own, item) for key in ("field", "subField") for item in as_list(part.get(key))]
    for _ in range(10_000):
        if not stack:
            break
        above, raw = stack.pop()
        inner = mapping(raw)
        name = scalar_text(inner.get("@id")) or scalar_text(inner.get("name"))
        results |= {name, f"{above}/{name}"}
        stack += [(name, item) for item in as_list(inner.get("subField"))]
    return results - {""}


def _typed(part: dict[Any, Any], where: str, wanted: tuple[str, ...]) -> Iterator[Problem]:
    stated = [scalar_text(kind) for kind in as_list(part.get("@type"))]
    kinds = {kind.rsplit(":", 1)[-1].rsplit("/", 1)[-1] for kind in stated}
    if not kinds & set(wanted):
        text = ", ".join(stated)[:80] or "nothing"
        hint = " or ".join(f"cr:{kind}" for kind in wanted)
        yield Problem(f"{where}/@type", f"{text!r} is not its type", hint, kind="schema")


def _file(part: dict[Any, Any], where: str, ids: set[str]) -> Iterator[Problem]:
    yield from _typed(part, where, ("FileObject", "FileSet"))
    kind = scalar_text(part.get("@type"))
    if not scalar_text(part.get("encodingFormat")) and not as_list(part.get("encodingFormat")):
        yield Problem(where, "no encodingFormat", "text/csv", kind="schema")
    if kind.endswith("FileObject"):
        if not scalar_text(part.get("contentUrl")) and "containedIn" not in part:
            yield Problem(where, "no contentUrl", "where the file is", kind="schema")
        if not any(key in part for key in ("sha256", "md5", "containedIn")):
            yield Problem(where, "no digest", "sha256", kind="schema")
    for n, raw in enumerate(as_list(part.get("containedIn"))):
        yield from _refers(raw, f"{where}/containedIn/{n}", ids)


def _refers(raw: Any, where: str, ids: set[str]) -> Iterator[Problem]:
    target = scalar_text(raw) or scalar_text(mapping(raw).get("@id"))
    bare = target.removeprefix("#{").removesuffix("}")
    if target and target not in ids and bare not in ids:
        text = f"{target[:80]!r} names nothing in the document"
        yield Problem(where, text, kind="reference")


def _field(
    part: dict[Any, Any], where: str, ids: set[str], inherited: bool, inline: bool
) -> Iterator[Problem]:
    yield from _typed(part, where, ("Field",))
    inner = [mapping(item) for item in as_list(part.get("subField"))]
    source = part.get("source")
    given = bool(source) or "value" in part or "references" in part or inline
    if not given and not inner:
        yield Problem(where, "no source and no value", "exactly one of them", kind="schema")
    elsewhere = inherited or bool(inner) or "field" in mapping(source)
    if not part.get("dataType") and not elsewhere:
        yield Problem(where, "no dataType", "sc:Text", kind="schema")
    shape = scalar_text(part.get("arrayShape"))
    if shape and part.get("isArray") is not True:
        yield Problem(f"{where}/arrayShape", "arrayShape without isArray: true", kind="schema")
    elif shape and not all(step.strip().lstrip("-").isdigit() for step in shape.split(",")):
        yield Problem(
            f"{where}/arrayShape", f"{shape[:60]!r} is not a shape", "3,-1", kind="schema"
        )
    if isinstance(source, str):
        yield from _refers(source, f"{where}/source", ids)
    for key in ("fileObject", "fileSet", "recordSet", "field", "distribution"):
        if key in mapping(source):
            yield from _refers(mapping(source)[key], f"{where}/source/{key}", ids)
    for n, item in enumerate(inner[:1000]):
        if mapping(item) and not as_list(item.get("subField")):
            yield from _field(item, f"{where}/subField/{n}", ids, inherited, inline)
