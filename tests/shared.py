"""Material beside the checkout that some tests use; they skip where it is absent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_ROOT = Path(
    os.environ.get("PROVENANCE_GRAPH_SHARED", Path(__file__).resolve().parents[2] / "shared")
)
SHARED: Path | None = _ROOT if _ROOT.is_dir() else None
needs_shared = pytest.mark.skipif(
    SHARED is None, reason="needs the folder of source documents (PROVENANCE_GRAPH_SHARED=…)"
)
