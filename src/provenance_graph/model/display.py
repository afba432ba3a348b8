"""Texts of values for display in commands, reports and forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def value_text(value: object) -> str:
    """A value of an answer as text: numbers grouped by thousands, an entity by its label.

    >>> value_text(200000), value_text(3.8e25), value_text(True), value_text(None)
    ('200,000', '3.8e+25', 'yes', '')
    >>> value_text([{"iri": "urn:a", "id": "a", "label": "A"}, 2])
    'A, 2'
    """
    if isinstance(value, Mapping):
        return str(value.get("label") or value.get("id") or value["iri"])
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) > 9999 else str(value)
    if isinstance(value, float):
        return f"{value:,.10g}" if abs(value) < 1e15 else f"{value:.6g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(value_text, value))
    return "" if value is None else str(value)


def with_unit(text: str, unit: str | None) -> str:
    """A value's text with its unit, singular after 1; units of rates stay as they are.

    >>> with_unit("1", "heads"), with_unit("32", "heads"), with_unit("1", "USD per million tokens")
    ('1 head', '32 heads', '1 USD per million tokens')
    """
    if not unit or not text:
        return text
    one = text == "1" and " per " not in unit
    return f"{text} {unit.removesuffix('s') if one else unit}"
