"""Recognition of licences as sources write them: by exact match, or not at all.

A text is looked up in tables: SPDX ids, the Hub's tokens, the names and links of the model licences
that the ontology describes. Texts are compared in a normal form (case, spaces, the words "the",
"license", "version") and never by similarity: a text in no table stays text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

import license_expression

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.formats.licences.lists import exceptions, spdx_ids
from provenance_graph.formats.licences.tables import (
    FAMILIES,
    NO_LICENCE,
    OTHER,
    PROPRIETARY,
    UNDISCLOSED,
    UNKNOWN,
    UNSTATED,
    addresses,
    authority_spellings,
    names,
)

SPDX = "http://spdx.org/licenses/"
_MAX = 300
_DROPPED = frozenset({"the", "license", "licence", "licenses", "agreement", "version"})
_JOINS = ("AND", "OR", "WITH")
_TOKENS = re.compile(r"(\s(?:and|or|with)\s|[()])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class LicenceName:
    """The meaning of a licence text.

    ``value`` is the licence, or the node of an SPDX expression of several, in which case
    ``expression`` holds it in canonical spelling and ``parts`` its licences. Without a value,
    ``stance`` or ``unusable`` gives the reason. ``name`` is set where the licence is in no table
    and is stored under the name (and ``address``) that the source gives it.
    """

    as_stated: str
    value: Iri | None = None
    expression: str = ""
    parts: tuple[Iri, ...] = ()
    name: str = ""
    address: str = ""
    unusable: str = ""
    stance: Stance = Stance.STATED


def normalise(text: str, *, name: str = "", link: str = "") -> LicenceName:
    """The meaning of a licence text; ``name`` and ``link`` stand beside ``other`` in a card.

    >>> normalise("Apache License, Version 2.0").value
    Iri('http://spdx.org/licenses/Apache-2.0')
    >>> normalise("other", name="llama-3.1-community").value
    Iri('https://w3id.org/provenance-graph/id/licence/llama-3.1')
    >>> normalise("mit or apache-2.0").expression
    'MIT OR Apache-2.0'
    >>> normalise("Modified MIT").unusable
    'unrecognised licence'
    """
    stated = _stated(text, name, link)
    if len(text) > _MAX:
        return LicenceName(stated, unusable="unrecognised licence")
    return _normalise(text, name[:_MAX], link[:_MAX], stated)


@lru_cache(maxsize=4096)
def _normalise(text: str, name: str, link: str, stated: str) -> LicenceName:
    form = _form(text)
    if form in OTHER or (form in UNKNOWN | UNSTATED and (name or link)):
        return _other(stated, name, link)
    if status := _no_name(form, stated):
        return status
    if single := _single(text, form):
        return LicenceName(stated, single)
    if form in FAMILIES:
        if (linked := _by_link(link)) and _form(linked.rpartition("/")[2]).startswith(form):
            return LicenceName(stated, linked)  # the address identifies a licence of the family
        return LicenceName(stated, unusable="names a family of licences, not one of them")
    if _TOKENS.search(text) and (result := _expression(text, stated)):
        return result
    if twice := _repeated_in_brackets(text):
        return LicenceName(stated, twice)
    if linked := _by_link(link):
        return LicenceName(stated, linked)
    if name:
        return _as_stated(stated, name, link)
    return LicenceName(stated, unusable="unrecognised licence")


def claims(
    subject: Iri,
    licence_name: LicenceName,
    *,
    basis: Basis | None = None,
    locator: str = "",
    predicate: Iri = DCTERMS.license,
) -> Iterator[Claim]:
    """Yield the claim of a subject's licence, and the claims about the licence's node.

    The stated text is stored wherever the value alone does not reproduce it.
    """
    stated = licence_name.as_stated
    if (
        licence_name.value is not None
        and licence_name.value.rpartition("/")[2].casefold() == stated.casefold()
    ):
        stated = ""
    yield Claim(
        subject,
        predicate,
        licence_name.value,
        stance=licence_name.stance,
        basis=basis,
        as_stated=stated,
        locator=locator if stated or licence_name.value is None else "",
        unusable=licence_name.unusable,
    )
    if licence_name.value is None or licence_name.value.startswith(SPDX):
        return
    if licence_name.name:
        yield Claim(licence_name.value, RDF.type, PG.Licence)
        yield Claim(licence_name.value, SCHEMA.name, literals.text(licence_name.name))
        if licence_name.address:
            yield Claim(licence_name.value, SCHEMA.url, Iri(licence_name.address))
    if licence_name.expression:
        yield Claim(licence_name.value, RDF.type, PG.Licence)
        yield Claim(licence_name.value, SCHEMA.name, literals.text(licence_name.expression))
        for part in licence_name.parts:
            yield Claim(licence_name.value, DCTERMS.references, part)


def _stated(text: str, name: str, link: str) -> str:
    more = "; ".join(
        f"{key}: {value}" for key, value in (("name", name), ("link", link)) if value.strip()
    )
    display_text = (
        f"{text} ({more})" if more and _form(text) in OTHER | UNKNOWN | UNSTATED else text
    )
    return literals.text(
        display_text if len(display_text) <= 500 else display_text[:499] + "…"
    ).lexical


def _form(text: str) -> str:
    """The normal form in which names are compared."""
    folded = unicodedata.normalize("NFKC", text[:_MAX]).casefold()
    words = [w.strip(".") for w in re.split(r"[^\w.+]+|_", folded)]
    retained = [w for w in words if w and w not in _DROPPED] or [w for w in words if w]
    if not retained:  # only punctuation: a dash is a blank field, any other is no name
        return "" if folded.strip() in ("", "-", "--", "–", "—") else "?"
    return "-".join(re.sub(r"^v(?=\d)", "", word) for word in retained)


def _no_name(form: str, stated: str) -> LicenceName | None:
    if form in UNSTATED:
        return LicenceName(stated, stance=Stance.NOT_STATED)
    if form in UNDISCLOSED:
        return LicenceName(stated, stance=Stance.REPORTS_UNDISCLOSED)
    if form in UNKNOWN:
        return LicenceName(stated, unusable="the source does not know the licence")
    if form in NO_LICENCE:
        return LicenceName(stated, stance=Stance.DECLARED_EMPTY)
    return None


def _other(stated: str, name: str, link: str) -> LicenceName:
    by_link = _by_link(link)
    by_name = _single(name, _form(name)) if name.strip() else None
    if by_link and by_name and by_link != by_name:
        return LicenceName(stated, unusable="its name and its link mean different licences")
    if result := by_link or by_name:
        return LicenceName(stated, result)
    return _as_stated(stated, name, link)


_NAMELESS = OTHER | UNKNOWN | UNSTATED | UNDISCLOSED | NO_LICENCE | FAMILIES | PROPRIETARY


def _as_stated(stated: str, name: str, link: str) -> LicenceName:
    """A licence in no table, as an entity with the name or address that the source gives.

    Words such as "custom" and names of families identify no licence.
    """
    named = name.strip()
    form = _form(named)
    file = re.fullmatch(r"(?:\./)?licen[cs]es?(?:[._-]?(?:md|txt|rst|model|weights))?", named, re.I)
    if file or form in _NAMELESS or not re.search(r"[^\W_]", named):
        named = ""
    address = link.strip() if iris.is_iri(link.strip()) and "://" in link else ""
    if not named and not address:
        return LicenceName(stated, unusable="unrecognised licence")
    local = iris.slug(named or re.sub(r"^https?://(?:www\.)?", "", address))[:150]
    node = iris.mint("licence", "stated", local)
    return LicenceName(stated, node, name=named or address, address=address)


def _single(text: str, form: str) -> Iri | None:
    bare = text.strip()
    if "://" in bare:
        return _by_link(bare)
    if form in PROPRIETARY:
        return iris.mint("licence", "proprietary")
    if short := names().short_forms.get(form):
        return _iri(short)
    if form in FAMILIES or "?" in bare:  # a question is not a statement
        return None
    known = spdx_ids()
    result = (
        known.get(bare.casefold())
        or _forms().get(form)
        or known.get(_legal_title(form))
        or known.get(_gnu(bare))
    )
    return _iri(result) if result else None


def _repeated_in_brackets(text: str) -> Iri | None:
    """A licence whose short name repeats it in brackets: ``MIT License (MIT)``; else None."""
    match = re.fullmatch(r"([^()]+)\(([^()]+)\)\s*", text.strip())
    long, short = (_single(part, _form(part)) for part in match.groups()) if match else (None, None)
    return long if long == short else None


_GNU = re.compile(
    r"(?:gnu[ -])?([al]?gpl)[ -]?v?(\d)(\.\d)?(?:[ -]?only|(\+|[ ,-]*or[ -](?:any[ -])?later(?: version)?))?"
)


def _gnu(text: str) -> str:
    """The SPDX id, in lower case, of an abbreviated GNU licence; else empty.

    >>> _gnu("GPLv2+"), _gnu("GNU Lesser General Public License v3"), _gnu("GPL v3 or later")
    ('gpl-2.0-or-later', 'lgpl-3.0-only', 'gpl-3.0-or-later')
    """
    match = _GNU.fullmatch(_short_gnu(text.casefold().strip()))
    if match is None:
        return ""
    return f"{match[1]}-{match[2]}{match[3] or '.0'}-{'or-later' if match[4] else 'only'}"


def _short_gnu(text: str) -> str:
    for words, letter in (("lesser ", "l"), ("affero ", "a"), ("", "")):
        text = re.sub(rf"{words}general public licen[cs]e,?(?: version)?", f"{letter}gpl", text)
    return text


_CC_TITLE = re.compile(
    r"(?:creative-commons-|cc-)?attribution((?:-(?:noncommercial|non-commercial|sharealike"
    r"|share-alike|noderivatives|noderivs|no-derivatives))*)-(\d\.\d)"
    r"(?:-(?:international|unported|generic|public|deed|legal|code))*"
)
_CC_SHORT = re.compile(
    r"(cc0|cc-by(?:-nc)?(?:-sa|-nd)?)-(\d\.\d)-(?:international|universal|unported)"
)
_CC_PARTS = (("non-?commercial", "nc"), ("share-?alike", "sa"), ("no-?deriv(?:ative)?s", "nd"))


def _legal_title(form: str) -> str:
    """The SPDX id, in lower case, of a Creative Commons licence by its legal title; else empty.

    >>> _legal_title("creative-commons-attribution-noncommercial-4.0-international-public")
    'cc-by-nc-4.0'
    """
    if short := _CC_SHORT.fullmatch(form):
        return f"{short[1]}-{short[2]}"
    match = _CC_TITLE.fullmatch(form)
    if match is None:
        return ""
    kinds = "".join(f"-{short}" for words, short in _CC_PARTS if re.search(words, match[1]))
    return f"cc-by{kinds}-{match[2]}"


def _iri(known: str) -> Iri:
    """The IRI of a licence by SPDX id (in SPDX's namespace if listed there) or by our own id."""
    spdx = spdx_ids().get(known.casefold())
    return Iri(SPDX + spdx) if spdx == known else iris.mint("licence", spdx or known)


def _by_link(link: str) -> Iri | None:
    if "://" not in link:
        return None
    try:
        parts = urlsplit(link.strip())
    except ValueError:
        return None
    host = (parts.netloc or "").lower().removeprefix("www.")
    where = unquote(f"{host}{parts.path}").rstrip("/").lower()
    if m := re.fullmatch(
        r"creativecommons\.org/licenses/(by(?:-nc)?(?:-sa|-nd)?)/(\d\.\d)(?:/(?:deed|legalcode).*)?",
        where,
    ):
        result = spdx_ids().get(f"cc-{m[1]}-{m[2]}")
        return _iri(result) if result else None
    if m := re.fullmatch(
        r"(?:spdx\.org/licenses|choosealicense\.com/licenses|opensource\.org/licenses?)/([\w.+-]+?)(?:\.html)?",
        where,
    ):
        result = spdx_ids().get(m[1]) or _forms().get(_form(m[1]))
        return _iri(result) if result else None
    for spelling in authority_spellings(where):
        if known := spdx_ids().get(spelling):
            return _iri(known)
    for pattern, known in addresses():
        if pattern.fullmatch(where):
            return _iri(known)
    return None


def _expression(text: str, stated: str) -> LicenceName | None:
    """An SPDX expression with operators in any case and licences in any known spelling; or None.

    The library parses operators and brackets. The names between them may hold spaces and commas,
    which it rejects, so that they are replaced by numbered placeholders.
    """
    words = [w.strip() for w in _TOKENS.split(text) if w.strip()]
    runs = [w for w in words if w not in "()" and w.upper() not in _JOINS]
    numbered = iter(range(len(runs)))
    shape = " ".join(w if w in "()" or w.upper() in _JOINS else f"n{next(numbered)}" for w in words)
    try:
        tree = license_expression.Licensing().parse(shape, validate=False)
    except (license_expression.ExpressionError, RecursionError):
        return None
    parts: dict[Iri, None] = {}
    expression = _rendered(tree, runs, parts)
    if not expression:
        return None
    if len(parts) == 1 and " WITH " not in expression:
        return LicenceName(stated, next(iter(parts)))
    node = iris.mint("licence", "expression", expression)
    return LicenceName(stated, node, expression, tuple(parts))


def _rendered(tree: Any, runs: Sequence[str], parts: dict[Iri, None]) -> str:
    """A parsed expression in canonical spelling, or empty; its licences are added to ``parts``."""
    if isinstance(tree, license_expression.LicenseWithExceptionSymbol):
        head = _rendered(tree.license_symbol, runs, parts)
        exception = exceptions().get(_run(tree.exception_symbol, runs).casefold())
        return f"{head} WITH {exception}" if head and exception else ""
    if isinstance(tree, license_expression.LicenseSymbol):
        word = _run(tree, runs)
        part = _single(word, _form(word))
        if part is None:
            return ""
        parts[part] = None
        return part[len(SPDX) :] if part.startswith(SPDX) else iris.local_name(part)
    texts = [_rendered(each, runs, parts) for each in tree.args]
    if not all(texts):
        return ""
    inner = [
        f"({text})" if getattr(each, "args", ()) else text
        for each, text in zip(tree.args, texts, strict=True)
    ]
    return f" {tree.operator.strip()} ".join(inner)


def _run(symbol: Any, runs: Sequence[str]) -> str:
    return runs[int(str(symbol.key)[1:])]


@cache
def _forms() -> Mapping[str, str]:
    """Licence ids by normal form; a form shared by two SPDX ids is omitted."""
    results: dict[str, str] = {}
    doubtful: set[str] = set()
    for text, spdx in spdx_ids().items():
        form = _form(text)
        if results.setdefault(form, spdx) != spdx:
            doubtful.add(form)
    for form in doubtful:
        del results[form]
    known = names()
    for table in (known.labels, known.scancode_keys, known.hub_tokens):
        results.update({_form(text): ours for text, ours in table.items()})
    return MappingProxyType(results)
