"""Claims from prose: declared sentence patterns, one row for each.

``read`` splits a paragraph into sentences and tries every row of the tables. A row has a pattern to
search for, a pattern that excludes a match (``unless``), and the claims that it makes. Each row has
an example sentence that it must read and a look-alike that it must not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Stance, Value
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG

MAX_SENTENCE = 1_500
_SENTENCE = re.compile(r"(?<=[.!?])['\")\]”’]*\s+(?=[A-Z\"'“‘(])")


@dataclass(frozen=True, slots=True)
class Subject:
    """The model that a text is about, its name, and the source's scheme of IRIs.

    ``part`` makes the IRI of a node below the model from its kind and local name.
    """

    model: Iri
    name: str
    source: str
    local: str

    def part(self, kind: str, local: str) -> Iri:
        """The IRI of a node of this document, such as an evaluation result."""
        return iris.entity(self.source, kind, local)


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence, the paragraph around it, and its locator in the document."""

    sentence: str
    paragraph: str
    locator: str


Maker = Callable[[re.Match[str], Passage, Subject], Iterator[Claim]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A row: the pattern to search for in a sentence, and the maker of its claims."""

    name: str
    regex: re.Pattern[str]
    make: Maker
    example: str
    lookalike: str
    unless: re.Pattern[str] | None = None


def sentences(paragraph: str) -> Iterator[str]:
    """Yield the sentences of a paragraph; ``e.g.,`` and ``vs. total`` do not end one.

    >>> list(sentences("It has 8 layers. No active vs. total count (e.g., of Haiku) is given."))
    ['It has 8 layers.', 'No active vs. total count (e.g., of Haiku) is given.']
    """
    for sentence in _SENTENCE.split(paragraph):
        if sentence.strip():
            yield sentence.strip()[:MAX_SENTENCE]


def read(
    paragraph: str, locator: str, subject: Subject, patterns: tuple[Pattern, ...]
) -> Iterator[Claim]:
    """Yield every claim that a paragraph states in the form of one of the patterns."""
    for sentence in sentences(paragraph):
        passage = Passage(sentence, paragraph, locator)
        for pattern in patterns:
            matches = list(pattern.regex.finditer(sentence))
            if not matches or (pattern.unless and pattern.unless.search(sentence)):
                continue
            for match in matches:
                yield from pattern.make(match, passage, subject)


# ---- makers -----------------------------------------------------------------------------


def quoted(match: re.Match[str]) -> str:
    """The matched text as a citation of the claim, cut to 80 characters."""
    text = " ".join(match[0].split())
    return text if len(text) <= 80 else text[:77] + "..."


def stated(prop: Iri, value: Callable[[str], Value | None], group: str = "v") -> Maker:
    """Maker of a claim with the canonical value of a group's text; no claim without a value."""

    def make(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
        text = match[group].strip().rstrip(".,;")
        result = value(text)
        if result is not None:
            yield Claim(subject.model, prop, result, as_stated=text, locator=passage.locator)

    return make


def estimate(prop: Iri, value: Callable[[str], Value | None]) -> Maker:
    """Maker of the claims of ``stated`` with the basis Estimate."""
    plain = stated(prop, value)

    def make(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
        for claim in plain(match, passage, subject):
            yield Claim(
                claim.subject,
                claim.predicate,
                claim.value,
                basis=Basis.ESTIMATE,
                as_stated=claim.as_stated,
                locator=claim.locator,
            )

    return make


def constant_row(prop: Iri, value: Value | None, stance: Stance = Stance.STATED) -> Maker:
    """Maker of a claim with one fixed value, or with a stance and no value."""

    def make(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
        yield Claim(
            subject.model, prop, value, stance, as_stated=quoted(match), locator=passage.locator
        )

    return make


def dated(prop: Iri) -> Maker:
    """Maker of a claim with the date in the group ``v``; none where it is not a date."""

    def make(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
        result = literals.day(match["v"])
        if result is not None:
            yield Claim(
                subject.model,
                prop,
                result.literal,
                as_stated=match["v"],
                locator=passage.locator,
                precision=result.precision,
            )

    return make


# ---- what is not disclosed --------------------------------------------------------------

TOPICS: tuple[tuple[re.Pattern[str], Iri], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), prop)
    for pattern, prop in (
        (
            r"\bparameter counts?\b|\bnumber of parameters\b|\bmodel size\b|\btotal parameters\b|\bparameter density\b",
            PG.parameterCount,
        ),
        (
            r"\bactive (?:vs\.?|versus|and|or) (?:total|inactive)\b|\bactive parameters?\b|\bactive parameter count\b",
            PG.activeParameterCount,
        ),
        (
            r"\bcompute resources\b|\btraining compute\b|\bcompute (?:used|budget)\b|\bFLOPs?\b",
            PG.trainingComputeFLOP,
        ),
        (r"\bcompute resources\b|\bcompute provider\b", PG.computeProvider),
        (r"\b(?:GPU|TPU|accelerator|compute)(?:[- /](?:TPU|GPU))?[- ]hours\b", PG.acceleratorHours),
        (
            r"\bhardware specifications?\b|\btraining hardware\b|\bhardware (?:used|infrastructure)\b",
            PG.trainingHardware,
        ),
        (r"\btraining (?:duration|time)\b", PG.trainingDurationDays),
        (r"\bcarbon (?:footprint|emissions?)\b|\bCO2e?\b|\bemissions\b", PG.trainingCO2eTonnes),
        (r"\benergy (?:consumption|use|usage)\b", PG.trainingEnergyMWh),
        (r"\bvocabulary(?: size)?\b", PG.vocabularySize),
        (r"\bVRAM\b|\b(?:memory|hardware) requirements?\b", PG.minimumMemoryGB),
        (
            r"\bdata(?:set)? (?:proportions?|mixture|ratios?|breakdown)\b|\bbreakdown of (?:the )?(?:training )?data\b",
            PG.dataDomainShare,
        ),
        (r"\bfiltering (?:criteria|methods?|pipeline|process)\b", PG.dataFiltering),
        (
            r"\bdataset sizes?\b|\btoken counts?\b|\bnumber of (?:training )?tokens\b",
            PG.trainingTokenCount,
        ),
        (r"\bspecific (?:data )?sources\b|\btraining datasets?\b|\bdata sources\b", PG.trainedOn),
        (r"\bevaluation code\b|\bprompt sets?\b", PG.evaluationCode),
        (r"\btraining code\b|\bsource code\b", PG.trainingCode),
        (r"\btraining cost\b", PG.trainingCostUSD),
        (r"\bknowledge cutoff\b", PG.knowledgeCutoff),
        (r"\b(?:number of|total) experts\b", PG.expertCount),
        (r"\b(?:number of layers|layer count)\b", PG.layerCount),
    )
)
"""The subjects of a statement of non-disclosure, with the property of each."""

_BUT = re.compile(r".*(?:\bbut|\bwhile|\bwhereas|\balthough|\bthough|\bhowever|;)\s", re.IGNORECASE)
_OBJECT_END = re.compile(
    r",? (?:but|while|whereas|although|though|despite|relying|beyond|other than|making|and (?:it|the (?:model|company)))\b",
    re.IGNORECASE,
)


def undisclosed(after: bool) -> Maker:
    """Maker of claims that items are undisclosed; ``after``: they follow the matched words."""

    def make(match: re.Match[str], passage: Passage, subject: Subject) -> Iterator[Claim]:
        if after:
            scope = _OBJECT_END.split(match["scope"], maxsplit=1)[0]
        else:
            scope = _BUT.sub("", match.string[max(0, match.start() - 400) : match.start()])
        for topic, prop in TOPICS:
            if topic.search(scope):
                yield Claim(
                    subject.model,
                    prop,
                    None,
                    Stance.REPORTS_UNDISCLOSED,
                    locator=passage.locator,
                )

    return make
