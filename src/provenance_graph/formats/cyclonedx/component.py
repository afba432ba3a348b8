"""Reader of a CycloneDX component's own fields: type, version, maker, licences."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.cyclonedx.bom import SOURCE
from provenance_graph.formats.cyclonedx.keys import MODEL
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import packages
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name


def kind(part: dict[Any, Any], model: Iri, key: str) -> Iterator[Claim]:
    """Yield the stated type of a component that is read as a model because of its card."""
    stated = scalar_text(part.get("type"))
    if stated not in ("", MODEL):
        yield coverage.other(model, key, stated)


def version(part: dict[Any, Any], model: Iri, purl: packages.Package | None) -> Iterator[Claim]:
    """Yield the revision in the package URL and the component's version, each as a version."""
    stated, revision = stated_name(part.get("version")), purl.version if purl else ""
    for each in dict.fromkeys((revision, stated)):
        yield from packages.version_of(SOURCE, model, each[: statements.MAX_STATED])
    group = stated_name(part.get("group"))
    if purl and group and group.casefold() != purl.repository.partition("/")[0].casefold():
        yield coverage.other(model, "group", group)


def made(part: dict[Any, Any], subject: Iri) -> Iterator[Claim]:
    """Yield the maker: the manufacturer, else the publisher, else the authors; never the supplier."""
    single = stated_name(mapping(part.get("manufacturer")).get("name")) or stated_name(
        part.get("publisher")
    )
    authors = [stated_name(mapping(author).get("name")) for author in as_list(part.get("authors"))]
    for maker in [single] if single else authors or [stated_name(part.get("author"))]:
        yield from statements.made_by(subject, maker)
    others = [("authors", each) for each in (*authors, stated_name(part.get("author")))]
    for key, other in (
        [("publisher", stated_name(part.get("publisher"))), *others] if single else ()
    ):
        if other and other != single:
            yield coverage.other(subject, key, other)


def _is_concluded(item: dict[Any, Any]) -> bool:
    stated = item.get("acknowledgement") or mapping(item.get("license")).get("acknowledgement")
    return scalar_text(stated) == "concluded"


_SPDX_INDEX = re.compile(r"https?://(?:www\.)?spdx\.org/licenses/?")


def licences(part: dict[Any, Any], subject: Iri, where: str) -> ReaderOutput:
    """Yield the licences of a component; how several of them combine is not stated.

    A licence concluded by analysis is an inference, beside those that the component's maker
    declared.
    """
    items = as_list(part.get("licenses"))
    concluded = [_is_concluded(mapping(item)) for item in items]
    for n, raw in enumerate(items):
        item, location = mapping(raw), f"{where}/licenses/{n}"
        single = mapping(item.get("license"))
        text = (
            scalar_text(item.get("expression"))
            or scalar_text(single.get("id"))
            or scalar_text(single.get("name"))
            or scalar_text(item.get("license"))
            or scalar_text(raw)
        )
        url = scalar_text(single.get("url"))
        if _SPDX_INDEX.fullmatch(url):
            yield coverage.other(subject, "licenses.license.url", url)
            url = ""  # the address of the licence list identifies no licence
        if not text and not url:
            yield Problem(location, "a licence without id, name or expression", kind="licence")
            continue
        stated = ""
        named = scalar_text(single.get("name"))  # an id outside SPDX's list identifies no licence
        basis = Basis.INFERENCE if concluded[n] else None
        alike = concluded.count(concluded[n])
        for claim in statements.licensed(
            subject, text, name=named, link=url, locator=location, basis=basis
        ):
            stated += claim.as_stated
            partly = alike > 1 and claim.predicate == DCTERMS.license
            yield packages.partly(claim, location) if partly and claim.value else claim
        if url and url not in stated:
            yield coverage.other(subject, "licenses.license.url", url)
        if named and named not in (text, stated):
            yield coverage.other(subject, "licenses.license.name", named)
        if body := _attached(single.get("text")):
            yield coverage.other(subject, "licenses.license.text", body)


def _attached(attachment: object) -> str:
    """The text of an attachment, decoded where it is said to be Base64 and is.

    >>> _attached({"content": "Tm8gd2VhcG9ucy4=", "encoding": "base64"}), _attached("Be kind.")
    ('No weapons.', 'Be kind.')
    """
    content = scalar_text(mapping(attachment).get("content")) or scalar_text(attachment)
    if scalar_text(mapping(attachment).get("encoding")) == "base64":
        with suppress(ValueError):
            return base64.b64decode(content).decode()
    return content
