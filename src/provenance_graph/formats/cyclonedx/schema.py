"""Validation of bills of materials against CycloneDX's own JSON schema.

A compiled validator finds whether and where a document is invalid, in a hundredth of the time that
``jsonschema`` takes. ``jsonschema`` explains the errors, and is run on the invalid locations only.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any

import pyoxigraph as ox

from provenance_graph.core.claims import Literal, Problem
from provenance_graph.core.lexical_forms import check
from provenance_graph.core.terms import XSD

MAX_PROBLEMS = 50
VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
"""Versions of the standard that have a JSON schema; the library may know fewer."""
_OF_TEXT = {"integer": XSD.integer, "number": XSD.double, "boolean": XSD.boolean}
"""The datatypes of XML texts where JSON has another type than text."""


def problems(bom: dict[Any, Any], *, from_xml: bool = False) -> Iterator[Problem]:
    """Yield the locations where a document breaks the schema of its stated version.

    For a document written in XML only violations that both schemas have in common are yielded:
    missing required elements, words of code lists, and numbers, which XML has as text.
    """
    version = bom.get("specVersion")
    schema = schema_of(version) if isinstance(version, str) else None
    if schema is None:
        yield Problem(
            "/specVersion",
            f"CycloneDX {str(version)[:20]!r} is not a version that can be validated",
            "1.5, 1.6 or 1.7",
            kind="schema",
        )
        return
    try:
        results, count = schema.errors(bom)
    except (RecursionError, ValueError):  # ValueError is raised by the compiled validator
        yield Problem("", "nested too deeply to validate", kind="schema")
        return
    if from_xml:
        results = [error for error in results if _breaks_xml(error)]
        count = len(results)
    for error in map(_nearest, results):
        where = "".join(f"/{_step(step)}" for step in error.absolute_path)
        yield Problem(where or "/", f"invalid CycloneDX: {_what(error)}", kind="schema")
    if count > MAX_PROBLEMS:
        more = f"invalid CycloneDX in {count - MAX_PROBLEMS} more places"
        yield Problem("/", more, kind="schema")


def _nearest(error: Any) -> Any:
    """The error in the alternative form that a value comes closest to."""
    while error.context:
        error = max(error.context, key=lambda one: len(one.absolute_path))
    return error


def _breaks_xml(error: Any) -> bool:
    """Whether an error in the JSON form of a document is also one in its XML form."""
    nearest = _nearest(error)
    if nearest.validator == "enum":
        return nearest is error or list(nearest.absolute_path)[-2:] == ["license", "id"]
    if nearest is not error:
        return False
    datatype = _OF_TEXT.get(str(error.validator_value)) if error.validator == "type" else None
    if datatype is None or not isinstance(error.instance, str):
        return bool(error.validator == "required")
    try:
        check(Literal(error.instance.strip(), datatype))
    except ValueError:
        return True
    return False


def _step(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")[:100]


def _what(error: Any) -> str:
    """The error message, without the instance where that is long."""
    message = str(error.message)
    if error.validator == "enum" and len(message) > 140:
        return f"{str(error.instance)[:60]!r} is none of the {len(error.validator_value)} values"
    if len(message) <= 140:
        return message
    if error.validator in ("oneOf", "anyOf"):
        return f"fits {'none' if 'under any' in message else 'several'} of the allowed forms"
    return f"{message[:60]} … {message[-60:]}"


@dataclass(frozen=True, slots=True)
class Schema:
    """A version's schema twice: compiled, and as the library's, which explains errors.

    ``sparse`` is the class of a validator that visits only suspect values.
    """

    compiled: Any
    library: Any
    sparse: Any
    checkers: dict[str, Any]

    def errors(self, bom: dict[Any, Any]) -> tuple[list[Any], int]:
        """The first MAX_PROBLEMS errors of a document in schema order, and their total number."""
        if self.compiled.is_valid(bom):
            return [], 0
        suspects: set[int] = set()
        count = 0
        for count, error in enumerate(self.compiled.iter_errors(bom), 1):  # noqa: B007
            at: Any = bom
            suspects.add(id(at))
            for step in error.instance_path:
                at = at[step]
                suspects.add(id(at))
            suspects |= _inside(at)
        # sub-validators share the format checker of their parent, and with it the suspects
        checker = type(self.library.format_checker)(formats=())
        checker.checkers, checker.suspects = self.checkers, suspects
        explaining = self.sparse(
            self.library.schema, registry=self.library._registry, format_checker=checker
        )
        return list(islice(explaining.iter_errors(bom), MAX_PROBLEMS)), count


def _inside(value: Any) -> set[int]:
    """The ``id()`` of every value within a value, itself included."""
    results, stack = set(), [value]
    while stack:
        inner = stack.pop()
        results.add(id(inner))
        stack += (
            inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ()
        )
    return results


def _properties(validator: Any, properties: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """The schema keyword ``properties``, restricted to values that contain errors."""
    if not validator.is_type(instance, "object"):
        return
    suspects = validator.format_checker.suspects
    for name, schema in properties.items():
        if name in instance and id(instance[name]) in suspects:
            yield from validator.descend(instance[name], schema, path=name, schema_path=name)


def _items(validator: Any, items: Any, instance: Any, _schema: Any) -> Iterator[Any]:
    """The schema keyword ``items``, restricted to values that contain errors."""
    if not validator.is_type(instance, "array"):
        return
    suspects = validator.format_checker.suspects
    for n, item in enumerate(instance):
        if id(item) not in suspects:
            continue
        if not isinstance(items, list):
            yield from validator.descend(item, items, path=n)
        elif n < len(items):
            yield from validator.descend(item, items[n], path=n, schema_path=n)


@cache
def schema_of(version: str) -> Schema | None:
    """The library's schema of a version, with a cheap check of addresses; None if unknown.

    The library's own check of ``iri-reference`` parses by a grammar, 30 ms an address.
    """
    import jsonschema_rs  # loading it takes a moment, and most imports hold no bill of materials

    with _absent("rfc3987_syntax"):
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
        from jsonschema.validators import extend  # type: ignore[import-untyped]

    name = f"V{version.replace('.', '_')}"
    if version not in VERSIONS or not hasattr(SchemaVersion, name):
        return None
    strict = JsonStrictValidator(SchemaVersion[name])._validator
    checkers = {**strict.format_checker.checkers, "iri-reference": (_is_iri_reference, ())}
    compiled = jsonschema_rs.validator_for(
        strict.schema,
        registry=jsonschema_rs.Registry(
            [(each, strict._registry[each].contents) for each in strict._registry]
        ),
        validate_formats=True,
        formats={name: check for name, (check, raises) in checkers.items() if not raises},
    )
    sparse = extend(type(strict), {"properties": _properties, "items": _items})
    return Schema(compiled, strict, sparse, checkers)


@cache
def listed_names() -> frozenset[str]:
    """The keys whose value is a list somewhere in the latest version's schema."""
    schema = schema_of("1.7")
    results: set[str] = set()
    waiting: list[Any] = [schema.library.schema if schema is not None else {}]
    while waiting:
        value = waiting.pop()
        properties = value.get("properties") if isinstance(value, dict) else None
        for name, each in properties.items() if isinstance(properties, dict) else ():
            if isinstance(each, dict) and (each.get("type") == "array" or "items" in each):
                results.add(name)
        inner = value.values() if isinstance(value, dict) else value
        waiting += [each for each in inner if isinstance(each, (dict, list))]
    return frozenset(results)


@contextmanager
def _absent(module: str) -> Iterator[None]:
    """Context in which an optional module of a library cannot be imported.

    ``jsonschema`` imports a module that compiles 38 grammars of addresses, which costs 1.6 s for
    checks that are replaced here.
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
    """Whether a text is an IRI, or a relative reference (RFC 3987, section 2.2)."""
    if not isinstance(value, str) or _is_iri(value):
        return True
    return ":" not in re.split("[/?#]", value, maxsplit=1)[0] and _is_iri(f"x:{value}")


def _is_iri(text: str) -> bool:
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True
