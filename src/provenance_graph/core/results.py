"""How results are described: once, for Python, for the API's schema and for its JSON."""

from __future__ import annotations

from functools import cache

from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

RESULT = ConfigDict(alias_generator=to_camel, validate_by_name=True, serialize_by_alias=True)
"""The configuration of a result (a frozen pydantic dataclass): camelCase names in JSON."""


@cache
def _adapter(kind: type[object]) -> TypeAdapter[object]:
    return TypeAdapter(kind)


def dump_json(result: object) -> bytes:
    """A result as JSON; the same result gives the same bytes."""
    return _adapter(type(result)).dump_json(result, by_alias=True)  # type: ignore[arg-type]  # a class is hashable
