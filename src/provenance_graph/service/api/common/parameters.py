"""Query parameters that many routes take."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator


def _digits(given: object) -> object:
    """A number's text where it is one in plain digits; raises ValueError, as ``1_0`` is none."""
    if isinstance(given, str) and not re.fullmatch(r"-?[0-9]{1,18}", given):
        raise ValueError("a whole number in digits is expected")
    return given


DIGITS = BeforeValidator(_digits)
"""What makes a parameter an integer as HTTP writes one; behind its bounds, which OpenAPI else loses."""

AsOf = Annotated[str, Query(max_length=40, description="As known on that day (ISO date).")]
Many = Annotated[list[str], Query(max_length=50)]
Limit = Annotated[int, Query(ge=1, le=500), DIGITS]
Cursor = Annotated[str, Query(max_length=20, description="The `next` of the part before.")]
