"""Languages by code and name: which codes exist, and which words are no human language."""

from __future__ import annotations

import re
from collections.abc import Mapping

from provenance_graph.core.claims import Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.memo import remembered
from provenance_graph.core.terms import DCTERMS
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.fields.programming import is_programming

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")


def _codes(second: Mapping[str, str]) -> frozenset[str]:
    """Two-letter codes from their second letters by the first."""
    return frozenset(first + letter for first, letters in second.items() for letter in letters)


ISO_639_1 = _codes(
    {
        "a": "abefkmnrsvyz",
        "b": "aeghimnors",
        "c": "aehorsuvy",
        "d": "aevz",
        "e": "elnostu",
        "f": "afijory",
        "g": "adlnuv",
        "h": "aeiortuyz",
        "i": "adegikostu",
        "j": "av",
        "k": "agijklmnorsuvwy",
        "l": "abginotuv",
        "m": "ghiklnrsty",
        "n": "abdeglnorvy",
        "o": "cjmrs",
        "p": "ailst",
        "q": "u",
        "r": "mnouw",
        "s": "acdegiklmnoqrstuvw",
        "t": "aeghiklnorstwy",
        "u": "gkrz",
        "v": "eio",
        "w": "ao",
        "x": "h",
        "y": "io",
        "z": "ahu",
    }
)
"""The two-letter codes, of the list of iso-codes; ``bh`` and ``sh`` among them were withdrawn."""
RARE = _codes(
    {
        "a": "abeknsvy",
        "b": "ahimor",
        "c": "ehoruv",
        "d": "vz",
        "e": "e",
        "f": "fjoy",
        "g": "dnv",
        "h": "aotz",
        "i": "aegikou",
        "j": "v",
        "k": "gijlrsuvw",
        "l": "ginu",
        "m": "hi",
        "n": "abdgnrvy",
        "o": "cjmrs",
        "p": "i",
        "q": "u",
        "r": "mnw",
        "s": "acegmnst",
        "t": "iknostwy",
        "u": "g",
        "v": "eo",
        "w": "ao",
        "z": "a",
    }
)
"""Codes that are other words as often, so that they mean no language where they stand alone."""
TAGS = ISO_639_1 - RARE
"""Codes that mean a language where they stand alone, as tags."""
_SUCCEEDED = {"bh": "bih", "in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "hbs"}
"""Codes that ISO 639-1 withdrew, each with the code for the same language or languages now."""
HUB_WORDS = frozenset({"code", "multilingual"})
"""What the Hub takes in a card's ``language`` beside codes: source code, and several languages."""
_NO_LANGUAGE = HUB_WORDS | {"unknown", "simple"}
"""Words in lists of languages that name none; ``simple`` is the prefix of a Wikipedia in English."""


def is_language(code: str) -> bool:
    """Whether a text is a language tag whose two-letter language exists; longer ones are not looked up.

    >>> [is_language(code) for code in ("en", "pt-BR", "zz", "yue", "English", "code")]
    [True, True, False, True, False, False]
    """
    if not _TAG.fullmatch(code):
        return False
    first = re.split(r"[-_]", code.casefold(), maxsplit=1)[0]
    return len(first) != 2 or first in ISO_639_1 or first in _SUCCEEDED


@remembered(4_096)
def is_named(text: str) -> bool:
    """Whether a text of a list of languages names one, by code or by name.

    What is written as a two-letter code is held against ISO 639-1. Names are not looked up: those
    that are no language are known, those that are one are too many and variously spelt.

    >>> [is_named(text) for text in ("en", "jp", "Farsi", "Tonga", "Code", "Python", "C#")]
    [True, False, True, True, False, False, False]
    """
    if text.casefold() in _NO_LANGUAGE or is_programming(text):
        return False
    return is_language(text) if len(text) == 2 else True


def current(tag: str) -> str:
    """A language tag with the present code where its own was withdrawn.

    >>> current("iw"), current("sh-Latn"), current("pt-BR"), current("Hindi")
    ('he', 'hbs-Latn', 'pt-BR', 'Hindi')
    """
    code = re.split(r"[-_]", tag, maxsplit=1)[0]
    succeeding = _SUCCEEDED.get(code.casefold())
    return tag if succeeding is None else succeeding + tag[len(code) :]


def claim(subject: Iri, tag: str) -> Claim:
    """That something speaks a language or is in it; a withdrawn code stays as it was stated."""
    present = current(tag)
    as_stated = "" if present == tag else tag
    return Claim(subject, DCTERMS.language, statements.literal(present), as_stated=as_stated)


def stated(subject: Iri, text: str, key: str) -> Claim:
    """A language that a source lists under a key; what names none is kept as it is stated."""
    return claim(subject, text) if is_named(text) else coverage.other(subject, key, text)
