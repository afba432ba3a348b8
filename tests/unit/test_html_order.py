"""What turns the order of characters round is named in every HTML that is made here."""

from __future__ import annotations

import pytest
from markupsafe import Markup

from provenance_graph.core.texts import in_order
from provenance_graph.forms import render as forms
from provenance_graph.report import rendering

TURNED = "\u202egnp.exe \u2066x\u2069"


@pytest.mark.parametrize("module", [rendering, forms])
def test_a_name_that_reads_otherwise_than_it_is_is_shown_as_it_is(module: object) -> None:
    template = module._environment().from_string("{{ name }}|{{ safe }}|{{ number }}")  # type: ignore[attr-defined]
    text = template.render(name=f"<{TURNED}>", safe=Markup(f"<b>{TURNED}</b>"), number=3)
    marked = "⟪RLO⟫gnp.exe ⟪LRI⟫x⟪PDI⟫"
    assert text == f"&lt;{marked}&gt;|<b>{marked}</b>|3"


def test_scripts_from_right_to_left_stay_as_they_are() -> None:
    assert in_order("مرحبا") == "مرحبا"
    assert isinstance(in_order(Markup(TURNED)), Markup)
