"""Reads descriptions that ship as TOML files, one per file: forms, lists of elements."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from provenance_graph.core.errors import UsageError
from provenance_graph.core.resources import folder


class Shipped(BaseModel):
    """Base of descriptions read from a TOML file; ``id`` equals the file's name without suffix."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str


S = TypeVar("S", bound=Shipped)


def read_shipped(path: Path, kind: type[S]) -> S:
    """Read a description from its file; raises UsageError with the place of the fault."""
    try:
        described = kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name}: not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = "/".join(map(str, first["loc"]))
        raise UsageError(f"{path.name}: {where}: {first['msg']}") from error
    if described.id != path.stem:
        raise UsageError(f"{path.name}: its id is {described.id!r}; the file is named otherwise")
    return described


def all_shipped(name: str, kind: type[S]) -> Mapping[str, S]:
    """Read every description below the folder ``ontology/NAME``, by id."""
    paths = sorted((folder("ontology") / name).glob("*.toml"))
    return MappingProxyType({one.id: one for one in (read_shipped(p, kind) for p in paths)})
