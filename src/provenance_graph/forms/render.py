"""Renders a filled form as a printable page, as Markdown, and as JSON that can be imported."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from provenance_graph.core.iris import minted_kind, spaced
from provenance_graph.core.results import dump_json
from provenance_graph.core.texts import displayed
from provenance_graph.forms.answers import STATUSES, FilledForm

FORMAT = "provenance-graph form 1"


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("provenance_graph.forms"),
        autoescape=True,
        finalize=displayed,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["spaced"] = spaced
    made.filters["status"] = STATUSES.__getitem__
    made.filters["linked"] = _linked
    made.filters["anchor"] = lambda text: re.sub(r"[^\w.-]", "-", text)
    return made


def _linked(text: str) -> str | Markup:
    """A link if the whole text is a web address; otherwise the text."""
    if not re.fullmatch(r"https?://[^\s/]\S*", text):
        return text
    return Markup('<a href="{0}">{0}</a>').format(text)


def html(form: FilledForm) -> str:
    """Render one self-contained printable file; the same form gives the same bytes."""
    return _environment().get_template("form.html").render(form=form)


def as_json(form: FilledForm) -> str:
    """Serialise the form as JSON, with the property behind each value."""
    value = {"format": FORMAT, **json.loads(dump_json(form))}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def markdown(form: FilledForm) -> str:
    """Render the form as Markdown with footnotes."""
    lines = [f"# {_md(form.title)}: {_md(form.name)}", "", *_head(form)]
    for section in form.sections:
        lines += ["", f"## {_md(section.title)}", ""]
        lines += [_md(section.note), ""] if section.note else []
        for field in section.fields:
            lines.append(f"**{_md(field.id)} {_md(field.title)}** ({STATUSES[field.status]})")
            lines += [f"*{_md(field.help)}*"] if field.help else []
            lines.append("")
            for value in field.distinct_values:
                of = f"{_md(value.of)}: " if value.of else ""
                label = f"{_md(value.label)}: " if field.labelled else ""
                whose = [field.mark(value)] if field.mark(value) else []
                whose += ["sources disagree"] if value.contested else []
                marks = f" ({'; '.join(whose)})" if whose else ""
                marks += "".join(f"[^{number}]" for number in value.footnotes)
                lines.append(f"- {of}{label}{_md(value.text)}{marks}")
            if field.missing:
                lines.append(f"- without a value: {_md(', '.join(field.missing))}")
            if not field.values:
                cited = "".join(f"[^{number}]" for number in field.footnotes)
                lines.append(f"- ask {_md(field.ask)}{cited}")
            lines += [f"- {_md(note)}" for note in field.notes]
            lines += [f"- binds {_md(field.binds)}"] if field.binds else []
            lines.append("")
    lines.append("## Sources")
    lines.append("")
    for note in form.footnotes:
        receipt = note.receipt
        location = f", {_md(receipt['place'])}" if receipt["place"] else ""
        lines.append(
            f"[^{note.number}]: <{receipt['document']}>{location}. {_md(receipt['publisher'])}, "
            f"{spaced(receipt['basis'])}, custody {receipt['custody'].lower()}, retrieved "
            f"{receipt['retrieved'][:10]}. Claim <{receipt['claim']}>."
        )
    return "\n".join(lines) + "\n"


def _head(form: FilledForm) -> list[str]:
    counts = ", ".join(f"{count} {STATUSES[status][2:]}" for status, count in form.counts.items())
    matches = [
        f"{_md(form.authority)}, {_md(form.edition)}: <{form.source}>",
        "",
        f"{minted_kind(form.iri).capitalize() or 'Model'} `{form.model}`"
        + (f", developed by {_md(form.developer)}" if form.developer else "")
        + f"; as known on {form.as_of or form.day}. Fields: {counts}.",
        "",
        f"Store {form.store}, {form.software}. Made again by `{form.command} --format md`.",
    ]
    matches += ["", _md(form.note)] if form.note else []
    matches += ["", f"**{_md(form.unknown)}**"] if form.unknown else []
    return matches


def _md(text: str) -> str:
    """Escape the characters special to Markdown and HTML, on one line."""
    flat = " ".join(text.split())
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", flat).replace("&", "&amp;")


RENDERERS: Mapping[str, Callable[[FilledForm], str]] = MappingProxyType(
    {"html": html, "md": markdown, "json": as_json}
)
"""Renderers by the format names of ``--format``."""
MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {"html": "text/html", "md": "text/markdown", "json": "application/json"}
)
