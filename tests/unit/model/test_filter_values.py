"""What a value of a filter costs that nothing has."""

from __future__ import annotations

from typing import Any

import pytest

from provenance_graph.core.errors import NotFound
from provenance_graph.model.search import filters


class Catalogue:
    """Many developers."""

    def values(self, _: str) -> list[str]:
        return [f"developer {number}" for number in range(1_000)]


def nobody(*_: object, **__: object) -> None:
    raise NotFound("nobody")


def test_a_long_value_is_folded_once_and_not_for_each_name(monkeypatch: pytest.MonkeyPatch) -> None:
    sent, folded, fold = "é." * 3_000, [], filters.fold

    def counted(text: str) -> str:
        folded.append(text)
        return fold(text)

    monkeypatch.setattr(filters, "fold", counted)
    monkeypatch.setattr(filters, "find_entity", nobody)
    catalogue: Any = Catalogue()
    snapshot: Any = None
    with pytest.raises(NotFound):
        filters._developer(snapshot, catalogue, sent)
    assert folded.count(sent) == 2  # as a value, and as the beginning of one
