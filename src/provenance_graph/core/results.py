"""How results are described: once, for Python, for the API's schema and for its JSON.

A result whose JSON has exactly its fields is a frozen pydantic dataclass with ``RESULT``;
``fields_of`` converts it for use inside another answer. A result that holds domain values (IRIs,
claims, fractions) and shows more than it holds (labels, counts) has a ``to_json`` that returns an
``AnswerObject``: mypy checks the code against it, and the API's schema and the types of the web
page are made from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from typing_extensions import TypedDict

if TYPE_CHECKING:  # loading it takes a moment, which only what writes JSON pays
    from _typeshed import DataclassInstance
    from pydantic import ConfigDict, TypeAdapter

    from provenance_graph.core.claims import Header


def _camel(name: str) -> str:
    from pydantic.alias_generators import to_camel

    return to_camel(name)


RESULT: ConfigDict = {
    "alias_generator": _camel,
    "validate_by_name": True,
    "serialize_by_alias": True,
    "json_schema_serialization_defaults_required": True,
}
"""The pydantic configuration of a result (a frozen dataclass): camelCase names in JSON."""


class AnswerObject(TypedDict):
    """Base of JSON objects with exactly the keys of their class."""


AnswerObject.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]  # pydantic's


class IdRef(AnswerObject):
    """An entity by IRI and short id."""

    iri: str
    id: str


class LabelRef(AnswerObject):
    """An entity by IRI and label."""

    iri: str
    label: str


class Ref(IdRef):
    """An entity by IRI, short id and label."""

    label: str


class FacetCount(AnswerObject):
    """A value of a facet and the number of models that have it."""

    value: str
    count: int


class SourceRef(AnswerObject):
    """A retrieval of a document; ``edition`` is the day of the edition, where it is stated."""

    document: str
    retrieved: str
    edition: str | None
    custody: str
    record: str


class NamedRef(IdRef):
    """A model by IRI, short id and name."""

    name: str


Cell = str | bool | int | float | Ref | None
"""A value as JSON: text, number, boolean, entity reference, or null."""


@cache
def _adapter(kind: type[object]) -> TypeAdapter[object]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


T = TypeVar("T")


def fields_of(result: DataclassInstance, kind: Callable[..., T]) -> T:
    """Convert a result to an answer with the same fields, their names in camelCase.

    ``kind`` is the class of the answer, which has the same keys.
    """
    named = {}
    for one in fields(result):
        first, *further = one.name.split("_")
        named[first + "".join(map(str.capitalize, further))] = getattr(result, one.name)
    return kind(**named)


def dump_json(result: object) -> bytes:
    """Serialise a result as JSON; the same result gives the same bytes."""
    return _adapter(type(result)).dump_json(result, by_alias=True)  # type: ignore[arg-type]  # a class is hashable


def source_ref(header: Header) -> SourceRef:
    """The reference to the retrieval that a record's header describes."""
    return {
        "document": header.document,
        "retrieved": header.retrieved,
        "edition": header.edition or None,
        "custody": header.custody.label,
        "record": header.record,
    }
