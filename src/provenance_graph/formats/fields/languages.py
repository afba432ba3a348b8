"""Language codes and names: which codes exist, and which words are no human language."""

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
    """Two-letter codes, from a mapping of first letters to second letters."""
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
"""Codes that are as often other words, so that they mean no language where they stand alone."""
TAGS = ISO_639_1 - RARE
"""Codes that mean a language where they stand alone, as tags."""
_SUCCEEDED = {"bh": "bih", "in": "id", "iw": "he", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "hbs"}
"""Codes that ISO 639-1 withdrew, each with the current code for the same language or languages."""
HUB_WORDS = frozenset({"code", "multilingual"})
"""Words that the Hub accepts in a card's ``language`` beside codes: source code, several
languages."""
_NO_LANGUAGE = HUB_WORDS | {"unknown", "simple"}
"""Words in lists of languages that name none; ``simple`` is the prefix of a Wikipedia in
English."""


def is_language(code: str) -> bool:
    """Whether a text is a language tag; of these only two-letter languages are looked up.

    >>> [is_language(code) for code in ("en", "pt-BR", "zz", "yue", "English", "code")]
    [True, True, False, True, False, False]
    """
    if not _TAG.fullmatch(code):
        return False
    first = re.split(r"[-_]", code.casefold(), maxsplit=1)[0]
    return len(first) != 2 or first in ISO_639_1 or first in _SUCCEEDED


@remembered(4_096)
def is_named(text: str) -> bool:
    """Whether an entry of a list of languages names one, by code or by name.

    A two-letter entry must be a code of ISO 639-1. Names are not looked up: the words that are no
    language are listed, since names of languages are too many and variously spelt.

    >>> [is_named(text) for text in ("en", "jp", "Farsi", "Tonga", "Code", "Python", "C#")]
    [True, False, True, True, False, False, False]
    """
    if text.casefold() in _NO_LANGUAGE or is_programming(text):
        return False
    return is_language(text) if len(text) == 2 else True


def current(tag: str) -> str:
    """A language tag, with its successor in place of a withdrawn code.

    >>> current("iw"), current("sh-Latn"), current("pt-BR"), current("Hindi")
    ('he', 'hbs-Latn', 'pt-BR', 'Hindi')
    """
    code = re.split(r"[-_]", tag, maxsplit=1)[0]
    succeeding = _SUCCEEDED.get(code.casefold())
    return tag if succeeding is None else succeeding + tag[len(code) :]


def claim(subject: Iri, tag: str) -> Claim:
    """The claim of a language; a withdrawn code is kept as stated."""
    present = current(tag)
    as_stated = "" if present == tag else tag
    return Claim(subject, DCTERMS.language, statements.literal(present), as_stated=as_stated)


def stated(subject: Iri, text: str, key: str) -> Claim:
    """The claim of a language that a source lists under a key; any other text as stated."""
    return claim(subject, text) if is_named(text) else coverage.other(subject, key, text)
