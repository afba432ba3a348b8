"""Checks the cost of the contexts of a JSON-LD document before the document is parsed.

A parser copies all terms in force for every context inside another context, so the time grows with
the product of both (4,000 contexts under 4,000 terms: ten seconds). It also resolves terms defined
by other terms recursively, until its stack is exhausted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, Final

MAX_COPIED: Final = 1_000_000
"""The sum over inner contexts of the terms in force, at most: about half a second of parsing."""
MAX_CHAIN: Final = 100
"""The longest chain of terms that are each defined by the next."""
_CONTEXT: Final = re.compile(
    rb'"%s"\s*:'
    % b"".join(
        rb"(?:%c|\\u00%s)"
        % (ord(letter), "".join(f"[{d}{d.upper()}]" for d in f"{ord(letter):02x}").encode())
        for letter in "@context"
    )
)
"""Matches the key ``@context``, also with its letters escaped."""


class BadContexts(ValueError):
    """The contexts of a document exceed the limits of ``check_contexts``."""


def check_contexts(body: bytes) -> None:
    """Raise BadContexts if contexts exceed a limit; other errors are left to the parser.

    >>> check_contexts(b'{"@context": {"p": "http://e/p"}, "p": 1}')
    """
    matches = list(islice(_CONTEXT.finditer(body), 2))
    try:
        if len(matches) > 1:
            document = json.loads(body, object_pairs_hook=tuple)
        elif matches:  # the only context: the rest of the document need not be parsed
            text = body[matches[0].end() :].decode("utf-8", "replace").lstrip()
            context, _ = json.JSONDecoder(object_pairs_hook=tuple).raw_decode(text)
            document = (("@context", context),)
        else:
            return
    except RecursionError:
        raise BadContexts("the document is nested too deeply") from None
    except ValueError:
        return  # no JSON for any reader
    scoped: set[str] = set()
    for context in _contexts(document):
        terms = {key: value for key, value in context if isinstance(key, str)}
        scoped |= {key for key, value in terms.items() if "@context" in _keys(value)}
        _check_chain(terms)
    _check_copies(document, scoped)


def _keys(value: Any) -> set[str]:
    return {key for key, _ in value} if isinstance(value, tuple) else set()


def _contexts(document: Any) -> Iterator[tuple[tuple[str, Any], ...]]:
    """Yield every context of a document, including those inside term definitions."""
    waiting: list[tuple[Any, bool]] = [(document, False)]
    while waiting:
        value, is_context = waiting.pop()
        if isinstance(value, list):
            waiting += [(item, is_context) for item in value]
        elif isinstance(value, tuple):
            if is_context:
                yield value
            waiting += [(inner, key == "@context") for key, inner in value]


def _check_chain(terms: Mapping[str, Any]) -> None:
    """Raise BadContexts if a chain of terms defined by other terms is longer than MAX_CHAIN."""
    lengths: dict[str, int] = {}
    for start in terms:
        path = [start]
        while path:
            term = path[-1]
            named = [one for one in _described_by(terms[term], term) if one in terms]
            unknown = [one for one in named if one not in lengths and one not in path]
            if unknown and len(path) <= MAX_CHAIN:
                path.append(unknown[0])
                continue
            lengths[term] = 1 + max((lengths.get(one, 0) for one in named), default=0)
            if lengths[term] > MAX_CHAIN or len(path) > MAX_CHAIN:
                raise BadContexts(
                    f"{term[:60]!r}: more than {MAX_CHAIN} terms of the context are each described "
                    "by the next; write the IRIs out"
                )
            path.pop()


def _described_by(value: Any, term: str) -> Iterator[str]:
    """Yield the names of terms on which the definition of a term may depend."""
    stated = [inner for _, inner in value] if isinstance(value, tuple) else [value]
    for text in (*stated, term):
        if isinstance(text, str):
            yield text.partition(":")[0]
            if text != term:
                yield text


def _check_copies(document: Any, scoped: set[str]) -> None:
    """Raise BadContexts if contexts copy too many terms; ``scoped`` terms bring a context each."""
    copied = 0
    waiting: list[tuple[Any, int]] = [(document, 0)]
    while waiting:
        value, terms = waiting.pop()
        if isinstance(value, list):
            waiting += [(item, terms) for item in value]
        elif isinstance(value, tuple):
            for _, inner in (pair for pair in value if pair[0] == "@context"):
                copied += terms
                terms += _size(inner)
            for key, inner in value:
                named = inner if isinstance(inner, list) else [inner]
                uses = (key in scoped) + sum(isinstance(n, str) and n in scoped for n in named)
                copied += uses * terms
                if key != "@context":
                    waiting.append((inner, terms))
        if copied > MAX_COPIED:
            raise BadContexts(
                f"the inner contexts have more than {MAX_COPIED:,} terms in force in all; put the "
                "terms into one @context at the top"
            )


def _size(context: Any) -> int:
    """The number of terms that a context defines."""
    if isinstance(context, list):
        return sum(map(_size, context))
    return len(context) if isinstance(context, tuple) else 1
