"""Codes of languages: which two-letter ones ISO 639-1 has, and which a document may not mean."""

from __future__ import annotations

import re

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|code|multilingual")
ISO_639_1 = frozenset(
    (
        "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs "
        "cu cv cy da de dv dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha "
        "he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn "
        "ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb "
        "nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd "
        "se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw "
        "ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu "
    ).split()
)
"""The two-letter codes, of the list of iso-codes; ``bh`` and ``sh`` among them were withdrawn."""
_WITHDRAWN = frozenset({"in", "iw", "ji", "jw", "mo", "sh"})


def is_language(code: str) -> bool:
    """Whether a text is a language tag whose two-letter language exists; longer ones are not looked up.

    >>> [is_language(code) for code in ("en", "pt-BR", "zz", "yue", "English", "code")]
    [True, True, False, True, False, True]
    """
    if not _TAG.fullmatch(code):
        return False
    first = re.split(r"[-_]", code.casefold(), maxsplit=1)[0]
    return len(first) != 2 or first in ISO_639_1 or first in _WITHDRAWN
