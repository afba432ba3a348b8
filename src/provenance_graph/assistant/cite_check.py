"""Prose against the graph: each statement supported, contradicted, undisclosed or unknown.

A statement is understood where it names a model of the graph and one of its properties. What
is not understood is *unknown*, never guessed; an undisclosed fact is never given a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import literals
from provenance_graph.core.claims import Literal, SourcedClaim, Value
from provenance_graph.core.errors import UsageError
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.model.entities import is_own, names
from provenance_graph.model.naming import fold
from provenance_graph.model.receipt import Receipt, receipts

MAX_TEXT = 100_000
MAX_SENTENCES = 500
LONGEST_NAME = 8
"""So many words a name may have."""

_SENTENCE = re.compile(
    r"(?<!\be\.g\.)(?<!\bi\.e\.)(?<!\bvs\.)(?<!\bca\.)(?<=[.!?;])\s+(?=[\w\"'(])|\n+"
)
_WORD = re.compile(r"[\w.+/:-]*\w[\w+]*")
_NUMBER = re.compile(
    r"(?<![\w.-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?:e[+]?(\d{1,3})|\s?×\s?10\^?(\d{1,3}))?"
    r"\s?(thousand|million|billion|trillion|[kKmMbBtT](?![\w]))?"
)
_DATE = re.compile(
    r"\b\d{4}-\d\d(?:-\d\d)?\b|"
    r"\b(?:\d{1,2} )?(?:January|February|March|April|May|June|July|August|September|October|November|December)"
    r"(?: \d{1,2},?)? \d{4}\b|\b(?:19|20)\d\d\b"
)
_SILENT = re.compile(
    r"\b(?:undisclosed|not (?:been )?(?:disclosed|published|revealed|stated)|(?:has|have) not "
    r"(?:been )?(?:disclosed|published|said|revealed)|withheld|does not disclose|unknown)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never|no|isn't|doesn't|wasn't)\b", re.IGNORECASE)
_PROPERTIES: tuple[tuple[Iri, str], ...] = (
    (PG.activeParameterCount, r"active parameters"),
    (PG.trainingComputeFLOP, r"\bFLOPs?\b|training compute"),
    (PG.trainingTokenCount, r"training tokens|trained on [^.]{0,40}\btokens"),
    (PG.maxOutputTokens, r"output (?:tokens|limit)|maximum output|max(?:imum)? output"),
    (PG.contextLength, r"context (?:length|window|size)|\bcontext\b"),
    (PG.parameterCount, r"\bparameters?\b|parameter count"),
    (PG.knowledgeCutoff, r"(?:knowledge|training) cut-?off|cut-?off date"),
    (PG.layerCount, r"\blayers\b"),
    (PG.expertCount, r"\bexperts\b"),
    (DCTERMS.license, r"licen[cs]e[ds]?\b"),
    (DCTERMS.creator, r"\b(?:developed|made|created|built|trained) by\b|\bdeveloper\b"),
    (
        PROV.wasDerivedFrom,
        r"(?:fine-?tuned|distilled|derived|quanti[sz]ed|merged|adapted) (?:from|version of)|\bbased on\b|\bbuilt on\b|\bderivative of\b",
    ),
    (PG.trainedOn, r"\btrained on\b|training data"),
    (DCTERMS.issued, r"\breleased?\b|\blaunched\b|\brelease date\b|\bcame out\b"),
)
_ENTITIES = frozenset({DCTERMS.creator, PROV.wasDerivedFrom, PG.trainedOn})
_DATES = frozenset({DCTERMS.issued, PG.knowledgeCutoff})


@dataclass(frozen=True, slots=True)
class Checked:
    """One statement, what it is about, the verdict and the claims behind it."""

    statement: str
    verdict: str
    model: str = ""
    property: str = ""
    said: str = ""
    why: str = ""
    receipts: tuple[Receipt, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "statement": self.statement,
            "verdict": self.verdict,
            "model": self.model or None,
            "property": self.property or None,
            "said": self.said or None,
            "why": self.why,
            "claims": list(self.receipts),
        }


def cite_check(snapshot: AcceptedSnapshot, text: str) -> list[Checked]:
    """Every statement of a prose text; raises UsageError where it is longer than is read."""
    if len(text) > MAX_TEXT:
        raise UsageError(f"{len(text):,} characters; at most {MAX_TEXT:,} are checked at once")
    sentences = [part.strip() for part in _SENTENCE.split(text) if part and part.strip()]
    if len(sentences) > MAX_SENTENCES:
        raise UsageError(f"{len(sentences):,} sentences; at most {MAX_SENTENCES} at once")
    checker = _Checker(snapshot)
    return [checker.judged(sentence) for sentence in sentences]


class _Checker:
    """Judges statements over one snapshot; its tables of names are made once."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self._snapshot = snapshot
        self._models = _by_name(names(snapshot.present, ("model", "family")))
        self._others = {
            DCTERMS.creator: ("organization",),
            PG.trainedOn: ("dataset",),
        }
        self._tables: dict[tuple[str, ...], dict[str, list[Iri]]] = {}

    def judged(self, sentence: str) -> Checked:
        mentions = list(_mentions(sentence, self._models))
        about = next((p for p, pattern in _PROPERTIES if re.search(pattern, sentence, re.I)), None)
        if not mentions:
            return Checked(sentence, "unknown", why="it names no model that the graph knows")
        span, candidates = mentions[0]
        model = self._richest(candidates)
        if about is None:
            why = "it names no property that is checked"
            return Checked(sentence, "unknown", short_id(model), why=why)
        rest = sentence[: span[0]] + " " * (span[1] - span[0]) + sentence[span[1] :]
        return self._compared(sentence, rest, model, about)

    def _richest(self, candidates: list[Iri]) -> Iri:
        def rank(iri: Iri) -> tuple[bool, int, str]:
            return not is_own(iri), -sum(1 for _ in self._snapshot.present.quads(iri)), iri

        return min(candidates, key=rank)

    def _compared(self, sentence: str, rest: str, model: Iri, about: Iri) -> Checked:
        terms = list(DERIVATIONS) if about == PROV.wasDerivedFrom else [about]
        stored = [claim for term in terms for claim in self._snapshot.claims(model, term)]
        accepted = [value for term in terms for value in self._snapshot.values(model, term)]
        proof = tuple(receipts(stored, self._snapshot.version))
        status = self._snapshot.statuses(model).get(about)
        state = local_name(status) if status else "NotRecorded"

        def told(verdict: str, stated: str, why: str) -> Checked:
            return Checked(
                sentence, verdict, short_id(model), local_name(about), stated, why, proof
            )

        if _SILENT.search(rest):
            if accepted:
                why = f"a value is accepted: {_shown(accepted)}"
                return told("contradicted", "undisclosed", why)
            silent = state in ("Undisclosed", "Withheld", "PartiallyDisclosed")
            verdict = "supported" if silent else "unknown"
            return told(verdict, "undisclosed", _worded(state))
        stated = self._value(rest, about)
        if not accepted:
            verdict = "undisclosed" if state in ("Undisclosed", "Withheld") else "unknown"
            return told(verdict, stated.text, _worded(state))
        if not stated:
            why = "it gives no value that could be compared"
            return told("unknown", "", why)
        same = any(stated.fits(value) for value in accepted)
        if _NOT.search(rest) and about not in _DATES:
            same = not same
        if same:
            return told("supported", stated.text, "accepted")
        return told("contradicted", stated.text, _why(stated, accepted, stored))

    def _value(self, rest: str, about: Iri) -> _Stated:
        if about in _ENTITIES:
            kinds = self._others.get(about, ("model", "family"))
            by = about == DCTERMS.creator  # a maker's name may be in lower case
            spoken = re.split(r"\bby\b|\bdeveloper\b", rest, maxsplit=1)[-1] if by else rest
            if kinds not in self._tables:
                self._tables[kinds] = _by_name(names(self._snapshot.present, kinds))
            results = [
                iri for _, iris in _mentions(spoken, self._tables[kinds], lower=by) for iri in iris
            ]
            return _Stated(", ".join(sorted(map(short_id, results))[:3]), things=frozenset(results))
        if about == DCTERMS.license:
            return _licence(rest)
        if about in _DATES:
            found_day = _DATE.search(rest)
            return _Stated(found_day[0], day=literals.day(found_day[0])) if found_day else _Stated()
        return _number(rest)


@dataclass(frozen=True, slots=True)
class _Stated:
    """What a statement gives as the value, in the form that can be compared."""

    text: str = ""
    number: Decimal | None = None
    step: Decimal = Decimal(0)
    day: literals.Dated | None = None
    things: frozenset[Iri] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.things) or self.number is not None or self.day is not None

    def fits(self, value: Value) -> bool:
        """Whether an accepted value is the stated one, as exactly as it was stated."""
        if isinstance(value, Iri):
            return value in self.things
        if self.day is not None:
            return _within(self.day, value)
        actual = literals.number(value.lexical)
        if self.number is None or actual is None:
            return False
        binary = self.number * Decimal("1.024")  # 128K as 131,072
        return abs(actual - self.number) <= self.step / 2 or (
            self.step >= 1000 and abs(actual - binary) <= self.step / 10
        )


def _within(stated: literals.Dated, value: Literal) -> bool:
    low, high = literals.period(stated.literal, stated.precision)
    try:
        day = date.fromisoformat(value.lexical[:10])
    except ValueError:
        return False
    return low <= day <= high


def _number(rest: str) -> _Stated:
    best: _Stated = _Stated()
    scales = {
        "k": 3,
        "thousand": 3,
        "m": 6,
        "million": 6,
        "b": 9,
        "billion": 9,
        "t": 12,
        "trillion": 12,
    }
    for result in _NUMBER.finditer(rest):
        whole, fraction, exponent, power, unit = result.groups()
        ten = Decimal(10) ** (int(exponent or power or 0) + scales.get((unit or "").casefold(), 0))
        digits = Decimal(whole.replace(",", "") + (fraction or ""))
        places = len(fraction or ".") - 1
        trailing = (
            len(whole) - len(whole.rstrip("0"))
            if not fraction and ten == 1 and "," not in whole
            else 0
        )
        step = ten * Decimal(10) ** (trailing - places if trailing else -places)
        stated = _Stated(
            result[0].strip(), digits * ten, step if ten > 1 or fraction else Decimal(1)
        )
        if unit or not best:
            best = stated
            if unit:
                break
    return best


def _licence(rest: str) -> _Stated:
    words = [(m.start(), m.end()) for m in _WORD.finditer(rest)]
    for length in range(min(6, len(words)), 0, -1):
        for first in range(len(words) - length + 1):
            shown = rest[words[first][0] : words[first + length - 1][1]]
            if shown.casefold() in ("licence", "license", "the", "open", "under"):
                continue
            normalise = licence_names.normalise(shown)
            if normalise.value is not None:
                return _Stated(shown, things=frozenset({normalise.value}))
    return _Stated()


def _by_name(known: dict[Iri, set[str]]) -> dict[str, list[Iri]]:
    iris: dict[str, list[Iri]] = {}
    for iri, spoken in known.items():
        for name in {fold(one) for one in spoken}:
            if len(name) >= 3 and not name.isdigit():
                iris.setdefault(name, []).append(iri)
    return iris


def _mentions(
    text: str, known: dict[str, list[Iri]], *, lower: bool = False
) -> Iterator[tuple[tuple[int, int], list[Iri]]]:
    """Names in a text, the longest first at each place; words in lower case only if asked."""
    words = [(m.start(), m.end()) for m in _WORD.finditer(text)]
    place = 0
    while place < len(words):
        for length in range(min(LONGEST_NAME, len(words) - place), 0, -1):
            span = words[place][0], words[place + length - 1][1]
            shown = text[span[0] : span[1]]
            folded = fold(shown.removesuffix("'s"))
            has_case = shown != shown.lower() or any(c.isdigit() for c in shown) or "/" in shown
            if (has_case or lower) and folded in known:
                yield span, known[folded]
                place += length - 1
                break
        place += 1


def _shown(values: list[Value]) -> str:
    return ", ".join(short_id(v) if isinstance(v, Iri) else v.lexical for v in values[:4])


def _why(stated: _Stated, accepted: list[Value], sourced_claims: list[SourcedClaim]) -> str:
    why = f"accepted is {_shown(accepted)}"
    others = {
        short_id(one.header.publisher): one.standing.label.lower()
        for one in sourced_claims
        if one.claim.value is not None
        and one.standing.label != "Accepted"
        and stated.fits(one.claim.value)
    }
    if others:
        why += "; " + ", ".join(
            f"{who} says so ({what})" for who, what in sorted(others.items())[:3]
        )
    return why


def _worded(state: str) -> str:
    return {
        "Undisclosed": "no value is accepted: the developer has not disclosed it",
        "Withheld": "no value is accepted: the developer declines to say",
        "PartiallyDisclosed": "no value is accepted: partly disclosed",
        "NotRecorded": "no value is accepted, and nothing is recorded about disclosure",
    }.get(state, f"no value is accepted ({state})")
