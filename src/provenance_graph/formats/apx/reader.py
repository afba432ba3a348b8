"""Model pages of APX (apxml.com) as text: specification, scores, ranks, transparency report.

Facts are about the model; scores and ranks are about the configuration where the page is about a
mode of a model ("… Thinking"). On mixture-of-experts pages "Active Parameters" holds the total and
"Total Expert Parameters" the active count; both are stored as Inference with a Problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.formats.apx.fields import FIELDS
from provenance_graph.formats.apx.keys import KEYS, leaves
from provenance_graph.formats.apx.page import ApxPage, parse
from provenance_graph.formats.document import Document, Features, Origin, Reader

if TYPE_CHECKING:
    from provenance_graph.formats.apx.claims import Named

_MODES = re.compile(
    r"\s+\(?(?P<mode>(?:Extended )?(?:Non-)?(?:Thinking|Reasoning)|(?:High|Medium|Low|Max|Minimal)(?: Effort)?)\)?$",
    re.IGNORECASE,
)
_HYBRID = re.compile(
    r"\bhybrid (?:reasoning )?model\b|\b(?:optional )?(?:extended )?thinking (?:mode|variants)\b",
    re.IGNORECASE,
)


def recognises(features: Features) -> bool:
    """Whether at least three of the first lines are labels of a model page."""
    card = features.name.lower().endswith("readme.md") or features.lines[:1] == ("---",)
    if features.syntax not in ("text", "markdown") or card:
        return False
    labels = {" ".join(line.casefold().strip().rstrip(":").split()) for line in features.lines}
    heads = {re.split(r"[:\t|]", label, maxsplit=1)[0].strip() for label in labels}
    return len((labels | heads) & FIELDS.keys()) >= 3


def naming(page: ApxPage, url: str) -> Named:
    """The subject of the page: from its title, else its first sentence, else its address.

    Raises Unreadable when nothing names the model.
    """
    from provenance_graph.formats.apx.claims import (
        Named,
    )  # imported late: the patterns are needed only for reading a page
    from provenance_graph.formats.apx.prose_patterns import model_slug

    result = _page_name(page)
    slug = _url_slug(url)
    if not result and not slug:
        raise Unreadable(
            url,
            "nothing names the model: no title, no sentence such as '… is a …', no /models/ address",
        )
    name = result or slug
    mode = _MODES.search(name)
    if mode and _is_mode_of(name[: mode.start()], name, page):
        base = name[: mode.start()]
        whole = slug or model_slug(name)
        short = re.sub(rf"-{re.escape(iris.slug(mode['mode']))}$", "", whole)
        return Named(base, short, mode["mode"], name, whole)
    return Named(name, slug or model_slug(name))


def _page_name(page: ApxPage) -> str:
    from provenance_graph.formats.apx.claims import OPENING

    for line in page.titles:
        if re.search(r"[A-Za-z]", line.text) and not line.text.casefold().startswith("apx"):
            return line.text
    for paragraph in page.paragraphs:
        opening = OPENING.match(paragraph.text)
        if opening and opening["name"].split()[0] not in ("The", "This", "It", "A", "An"):
            return opening["name"].strip()
    return ""


def _url_slug(url: str) -> str:
    parts = urlsplit(url) if url.startswith("http") else None
    result = re.search(r"/models/([\w.-]+)/?$", parts.path) if parts else None
    return result[1].lower() if result and parts and parts.netloc.endswith("apxml.com") else ""


def _is_mode_of(base: str, name: str, page: ApxPage) -> bool:
    """Whether the text treats a mode word in a name as a configuration of one model."""
    text = "\n".join(p.text for p in page.paragraphs)
    alone = re.search(
        rf"{re.escape(base)}(?!\s*\(?{re.escape(name[len(base) :].strip(' ()'))})", text
    )
    return bool(alone and _HYBRID.search(text))


def _origin(document: Document) -> Origin:
    page = parse(document.text)
    about = naming(page, document.url)
    url = document.url
    return Origin(
        local=about.local,
        publisher=iris.organization("APX"),
        title=about.configuration_name or about.name,
        url=url if url.startswith("http") else None,
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of a page, and problems for what was not understood."""
    from provenance_graph.formats.apx.claims import claims

    page = parse(document.text)
    about = naming(page, document.url)
    if not page.fields:
        yield Problem(
            "L1", "no specification field found", "expected labels such as 'Context Length'"
        )
    yield from claims(page, about)


SYNTAXES = ("text", "markdown")

READER = Reader(
    format="apx",
    title="Model page of apxml.com as text",
    recognises=recognises,
    origin=_origin,
    read=read,
    version="5",
    keys=KEYS,
    leaves=leaves,
)
