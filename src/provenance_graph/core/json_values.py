"""Types of JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, "Sequence[Json]", "Mapping[str, Json]", None]
"""A JSON value; read-only types, so that narrower lists and objects are such values."""

JsonObject: TypeAlias = dict[str, Json]
"""A JSON object that is built to be serialised."""
