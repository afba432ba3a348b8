"""Claims that several readers make in the same way: names, makers, links, dates, quantities.

Every function takes values as parsers give them and never raises on them. A value that cannot be
parsed becomes a claim without a value, with the text stored as stated and the reason.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from provenance_graph.core import hub, iris, literals, papers
from provenance_graph.core.claims import Basis, Claim, Literal, Precision, Problem, Stance
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import Iri
from provenance_graph.core.literals import UNWRITABLE
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS, SCHEMA, XSD
from provenance_graph.formats.licences import names as licence_names

MAX_STATED = 300
"""The most characters of a text stored as stated: a value's own words, not a paragraph."""

LINK = hub.MAX_ADDRESS
"""The most characters of an address."""

hub_model, hub_dataset = hub.model_name, hub.dataset_name
hub_page = hub.page

_ESCAPE = re.compile(r"\\(?:[uU](?:0000)?(?:0000|[dD][89a-fA-F])|x00|0)")
_CODE_HOST = re.compile(
    r"https?://(?:(?:www\.)?(?:github|gitlab|bitbucket)\.\w+|raw\.githubusercontent\.com)/",
    re.IGNORECASE,
)
_CODE_FILE = re.compile(
    r"//raw\.|//[^/]+/[^/]+/[^/]+/(?:[^/]+/)*?(?:blob|raw|edit|blame)/[^/]+/[^/]"
    r"|//bitbucket\.\w+/[^/]+/[^/]+/src/(?:[^/]+/)+[^/]*\.(?:md|pdf|txt|rst)$",
    re.IGNORECASE,
)
_CARD_FILE = re.compile(r"model[-_ ]?card[^/]*$", re.IGNORECASE)
_PAGES = r"issues|pulls?|wiki|discussions|releases|merge_requests|actions|commits?"
_CODE_LOCATION = re.compile(
    rf"https?://[^/]+/(?!orgs/|sponsors/|topics/|features/)[^/]+/[^/]+(?!/(?:-/)?(?:{_PAGES})(?:/|$))(?:/|$)",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://[^\s<>\"{}|^`\\]+")


def clean(text: str) -> str:
    r"""A text with NUL and unpaired surrogates, which RDF cannot carry, replaced by U+FFFD.

    >>> clean("a" + chr(0)) == "a" + chr(0xFFFD)
    True
    """
    if text.isascii() and "\0" not in text:  # the fast path for nearly all texts
        return text
    return UNWRITABLE.sub("\ufffd", text) if UNWRITABLE.search(text) else text


def sanitise(value: Any, text: str) -> Any:
    """A parsed document with its texts cleaned, if its source text has unwritable characters."""
    return _sanitised(value) if "\0" in text or _ESCAPE.search(text) else value


def _sanitised(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_sanitised(item) for item in value]
    if isinstance(value, dict):
        return {_sanitised(key): _sanitised(item) for key, item in value.items()}
    return value


def scalar_text(value: Any) -> str:
    """A scalar as the text it was, stripped; empty for lists, mappings and null.

    >>> scalar_text(" MIT "), scalar_text(3), scalar_text(True), scalar_text(None), scalar_text(["x"])
    ('MIT', '3', 'true', '', '')
    """
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value) if not isinstance(value, int) or abs(value) < 1 << 4000 else ""
    if isinstance(value, date):
        return value.isoformat()
    return ""


def stated_name(value: Any) -> str:
    """A scalar as a name: its text, cut to MAX_STATED characters."""
    return scalar_text(value)[:MAX_STATED]


def literal(text: str) -> Literal:
    """A text as a literal, cut to MAX_STATED characters."""
    return Literal(clean(text[:MAX_STATED]))


def mapping(value: Any) -> dict[Any, Any]:
    """The value where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The value as a list: a list itself, empty for null, else a list of the one value."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_a(subject: Iri, kind: Iri, name: str = "") -> tuple[Claim, ...]:
    """Claims of an entity's class and, where given, its name."""
    if name:
        return Claim(subject, RDF.type, kind), Claim(subject, SCHEMA.name, literal(name))
    return (Claim(subject, RDF.type, kind),)


def called(subject: Iri, kind: Iri, id_: str) -> tuple[Claim, ...]:
    """Claims of the class of an entity given by its id only, and of a name inferred from the id.

    The source does not state the entity's name: a name that another source states takes precedence.
    """
    name = Claim(subject, SCHEMA.name, literal(id_), basis=Basis.INFERENCE)
    return Claim(subject, RDF.type, kind), name


@lru_cache(maxsize=4096)
def named_organization(name: str) -> Iri:
    """The IRI of an organization by name."""
    return iris.organization(name)


@lru_cache(maxsize=4096)
def _organization(name: str) -> tuple[Claim, ...]:
    return is_a(named_organization(name), PG.Organization, name)


def made_by(subject: Iri, maker: str) -> list[Claim]:
    """Claims of who made the subject; a known text for several developers gives each of them."""
    results: list[Claim] = []
    for name in developer_names().together.get(maker, [maker] if maker else []):
        results += _organization(name)
        results.append(Claim(subject, DCTERMS.creator, named_organization(name)))
    return results


def licensed(
    subject: Iri,
    text: str,
    *,
    name: str = "",
    link: str = "",
    locator: str = "",
    basis: Basis | None = None,
) -> Iterable[Claim]:
    """Claims of the subject's licence, as the shared table of licence names reads the text."""
    if not (text or name or link):
        return ()
    result = _licence(text[:1000], name[:1000], link[:1000])
    return licence_names.claims(subject, result, locator=locator, basis=basis)


@lru_cache(maxsize=4096)
def _licence(text: str, name: str, link: str) -> licence_names.LicenceName:
    return licence_names.normalise(text, name=name, link=link)


def not_given(subject: Iri, predicate: Iri, stance: Stance, stated: str, locator: str) -> Claim:
    """A claim without a value: the source mentions the property and states no value."""
    return Claim(subject, predicate, None, stance, as_stated=stated[:MAX_STATED], locator=locator)


_HUB_DOI = "doi.org/10.57967/hf/"


def link(subject: Iri, predicate: Iri, url: str, locator: str) -> Claim | Problem:
    """The claim of a link that the source states; a value that is not a web address is a problem.

    An address on a code host that leads to a file or to an owner's page is no code repository,
    whatever the key's name: its property is that of ``link_property``. Likewise a DOI that the Hub
    minted for a repository is no paper: it is the repository's own identifier. A paper may be given
    by its DOI or arXiv id alone.

    >>> link(Iri("https://x.org/m"), PG.paper, "see appendix", "/paper").what
    "'see appendix' is not a web address"
    """
    result = url.strip()
    if predicate == PG.paper:
        result = papers.address_of(result) or result
    if re.fullmatch(r"[\w.-]+\.[a-z]{2,}/\S*", result):
        result = f"https://{result}"
    if predicate == PG.codeRepository and on_code_host(result):
        predicate = link_property(result)
    elif predicate == PG.paper and _HUB_DOI in result:
        predicate = SCHEMA.sameAs
    if result.startswith(("http://", "https://")) and len(result) < LINK and iris.is_iri(result):
        return Claim(subject, predicate, Iri(result))
    hint = "the address alone, without text beside it" if urls(result) else "https://…"
    return Problem(locator, f"{result[:80]!r} is not a web address", hint, kind="link")


def urls(text: str) -> list[str]:
    """The web addresses in a text, without trailing punctuation.

    >>> urls("see https://a.org/x, https://b.org/y.")
    ['https://a.org/x', 'https://b.org/y']
    """
    return [result.rstrip(".,;:)]'") for result in _URL.findall(text)]


def on_code_host(url: str) -> bool:
    """Whether an address lies on a host of code repositories, as a repository, file or other page.

    >>> on_code_host("https://raw.githubusercontent.com/o/n/main/README.md")
    True
    >>> on_code_host("https://o.github.io/n/")
    False
    """
    return _CODE_HOST.match(url) is not None


def link_property(url: str) -> Iri:
    """The property that an address fills: by its host, and on a code host by the kind of page.

    A repository, or a folder of one, is code. A file called a model card is a model card; any other
    file and an owner's page are only pages to see.

    >>> iris.shorten(link_property("https://arxiv.org/abs/2407.21783"))
    'pg:paper'
    >>> iris.shorten(link_property("https://github.com/org/name/tree/main/projects"))
    'pg:codeRepository'
    >>> iris.shorten(link_property("https://github.com/org/name/blob/main/LICENSE"))
    'rdfs:seeAlso'
    >>> iris.shorten(link_property("https://github.com/org/name/blob/main/MODEL_CARD.md"))
    'pg:modelCard'
    """
    if re.match(
        r"https?://(?:www\.)?(?:arxiv\.org|(?:dx\.)?doi\.org|aclanthology\.org|openreview\.net"
        r"|proceedings\.\S+?\.(?:cc|press)|(?:www\.)?biorxiv\.org|(?:www\.)?nature\.com/articles"
        r"|dl\.acm\.org|ieeexplore\.ieee\.org|link\.springer\.com)/",
        url,
    ):
        return PG.paper
    if not on_code_host(url):
        return RDFS.seeAlso
    path = re.split(r"[?#]", url, maxsplit=1)[0]
    if _CODE_FILE.search(path):
        return PG.modelCard if _CARD_FILE.search(unquote(path)) else RDFS.seeAlso
    return PG.codeRepository if _CODE_LOCATION.match(path) else RDFS.seeAlso


def dated(
    subject: Iri, predicate: Iri, stated: Any, locator: str, basis: Basis | None = None
) -> Claim:
    """The claim of a date as stated; an impossible date is stored as text, with the reason."""
    text = scalar_text(stated)
    result = literals.day(stated if isinstance(stated, date) else text)
    if result is None:
        why = "no such date"
    elif result.literal.lexical == "1970-01-01":
        why = "a clock's zero, not a date"
    else:
        day = result.precision is Precision.DAY
        return Claim(
            subject,
            predicate,
            result.literal,
            basis=basis,
            as_stated="" if day else text,
            precision=None if day else result.precision,
            locator="" if day and basis is None else locator,
        )
    return Claim(
        subject,
        predicate,
        None,
        as_stated=text[:MAX_STATED],
        locator=locator,
        unusable=why,
        basis=basis,
    )


def real(value: Any) -> float | None:
    """A finite number, or None.

    >>> real("3.3e24"), real(float("nan")), real("many")
    (3.3e+24, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        result = literals.number(value)
        if result is None:
            return None
        value = result
    if not isinstance(value, (int, float, Decimal)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def without_percent(value: Any) -> Any:
    """A score without a trailing per cent sign; the scale of a score is determined by its value.

    >>> without_percent(" 65.2 %"), without_percent(0.5)
    ('65.2', 0.5)
    """
    return value.strip().removesuffix("%").rstrip() if isinstance(value, str) else value


def score(value: Any) -> Literal | None:
    """A number as an xsd:decimal within the store's limits, or None.

    >>> score(0.5900).lexical, score("1e40")
    ('0.59', None)
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    if type(value) is float and (plain := _plain_decimal(value)):
        return Literal(plain, XSD.decimal)
    try:
        text = repr(value) if isinstance(value, float) else scalar_text(value)
        return literals.decimal(Decimal(text)) if len(text) < 60 else None
    except (InvalidOperation, ValueError):
        return None


def _plain_decimal(value: float) -> str:
    """A float of few digits in decimal notation; empty for any other.

    >>> _plain_decimal(0.59), _plain_decimal(41.0), _plain_decimal(-0.0), _plain_decimal(1e-7)
    ('0.59', '41', '0', '')
    """
    text = repr(value)
    if len(text) > 18 or not text.lstrip("-")[:1].isdigit() or "e" in text:
        return ""
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def _positive(stated: Any, kind: Iri) -> Literal | None:
    """A number above zero as a literal of a datatype, or None."""
    value = literals.number(stated) if isinstance(stated, str) else stated
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if not value > 0:  # also excludes NaN
        return None
    if kind == XSD.integer:
        return literals.whole(value)
    if kind == XSD.decimal:
        return score(stated)
    number = real(value)
    return None if number is None else literals.double(number)


def quantity(
    subject: Iri,
    predicate: Iri,
    stated: Any,
    locator: str,
    *,
    basis: Basis | None = None,
    confidence: Decimal | None = None,
    kind: Iri = XSD.integer,
) -> Claim:
    """The claim of a quantity above zero as stated, in the datatype of its property."""
    literal = _positive(stated, kind)
    if literal is None:
        return Claim(
            subject,
            predicate,
            None,
            basis=basis,
            as_stated=scalar_text(stated)[:MAX_STATED],
            locator=locator,
            unusable=f"not a {'whole ' if kind == XSD.integer else ''}number above zero",
        )
    annotated = basis is not None or confidence is not None
    return Claim(
        subject,
        predicate,
        literal,
        basis=basis,
        confidence=confidence,
        locator=locator if annotated else "",
    )
