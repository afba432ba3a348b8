"""CycloneDX's own JSON schema: what a bill of materials gets wrong by its standard."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pyoxigraph as ox

from provenance_graph.core.claims import Problem

MAX_PROBLEMS = 50


def problems(bom: dict[Any, Any]) -> Iterator[Problem]:
    """Where a document breaks the schema of the version that it says it has."""
    version = bom.get("specVersion")
    validator = _validator(version) if isinstance(version, str) else None
    if validator is None:
        yield Problem(
            "/specVersion",
            f"CycloneDX {str(version)[:20]!r} is not a version that can be validated",
            "1.5, 1.6 or 1.7",
            kind="schema",
        )
        return
    try:
        results = list(validator.iter_errors(bom))
    except RecursionError:
        yield Problem("", "nested too deeply to validate", kind="schema")
        return
    for error in map(_nearest, results[:MAX_PROBLEMS]):
        where = "".join(f"/{_step(step)}" for step in error.absolute_path)
        yield Problem(where or "/", f"invalid CycloneDX: {_what(error)}", kind="schema")
    if len(results) > MAX_PROBLEMS:
        more = len(results) - MAX_PROBLEMS
        yield Problem("/", f"invalid CycloneDX in {more} more places", kind="schema")


def _nearest(error: Any) -> Any:
    """Of several forms that a value may have, the error in the one that it comes nearest to."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return error


def _step(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")[:100]


def _what(error: Any) -> str:
    """The message, without the instance where that is long."""
    message = str(error.message)
    if error.validator == "enum" and len(message) > 140:
        return f"{str(error.instance)[:60]!r} is none of the {len(error.validator_value)} values"
    if len(message) <= 140:
        return message
    if error.validator in ("oneOf", "anyOf"):
        return f"fits {'none' if 'under any' in message else 'several'} of the allowed forms"
    return f"{message[:60]} … {message[-60:]}"


@cache
def _validator(version: str) -> Any:
    """The library's validator of a version, with a check of addresses that costs little.

    Its own check of ``iri-reference`` parses by a grammar, 30 ms an address.
    """
    with _absent("rfc3987_syntax"):
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

    name = f"V{version.replace('.', '_')}"
    if version not in ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7") or not hasattr(
        SchemaVersion, name
    ):
        return None
    strict = JsonStrictValidator(SchemaVersion[name])._validator
    checker = type(strict.format_checker)(formats=())
    checker.checkers = {
        **strict.format_checker.checkers,
        "iri-reference": (_is_iri_reference, ()),
    }
    return strict.evolve(format_checker=checker)


@contextmanager
def _absent(module: str) -> Iterator[None]:
    """Let an optional module of a library be absent while the library is imported.

    ``jsonschema`` imports one that compiles 38 grammars of addresses, 1.6 s that every document
    would pay, for checks that are replaced here.
    """
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


def _is_iri_reference(value: object) -> bool:
    """Whether it is an IRI, or relative and becomes one below a scheme (RFC 3987, section 2.2)."""
    if not isinstance(value, str) or _is_iri(value):
        return True
    return ":" not in re.split("[/?#]", value, maxsplit=1)[0] and _is_iri(f"x:{value}")


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True
