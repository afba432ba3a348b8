"""Query parameters that many routes take."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

AsOf = Annotated[str, Query(max_length=40, description="As known on that day (ISO date).")]
Many = Annotated[list[str], Query(max_length=50)]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str, Query(max_length=20, description="The `next` of the part before.")]
