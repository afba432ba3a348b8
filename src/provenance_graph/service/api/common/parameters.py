"""Query parameters that many routes take."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator


def _digits(given: object) -> object:
    """The text of a number, unchanged, if it is plain digits; raises ValueError for ``1_0``."""
    if isinstance(given, str) and not re.fullmatch(r"-?[0-9]{1,18}", given):
        raise ValueError("a whole number in digits is expected")
    return given


DIGITS = BeforeValidator(_digits)
"""Validator that accepts an integer parameter in plain digits only. It stands after the bounds
in an annotation; otherwise OpenAPI loses the bounds."""

AsOf = Annotated[str, Query(max_length=40, description="As known on that day (ISO date).")]
Many = Annotated[list[str], Query(max_length=50)]
Limit = Annotated[int, Query(ge=1, le=500), DIGITS]
Cursor = Annotated[str, Query(max_length=20, description="The `next` of the part before.")]
