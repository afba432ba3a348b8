"""A list of elements as data: one file a list, ``ontology/elements/NAME.toml``.

Each element says where it stands in each format, in the form ``SCOPE:PATH``, and by which of
our properties a model answers it. Any of the places will do. A scope with several members
(every component) is met where each member has it. ``@NAME`` is a reading that no path can put;
``rel.NAME`` a relationship that begins at the member.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from provenance_graph.core.errors import UsageError
from provenance_graph.core.resources import folder

SCOPES = frozenset({"document", "sbom", "system", "model", "dataset", "component", "type"})


class Element(BaseModel):
    """One element: its number, title, and where it stands."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    title: str = Field(min_length=1)
    group: str = ""
    spdx3: tuple[str, ...] = ()
    cyclonedx: tuple[str, ...] = ()
    properties: tuple[str, ...] = ()

    @field_validator("spdx3", "cyclonedx")
    @classmethod
    def _places(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        for place in given:
            if place.partition(":")[0] not in SCOPES:
                raise ValueError(f"{place!r} begins with none of {', '.join(sorted(SCOPES))}")
        return given


class ElementList(BaseModel):
    """A list: who published it, in which edition, and its elements."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    edition: str
    source: str
    licence: str
    note: str = ""
    elements: tuple[Element, ...] = Field(alias="element")


def read(path: Path) -> ElementList:
    """A list from its file; raises UsageError with the place of the fault."""
    try:
        made = ElementList.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: no TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        raise UsageError(f"{path.name}: {where}: {first['msg']}") from error
    if made.id != path.stem:
        raise UsageError(f"{path.name}: its id is {made.id!r}; the file is named otherwise")
    return made


@cache
def lists() -> Mapping[str, ElementList]:
    """Every list that ships, by id."""
    matches = (read(path) for path in sorted((folder("ontology") / "elements").glob("*.toml")))
    return MappingProxyType({one.id: one for one in matches})
