"""Notices to ship or show with a model: licence copies, notices, texts, its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from provenance_graph.core.iris import short_id
from provenance_graph.licences.results import Notice, Term
from provenance_graph.lineage.words import saying

if TYPE_CHECKING:
    from provenance_graph.licences.context import LicenceContext

_WORDED = {
    "keep-notices": ("notice", "keep the copyright and other notices of {holder}"),
    "attribution": ("notice", "attribute {holder}"),
    "indicate-changes": ("notice", "say what was changed from {holder}"),
    "state-changes": ("notice", "state prominently which files were changed from {holder}"),
    "link-licence": ("notice", "link to {licence}"),
    "notice-file": ("file", "ship the NOTICE file of {holder}"),
    "attribution-notice-file": ("file", "ship a NOTICE file with the attribution line of {holder}"),
    "flow-down-use-restrictions": (
        "terms",
        "pass the use restrictions of {licence} on as an enforceable provision",
    ),
    "acceptable-use-policy": ("terms", "refer to the acceptable use policy of {licence}"),
    "share-alike": ("terms", "license the model under {licence}"),
    "share-alike-database": ("terms", "license derived databases under {licence}"),
    "source-disclosure": ("file", "give the corresponding source"),
    "keep-or-improve-documentation": ("file", "give documentation of the same or better quality"),
}


def notices(now: LicenceContext) -> Iterator[Notice]:
    """Every notice to ship with the model, in the order of the terms that require them."""
    seen = set()
    for term in now.terms:
        if term.binding != "binds" or not term.condition.duty:
            continue
        for notice in _of(term):
            key = (notice.kind, notice.text)
            if key not in seen:
                seen.add(key)
                yield notice


def _of(term: Term) -> Iterator[Notice]:
    licence, key = term.licence, term.condition.key
    clause = licence.clause(key).location

    def notice(kind: str, text: str) -> Notice:
        return Notice(kind, text, licence, clause, term.holder)

    if key == "copy-of-licence":
        where = f" ({licence.url})" if licence.url else ""
        yield notice("file", f"a copy of {licence.label or licence.name}{where}")
    elif key == "name-prefix":
        if term.path:
            yield notice("name", f"begin the model's name with {licence.prefix!r}")
    elif key == "display-text":
        yield notice("display", " or ".join(f'"{text}"' for text in licence.display))
    elif key in ("attribution-notice-file", "notice-file") and licence.notice:
        yield notice("file", f'NOTICE: "{licence.notice}"')
    elif key in ("state-changes", "indicate-changes") and not term.path:
        return  # the model's own licence: nothing was changed
    elif key in _WORDED:
        kind, text = _WORDED[key]
        changed = (
            f" ({saying(term.path[0].relation)} it)" if term.path and "changed" in text else ""
        )
        yield notice(
            kind, text.format(holder=short_id(term.holder), licence=licence.name) + changed
        )
