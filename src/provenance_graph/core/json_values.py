"""What JSON holds, as types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

Json: TypeAlias = Union[bool, int, float, str, "Sequence[Json]", "Mapping[str, Json]", None]
"""A value as JSON has it; read-only, so that narrower lists and objects are such values."""

JsonObject: TypeAlias = dict[str, Json]
"""An object that is made to be written as JSON."""
