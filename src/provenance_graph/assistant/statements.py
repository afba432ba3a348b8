"""Parsing of prose: sentences, clauses, the models they name and the properties they mention."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.search.sentence import SENTENCE_WORD

LONGEST_NAME = 12
"""The most words of a name."""

MAX_BOUNDS = 40
"""The most positions of a sentence at which another clause may begin."""

Names = dict[str, list[Iri]]
"""Folded names, with the entities that have them."""

_SENTENCE = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bca\.)(?<!\bapprox\.)(?<=[.!?;])\s+(?=[\w\"'(])|\n+"
)
_CLAUSE = re.compile(
    r"\s*(?:,\s+(?:and|but|while|whereas|yet)|,(?!\s*(?:19|20)\d\d\b)(?!\d)|\band\b|\bbut\b|\bwhile\b|\bwhereas\b|"
    r",?\s*\bof which\b|\bof these\b|\bwith\b|\bin\b|\bplus\b|\bat\b|\busing\b|\bincluding\b)\s+|\s*[()]\s*",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"\s*(?:It|Its|The model|This model|The former|(?:The|This|That) (?:exact )?(?:number|figure|count|size|value|date|total))\b",
    re.IGNORECASE,
)
_VARIANT = re.compile(
    r"[ -](?:ai|turbo|mini|nano|pro|plus|max|ultra|instruct|chat|base|large|small|medium|preview|lite|"
    r"flash|vision|coder|thinking|v\d[\w.]*|\d+(?:\.\d+)?x?\d*[bm])(?![\w-])",
    re.IGNORECASE,
)
"""A word that, after a name, makes it that of another model, if the graph has no such name."""

_FIRST = re.compile(r"(?:[ -]v(?:0\.1|1(?:\.0)?)|-hf)$", re.IGNORECASE)
"""Parts of a repository's name that prose omits: the first version, and the format."""

_SIZE = r"\b\d+(?:\.\d+)?\s?(?:[BM]\b|billion|million)"
_MADE = r"developed|made|created|built|trained|released|published|produced|designed|authored"
MAKES = re.compile(rf"\b(?:{_MADE}|makes|develops|publishes|builds|behind)\s+$", re.IGNORECASE)
"""Text between a creator and its model: the name after it is the model's."""
PROPERTIES: tuple[tuple[Iri, str], ...] = (
    (
        PG.activeParameterCount,
        r"active (?:params?|parameters|weights)|activat\w+ .{0,40}(?:param\w*|weights|per token)|(?:params?|parameters) (?:are |is )?(?:active|activated)|\b(?:are|is|being) activ(?:e|ated)\b|\d\s?[BMT]?(?: billion)? active\b",
    ),
    (PG.trainingComputeFLOP, r"\bFLOPs?\b|training compute|compute budget"),
    (
        PG.trainingTokenCount,
        r"training tokens|(?:trained|training|pre-?trained|learned) (?:on|with|over|from|used)\b(?:[^.]|\.\d){0,50}\btokens|\btokens of (?:training )?(?:data|text)|tokens (?:in|during|over|throughout) (?:its |their )?(?:pre-?)?training",
    ),
    (
        PG.maxOutputTokens,
        r"output (?:tokens|limit|length)|(?:maximum|max\.?) output|(?:outputs?|generates?|produces?|writes?) (?:up to|at most|no more than)|completion (?:length|limit|tokens)",
    ),
    (PG.slidingWindowSize, r"sliding[- ]window|attention window"),
    (PG.vocabularySize, r"\bvocab(?:ulary)?\b"),
    (PG.contextLength, r"context (?:length|window|size)|\bcontext\b"),
    (
        PG.knowledgeCutoff,
        r"cut-?off|\bknows?\b.{0,30}\b(?:up to|until|through|till)\b|knowledge (?:ends?|stops?|runs?|goes|reaches)|(?:training )?data\b[^.]{0,60}\b(?:ends?|stops?|goes|reaches|runs?)\b[^.]{0,6}\b(?:until|through|to|in|at|up to)\b|(?:training )?data (?:ends?|stops?|runs? (?:to|until)|goes? (?:to|up to)|(?:up to|until|through))",
    ),
    (PG.layerCount, r"\blayers\b|(?:transformer|decoder) blocks"),
    (PG.keyValueHeadCount, r"\b(?:key[-/ ]?value|kv) heads\b"),
    (PG.attentionHeadCount, r"\b(?:attention|query) heads\b"),
    (
        PG.hiddenSize,
        r"\bhidden (?:size|dimensions?|width|state size)\b|\b(?:model|embedding) (?:dimensions?|width)\b|\bd_model\b",
    ),
    (PG.expertCount, r"(?<!mixture of )(?<!mixture-of-)\bexperts\b(?! (?:say|think|believe))"),
    (
        PG.parameterCount,
        rf"\bparam(?:s|eters?)?\b|\bparameter count|[\d,]\s?(?:[BMT]|billion|million|trillion)? weights\b|\bis an? {_SIZE}[- ](?:model|LLM)|model size|\b(?:larger|bigger|smaller) than\b",
    ),
    (
        DCTERMS.license,
        r"licen[cs](?:e[ds]?|ing)\b|\bunder (?:an? |the )?(?:terms of )?(?:the )?(?:MIT|Apache|GPL|LGPL|AGPL|BSD|CC|Creative Commons|OpenRAIL|RAIL|Llama|Gemma)\b",
    ),
    (
        PROV.wasDerivedFrom,
        r"(?:fine-?tun(?:ed?|ing)|distill?(?:ed|ation)?|derived|derivative|quanti[sz](?:ed|ation)|merged?|adapt(?:ed|er)|continued|initiali[sz]ed|started|starts|converted|pruned|derives?|deriving)\b[^.,]{0,25}\b(?:from|of|for|on|version of)\b|\b(?:based|buil[dt]s?) ?(?:up)?on\b(?: top of)?|\bdescend(?:s|ed|ant)\b|\bdescendant of\b|\b(?:base|parent|starting point)(?: model| weights| checkpoint)?(?: of| for| behind| is| was)\b|\bas (?:its |the |a )?(?:base|parent|foundation|starting point)\b",
    ),
    (
        PG.trainedOn,
        r"\btrained (?:on|with|using)\b|\btraining (?:data|set|corpus)\b|\blearn(?:s|ed|t) from\b",
    ),
    (
        DCTERMS.creator,
        rf"\b(?:{_MADE}|offered|owned) by\b|\bdevelopers?\b|\bmaker\b|\bvendor\b|\bauthors?\b|\bcreators?\b|\bcomes from\b|\b(?:{_MADE}|makes|develops|publishes)\s+(?=\x00)|\bis an? [A-Z][\w.-]+(?: AI)?(?:'s)? (?:model|LLM)|\bis (?:from|by)\b|\b(?:is|are|stands?|company|team|lab|firm|organi[sz]ation) behind\b",
    ),
    (
        DCTERMS.issued,
        r"\breleased?\b|\blaunch(?:ed)?\b|\brelease date\b|\bcame out\b|\bpublished\b|\bappeared\b|\bdebuted\b|\bavailable since\b|\b(?:put|rolled) out\b|\b(?:its|the|a) (?:debut|launch|premiere)\b|\bunveil(?:ed|ing)\b|\bintroduced\b|\barrived\b|\bsaw the light\b|\bout since\b|\bdates from\b|\bmade (?:public|available)\b|\bwent (?:live|public)\b|\bhit the (?:market|Hub)\b|\b(?:older|newer|earlier|later) than\b",
    ),
)
"""Each property that is checked, with a pattern of its wordings; names are the character NUL."""

SILENT = re.compile(
    r"\bundisclosed\b|\bunpublished\b|\bwithheld\b|\bunknown\b|\bsecret\b|\bconfidential\b|"
    r"\b(?:not|never|n't)(?: (?:been|yet|publicly|officially|ever))* (?:disclosed?|publish(?:ed)?|reveal(?:ed)?|"
    r"stated?|shared?|said|say|tell|told|made public|announced?|public(?:ly known)?|known)\b|"
    r"\bwon't (?:say|tell|disclose|publish|reveal|share)\b|\b(?:is|are|stays?|remains?|keeps?) (?:silent|quiet) (?:on|about)\b|"
    r"\b(?:declin|refus)\w+ to (?:disclose|say|publish|reveal|share|state|give)\b|"
    r"\byet to (?:disclose|say|publish|reveal|share)\b|\b(?:nobody|no one|no-one)\b.{0,40}\bknows?\b|"
    r"\bno (?:public )?(?:information|statement|figure|value) (?:on|about|for|of)\b|\bkeeps? .{0,50}\bto (?:itself|themselves)\b",
    re.IGNORECASE,
)
OPEN = re.compile(
    r"\b(?:disclos|reveal)(?:es|ed|s)\b|\bmade public\b|\bpublic(?:ly known)?\b|\bpublish(?:es|ed)\b",
    re.IGNORECASE,
)
INVERTED = re.compile(
    r"^[^\x00]*\x00[^\x00]*\b(?:is|was|serve[sd] as|became|makes?) (?:the |a )?(?:base|parent|foundation|starting point|teacher)\b"
    r"[^\x00]*\b(?:of|for|behind|under)\s+\x00",
    re.IGNORECASE,
)
"""A parent named before its child ("M is the base of N"); names are the character NUL here."""
NOT = re.compile(
    r"\b(?:not|never|no|nor|neither|false that|untrue that|wrong that|incorrect that|rather than)\b|n't\b",
    re.IGNORECASE,
)
CONTRAST = re.compile(
    r",\s+(?:and )?not\b[^,;]*$|\b(?:rather than|instead of)\b[^,;]*", re.IGNORECASE
)
"""The part of a statement that excludes another value: ", not MIT"."""
_COMPARATIVE: tuple[tuple[Iri, int, str], ...] = (
    (
        PG.contextLength,
        1,
        r"(?:longer|larger|bigger|more) context|context\b.{0,25}\b(?:longer|larger|bigger) than",
    ),
    (
        PG.contextLength,
        -1,
        r"(?:shorter|smaller|less) context|context\b.{0,25}\b(?:shorter|smaller) than",
    ),
    (PG.layerCount, 1, r"more layers than"),
    (PG.layerCount, -1, r"fewer layers than"),
    (PG.trainingTokenCount, 1, r"more (?:training )?tokens than"),
    (PG.trainingTokenCount, -1, r"fewer (?:training )?tokens than"),
    (PG.parameterCount, 1, r"(?:larger|bigger) than|more param\w* than"),
    (PG.parameterCount, -1, r"smaller than|fewer param\w* than"),
    (
        PG.parameterCount,
        0,
        r"(?:same (?:size|number of param\w*)|as (?:large|big)|as many param\w*) as",
    ),
    (DCTERMS.license, 0, r"same licen[cs]e as"),
    (DCTERMS.creator, 0, r"same (?:developer|maker|company) as"),
    (
        DCTERMS.issued,
        1,
        r"(?:newer|younger|later) than|(?:released|published|out|launched|appeared) after",
    ),
    (
        DCTERMS.issued,
        -1,
        r"(?:older|earlier) than|(?:released|published|out|launched|appeared) before|predates",
    ),
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a text: its start and end, and the entities with this name."""

    start: int
    end: int
    entities: tuple[Iri, ...]


def sentences(text: str) -> list[str]:
    """The sentences and lines of a text."""
    return [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]


def by_name(known: dict[Iri, set[str]]) -> Names:
    """Entities by folded name, without names too short to be distinguished from prose."""
    results: Names = {}
    for iri, names in known.items():
        for name in {fold(one) for one in names}:
            if len(name) >= 3 and not name.isdigit():
                results.setdefault(name, []).append(iri)
    short: Names = {}
    for iri, mentioned in known.items():
        for name in {fold(_FIRST.sub("", one)) for one in mentioned if _FIRST.search(one)}:
            if any(c.isdigit() for c in name) and name not in results:
                short.setdefault(name, []).append(iri)
    results |= short
    return results


def mentions(text: str, known: Names, *, lower: bool = False) -> Iterator[Mention]:
    """Names in a text, the longest at each position; words in lower case only with ``lower``.

    Where a word follows that makes it another name ("GPT-4 Turbo"), it is no mention.
    """
    yield from (one for one in _mentions(text, known, lower=lower) if one.entities)


def all_mentions(text: str, known: Names) -> Iterator[Mention]:
    """As ``mentions``, with names that a following word makes unknown to the graph."""
    yield from _mentions(text, known, lower=False)


def _mentions(text: str, known: Names, *, lower: bool) -> Iterator[Mention]:
    words = [(m.start(), m.end()) for m in SENTENCE_WORD.finditer(text)]
    position = 0
    while position < len(words):
        for length in range(min(LONGEST_NAME, len(words) - position), 0, -1):
            start, end = words[position][0], words[position + length - 1][1]
            phrase = text[start:end].removesuffix("'s")
            has_case = phrase != phrase.lower() or any(c.isdigit() for c in phrase) or "/" in phrase
            first = not text[:start].strip()  # a sentence may begin with a name in lower case
            if (has_case or lower or first) and (entities := known.get(fold(phrase))):
                more = _VARIANT.match(text, start + len(phrase))
                yield (
                    Mention(start, more.end(), ())
                    if more
                    else Mention(start, start + len(phrase), tuple(entities))
                )
                position += length - 1
                break
        position += 1


def masked(text: str, mentioned: list[Mention], mark: str = " ") -> str:
    """A text with the names blanked, so that their numbers and words are not read."""
    for one in mentioned:
        blank = mark + " " * (one.end - one.start - 1)
        text = text[: one.start] + blank + text[one.end :]
    return text


def property_of(plain: str) -> Iri | None:
    """The property that a statement is about, with its names masked by NUL; or None."""
    return next((p for p, pattern in PROPERTIES if re.search(pattern, plain, re.IGNORECASE)), None)


def mentions_property(plain: str, about: Iri) -> bool:
    """Whether a statement mentions a property, among others or alone."""
    return any(p == about and re.search(e, plain, re.IGNORECASE) for p, e in PROPERTIES)


def comparative(plain: str) -> tuple[Iri, int] | None:
    """The property and direction (1, -1, 0: equal) in which a statement compares two models."""
    for term, direction, pattern in _COMPARATIVE:
        if re.search(pattern, plain, re.IGNORECASE):
            return term, direction
    return None


def clauses(sentence: str, names: Names, others: Names | None = None) -> list[str]:
    """The clauses of a sentence that each have a property of their own; no name is split.

    ``names`` are those of models; ``others`` those of other entities that a sentence may name.

    >>> clauses("M has 7B parameters, 32 layers and is nice.", {})
    ['M has 7B parameters', '32 layers and is nice.']
    """
    mentioned = [*mentions(sentence, names), *mentions(sentence, others or {})]
    bounds = [
        m
        for m in islice(_CLAUSE.finditer(sentence), MAX_BOUNDS)
        if not any(one.start < m.end() and m.start() < one.end for one in mentioned)
    ]
    parts: list[str] = []
    at = 0
    for end, following in [*((m.start(), m.end()) for m in bounds), (len(sentence),) * 2]:
        part = sentence[at:end]
        alone = property_of(masked(part, list(mentions(part, names)), "\x00")) is not None
        known = bool(parts) and (
            property_of(masked(parts[-1], list(mentions(parts[-1], names)), "\x00")) is not None
        )
        if parts and not (alone and known):
            parts[-1] = sentence[sentence.rindex(parts[-1], 0, at) : end]
        else:
            parts.append(part)
        at = following
    return [part.strip() for part in parts if part.strip()] or [sentence]


HEADLESS = re.compile(
    r"\s*(?:is|are|was|were|has|have|had|holds?|comes?|uses?|supports?|based|built|derived|derives|fine-?tuned|distilled|"
    r"trained|released|licensed|developed|made|published|descends)\b",
    re.IGNORECASE,
)
"""A clause that begins with its verb: its subject is in the clause before."""
NO_FACT = re.compile(
    r"\?\s*[\"')]*$|(?<![\w-])(?:if|would|could|should|suppose|imagine|unless|might|may have|hopefully|allegedly|will have)(?![\w-])",
    re.IGNORECASE,
)
"""A question, condition or wish; words in hyphenated names (``x-if-license``) do not count."""


def refers_to_previous(sentence: str) -> bool:
    """Whether a sentence begins with a word that refers to the model named before."""
    return bool(_PRONOUN.match(sentence))
