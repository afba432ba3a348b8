"""Parser of DOIs and arXiv ids, bare or in addresses; no other module parses them.

The DOI of a paper on arXiv is that which arXiv registers: https://info.arxiv.org/help/doi.html. Ids
are those of https://info.arxiv.org/help/arxiv_identifier.html; a version after one is left out,
since all versions are one paper.
"""

from __future__ import annotations

import re

DOI_SITE = "https://doi.org/"
ARXIV_SITE = "https://arxiv.org/abs/"
ARXIV_NUMBER = r"\d{4}\.\d{4,5}"
"""Regular expression of an arXiv id since April 2007: year, month and running number."""
ARXIV_PAGES = r"arxiv\.org/(?:abs|html|pdf)/"
"""Regular expression of the part of an address that stands before an arXiv id."""

_DOI = re.compile(
    r"(?:doi\s*:\s*)?(?:https?://(?:www\.|dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE
)
_NOT_IN_IRIS = re.compile(r"[\x00-\x20<>\"{}|\\^`]")
_ARXIV = re.compile(
    rf"(?:arxiv\s*:\s*|(?:https?://(?:www\.|export\.)?{ARXIV_PAGES}))?"
    rf"({ARXIV_NUMBER}|[a-z-]+(?:\.[A-Z]{{2}})?/\d{{7}})(?:v\d+)?(?:\.pdf)?(?:[?#].*)?",
    re.IGNORECASE,
)


def doi_address(text: str) -> str:
    """The address at doi.org of a DOI: bare, after ``doi:`` or in an address; empty for others.

    >>> doi_address("10.5281/zenodo.1"), doi_address("https://example.org/10.5281/zenodo.1")
    ('https://doi.org/10.5281/zenodo.1', '')
    >>> doi_address("doi:10.1002/(SICI)1<1::AID>3")
    'https://doi.org/10.1002/(SICI)1%3C1::AID%3E3'
    """
    match = _DOI.fullmatch(text)
    if match is None:
        return ""
    return DOI_SITE + _NOT_IN_IRIS.sub(lambda one: f"%{ord(one[0]):02X}", match[1])


def arxiv_id(text: str) -> str:
    """The arXiv id, without version, that a text or address is; empty for others.

    >>> [arxiv_id(text) for text in ("arXiv:2407.21783v2", "cs/0112017", "Llama 3")]
    ['2407.21783', 'cs/0112017', '']
    >>> arxiv_id("https://arxiv.org/pdf/2412.19437v1.pdf")
    '2412.19437'
    """
    match = _ARXIV.fullmatch(text)
    return match[1] if match else ""


def arxiv_address(text: str) -> str:
    """The address of the abstract of the paper whose arXiv id a text is; empty for others.

    >>> arxiv_address("arxiv:2407.21783v2")
    'https://arxiv.org/abs/2407.21783'
    """
    number = arxiv_id(text)
    return f"{ARXIV_SITE}{number}" if number else ""


def address_of(text: str) -> str:
    """The address of the paper whose bare DOI or arXiv id a text is; empty for all else.

    >>> address_of("2407.21783"), address_of("https://arxiv.org/pdf/2407.21783")
    ('https://arxiv.org/abs/2407.21783', '')
    """
    return "" if "://" in text else doi_address(text) or arxiv_address(text)


def arxiv_doi(text: str) -> str:
    """The address of the DOI that arXiv registers for the paper whose id a text is; else empty.

    >>> arxiv_doi("https://arxiv.org/pdf/2412.19437v1")
    'https://doi.org/10.48550/arXiv.2412.19437'
    """
    number = arxiv_id(text)
    return f"{DOI_SITE}10.48550/arXiv.{number}" if number else ""


def arxiv_month(address: str) -> tuple[int, int] | None:
    """The year and month of an arXiv paper's first version, by the number in its address, or None.

    >>> arxiv_month("https://arxiv.org/abs/2106.07447v3"), arxiv_month("https://example.org/1")
    ((2021, 6), None)
    """
    number = arxiv_id(address) if "://" in address else ""
    if not re.fullmatch(ARXIV_NUMBER, number):
        return None
    return 2000 + int(number[:2]), int(number[2:4])
