"""Checks of prose against the graph: supported, contradicted, undisclosed or unknown.

A statement is parsed where it names a model of the graph and one of its properties. Any other
statement is *unknown*, never guessed; an undisclosed fact is never given a value. A sentence with
several statements has the worst verdict, and ``parts`` holds each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.assistant.comparison import (
    HIDDEN,
    CheckedStatement,
    accepted_text,
    opened,
    ordered,
    silent,
    state_text,
    why_not,
)
from provenance_graph.assistant.quantities import amount, days, others
from provenance_graph.assistant.stated import StatedValue, licence_named, rounds
from provenance_graph.assistant.statements import (
    CONTRAST,
    HEADLESS,
    INVERTED,
    MAKES,
    NO_FACT,
    NOT,
    OPEN,
    SILENT,
    Mention,
    Names,
    all_mentions,
    by_name,
    clauses,
    comparative,
    masked,
    mentions,
    mentions_property,
    property_of,
    refers_to_previous,
    sentences,
)
from provenance_graph.assistant.verdicts import (
    CONTRADICTED,
    SUPPORTED,
    UNDISCLOSED,
    UNKNOWN,
    Checked,
    worst,
)
from provenance_graph.core import literals
from provenance_graph.core.claims import AcceptanceStatus, Literal, Stance
from provenance_graph.core.errors import Ambiguous, NotFound, UsageError
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV
from provenance_graph.model.naming.entities import find_entity
from provenance_graph.model.naming.folded import fold
from provenance_graph.model.naming.table import is_own, kinds_of, names
from provenance_graph.model.receipt import receipts

MAX_TEXT = 100_000
MAX_SENTENCES = 500
MAX_SENTENCE = 2_000
"""Characters of one sentence; a longer one is not parsed."""
MAX_STEPS = 6
"""Steps up a lineage in which a parent named in prose is sought."""

_DATES = frozenset({DCTERMS.issued, PG.knowledgeCutoff})
_KINDS = {DCTERMS.creator: ("organization",), PG.trainedOn: ("dataset",)}
_MODELS = ("model", "family")
_NAMED = frozenset({*_KINDS, PROV.wasDerivedFrom, DCTERMS.license})
"""Properties whose values are named in prose; a model's name may be part of such a name."""
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MAKER = re.compile(
    r"\bby\s+|\bfrom\s+|\b(?:developers?|makers?|vendor|authors?|creators?|publisher)\b.{0,160}?\b(?:is|was|are|were)\s+"
    r"(?:called\s+|named\s+)?",
    re.IGNORECASE,
)
"""Text before the name of a creator, which may then be in lower case."""


def cite_check(snapshot: AcceptedSnapshot, text: str) -> list[Checked]:
    """The verdict on every sentence of a text; raises UsageError for a text that is too long."""
    if len(text) > MAX_TEXT:
        raise UsageError(f"{len(text):,} characters; at most {MAX_TEXT:,} are checked at once")
    parts = sentences(text)
    if len(parts) > MAX_SENTENCES:
        raise UsageError(f"{len(parts):,} sentences; at most {MAX_SENTENCES} at once")
    checker = Checker(snapshot)
    return [checker.sentence(one) for one in parts]


class Checker:
    """Checks statements against one snapshot; its name tables are made once."""

    def __init__(self, snapshot: AcceptedSnapshot) -> None:
        self._snapshot = snapshot
        self._tables: dict[tuple[str, ...], Names] = {}
        self._last: Iri | None = None
        self._property: Iri | None = None
        """The property of the last statement; "the number" in the next one refers to it."""

    def _table(self, kinds: tuple[str, ...]) -> Names:
        if kinds not in self._tables:
            self._tables[kinds] = by_name(
                names(self._snapshot.present, kinds_of(self._snapshot.present, kinds))
            )
        return self._tables[kinds]

    def sentence(self, sentence: str) -> Checked:
        """The verdict on a sentence: the worst of its statements."""
        if len(sentence) > MAX_SENTENCE:
            why = f"a sentence of {len(sentence):,} characters; at most {MAX_SENTENCE:,} are read"
            return Checked(sentence, UNKNOWN, why=why)
        if not refers_to_previous(sentence):
            self._last = None
            self._property = None
        texts = clauses(sentence, self._table(_MODELS), self._table(("organization",)))
        if self._last is None:
            self._last = self._subject_ahead(texts)
        parts = [self._clause(part) for part in texts]
        if len(parts) == 1:
            return replace(parts[0], statement=sentence)
        return worst(sentence, parts)

    def _subject_ahead(self, texts: Sequence[str]) -> Iri | None:
        """The model of the second clause, where the first names none."""
        if len(texts) < 2 or list(mentions(texts[0], self._table(_MODELS))):
            return None
        ahead = next(mentions(texts[1], self._table(_MODELS)), None)
        return self._meant(texts[1], ahead) if ahead else None

    def _clause(self, text: str) -> Checked:
        mentioned = list(mentions(text, self._table(_MODELS)))
        if NO_FACT.search(masked(text, mentioned)):  # a masked name may be IF
            return Checked(text, UNKNOWN, why="it is a question, a condition or a wish")
        if self._last is not None and HEADLESS.match(text):
            return self._about(text, self._last, [], mentioned)
        if mentioned:
            first = next(
                (one for one in mentioned if MAKES.search(text[: one.start])), mentioned[0]
            )
            if INVERTED.match(masked(text, mentioned[:2], "\x00")) and len(mentioned) > 1:
                first = mentioned[1]
            mentioned = [first, *(one for one in mentioned if one is not first)]
            model = self._meant(text, first)
        elif self._last is not None:
            model = self._last
        else:
            return Checked(text, UNKNOWN, why="it names no model that the graph knows")
        self._last = model
        return self._about(text, model, mentioned[:1], mentioned)

    def _about(
        self, text: str, model: Iri, subject: Sequence[Mention], mentioned: list[Mention]
    ) -> Checked:
        """The verdict on a clause about a model; ``subject`` are the model's mentions in it."""
        about = property_of(masked(text, list(subject), "\x00"))
        if about is None and refers_to_previous(text):
            about = self._property
        self._property = about
        plain = masked(text, mentioned)
        if subject and len(mentioned) > 1 and (compared := comparative(plain)):
            return self._two(text, plain, mentioned, *compared)
        if about is None:
            why = "it names no property that is checked"
            return Checked(text, UNKNOWN, short_id(model), why=why)
        own = masked(text, list(subject)) if about in _NAMED else plain
        verdict = self._checked(self._statement(text, own, model, about))
        others = list(self._wider_match(text, subject, mentioned, model, about))
        return worst(text, [verdict, *others]) if others else verdict

    def _wider_match(
        self,
        text: str,
        subject: Sequence[Mention],
        mentioned: Sequence[Mention],
        model: Iri,
        about: Iri,
    ) -> Iterator[Checked]:
        """Verdicts on the creator and day that a clause on creator or licence also gives."""
        if about not in (DCTERMS.creator, DCTERMS.license):
            return
        marked = masked(text, list(subject), "\x00")
        for other in (DCTERMS.creator, DCTERMS.issued):
            if other == about or not mentions_property(marked, other):
                continue
            if other == DCTERMS.issued and not _YEAR.search(masked(text, list(mentioned))):
                continue
            plain = masked(text, list(subject if other in _NAMED else mentioned))
            one = self._statement(text, plain, model, other)
            if self._value(one):
                yield self._checked(one)

    def _meant(self, text: str, mention: Mention) -> Iri:
        """The model that a mention means, resolved as by commands; of several the richest."""
        with suppress(NotFound, Ambiguous):
            return find_entity(self._snapshot, text[mention.start : mention.end], _MODELS).iri

        def rank(iri: Iri) -> tuple[bool, int, str]:
            return not is_own(iri), -sum(1 for _ in self._snapshot.present.quads(iri)), iri

        return min(mention.entities, key=rank)

    def _statement(self, text: str, plain: str, model: Iri, about: Iri) -> CheckedStatement:
        terms = list(DERIVATIONS) if about == PROV.wasDerivedFrom else [about]
        claims = [claim for term in terms for claim in self._snapshot.claims(model, term)]
        accepted = [value for term in terms for value in self._snapshot.values(model, term)]
        status = self._snapshot.statuses(model).get(about)
        state = local_name(status) if status else "NotRecorded"
        if not accepted and state in HIDDEN:  # an estimate is not given, nor its receipt
            claims = [claim for claim in claims if claim.claim.value is None]
        proof = tuple(receipts(claims, self._snapshot.version))
        return CheckedStatement(
            text, plain, model, about, tuple(dict.fromkeys(accepted)), tuple(claims), state, proof
        )

    # ---- one statement ----------------------------------------------------------------------

    def _checked(self, one: CheckedStatement) -> Checked:
        if SILENT.search(one.plain):
            return silent(one)
        one = replace(one, plain=CONTRAST.sub(" ", one.plain))
        stated = self._value(one)
        if not stated and OPEN.search(one.plain) and one.about not in (*_DATES, *_NAMED):
            return opened(one)
        if not one.accepted:
            if self._from_nothing(one) and stated:
                return one.is_(CONTRADICTED, stated.text, "its developer states that there is none")
            verdict = UNDISCLOSED if one.state in HIDDEN else UNKNOWN
            return one.is_(verdict, stated.text, state_text(one.state))
        if not stated:
            return one.is_(UNKNOWN, "", "it gives no value that could be compared")
        same = any(stated.fits(value, one.claims) for value in one.accepted) or self._above(
            stated, one
        )
        if not same and (why := self._undecided(stated, one)):
            return one.is_(UNKNOWN, stated.text, why)
        if stated.negated:
            same = not same
        if same and (more := self._more(stated, one)):
            return one.is_(
                UNKNOWN, stated.text, f"accepted is {accepted_text(one.accepted)}; {more}"
            )
        if same:
            return one.is_(SUPPORTED, stated.text, f"accepted is {accepted_text(one.accepted)}")
        return one.is_(CONTRADICTED, stated.text, why_not(stated, one))

    def _from_nothing(self, one: CheckedStatement) -> bool:
        return one.about in (PROV.wasDerivedFrom, PG.trainedOn) and any(
            claim.claim.stance is Stance.DECLARED_EMPTY
            and claim.status is not AcceptanceStatus.SUPERSEDED
            for claim in one.claims
        )

    def _above(self, stated: StatedValue, one: CheckedStatement) -> bool:
        """Whether a named parent is an ancestor at most ``MAX_STEPS`` further up."""
        if one.about != PROV.wasDerivedFrom:
            return False
        level, seen = set(one.accepted), set(one.accepted)
        for _ in range(MAX_STEPS):
            level = {
                value
                for parent in level
                if isinstance(parent, Iri)
                for term in DERIVATIONS
                for value in self._snapshot.values(parent, term)
            } - seen
            if any(stated.fits(value, ()) for value in level):
                return True
            seen |= level
        return False

    def _more(self, stated: StatedValue, one: CheckedStatement) -> str:
        """A note on numbers in the statement besides the matching one, which were not checked."""
        if stated.amount is None or stated.negated:
            return ""
        known = [literals.number(v.lexical) for v in one.accepted if isinstance(v, Literal)]
        more = [
            other.text
            for other in others(one.plain)
            if not any(number is not None and other.fits(number) for number in known)
        ]
        return f"it also states {', '.join(more[:3])}, which was not checked" if more else ""

    def _undecided(self, stated: StatedValue, one: CheckedStatement) -> str:
        """Why a value that differs from the accepted one does not contradict it; or ""."""
        if stated.amount is not None:
            closer = [v for v in one.accepted if isinstance(v, Literal) and rounds(stated, v)]
            if closer:
                return f"accepted is {accepted_text(closer)}, which is rounded: nothing more exact is on record"
        if one.about == PG.trainedOn and one.state != "Disclosed":
            return "it is not among the recorded training data, which need not be all of them"
        return ""

    def _value(self, one: CheckedStatement) -> StatedValue:
        negated = bool(
            NOT.search(
                re.sub(
                    r"\b(?:no|not) (?:more|less|fewer|greater|later|earlier) than\b|\bnot (?:\w+ )?(?:until|before|after)\b",
                    "",
                    one.plain,
                    flags=re.IGNORECASE,
                )
            )
        )
        if one.about in (DCTERMS.creator, PG.trainedOn, PROV.wasDerivedFrom):
            return self._entities(one, negated)
        if one.about == DCTERMS.license:
            named = licence_named(one.plain, negated)
            ours = self._licence_of_ours(one.plain, negated)
            inside = named.text.casefold() in ours.text.casefold()  # of cohere-cc-by-nc, cc-by-nc
            return ours if ours and inside else named
        if one.about in _DATES:
            day = days(one.plain, reached=one.about == PG.knowledgeCutoff)
            return StatedValue(day.text, day=day, negated=negated) if day else StatedValue()
        number = amount(one.plain)
        return StatedValue(number.text, amount=number, negated=negated) if number else StatedValue()

    def _licence_of_ours(self, plain: str, negated: bool) -> StatedValue:
        """The licence that the text names by a name of the graph, such as its id."""
        for one in mentions(plain, self._table(("licence",)), lower=True):
            phrase = plain[one.start : one.end]
            if phrase.isalpha() and phrase.islower():
                continue  # an ordinary word
            return StatedValue(phrase, entities=frozenset(one.entities), negated=negated)
        return StatedValue()

    def _entities(self, one: CheckedStatement, negated: bool) -> StatedValue:
        table = self._table(_KINDS.get(one.about, _MODELS))
        plain = one.plain
        mentioned = list(all_mentions(plain, table))
        if one.about == DCTERMS.creator and (by := _MAKER.search(plain)):
            after = plain[by.end() :]  # a maker's name may be in lower case there
            if makers := list(mentions(after, table, lower=True))[:1]:
                plain, mentioned = after, makers
        entities = {iri for mention in mentioned for iri in mention.entities}
        spellings = [plain[m.start : m.end] for m in mentioned]
        text = ", ".join(sorted(map(short_id, entities))[:3] or spellings)
        folded = frozenset(map(fold, spellings))
        return StatedValue(text, entities=frozenset(entities), names=folded, negated=negated)

    def _two(
        self, text: str, plain: str, mentioned: list[Mention], about: Iri, direction: int
    ) -> Checked:
        """The verdict on a comparison of two models by a property that both must have."""
        first, second = (
            self._statement(text, plain, self._meant(text, one), about) for one in mentioned[:2]
        )
        for one in (first, second):
            if not one.accepted:
                verdict = UNDISCLOSED if one.state in HIDDEN else UNKNOWN
                return one.is_(verdict, "", f"of {short_id(one.model)}, {state_text(one.state)}")
        a, b = (ordered(one.accepted[0]) for one in (first, second))
        if direction and (a is None or b is None or type(a) is not type(b)):
            return first.is_(UNKNOWN, "", "its values cannot be ordered")
        true = (
            {*first.accepted} == {*second.accepted}
            if not direction
            else (a > b if direction > 0 else a < b)  # type: ignore[operator]
        )
        why = (
            f"accepted is {accepted_text(first.accepted)}, and {accepted_text(second.accepted)} of "
            f"{short_id(second.model)}"
        )
        verdict = SUPPORTED if true != bool(NOT.search(plain)) else CONTRADICTED
        both = first.proof + second.proof
        return Checked(text, verdict, short_id(first.model), local_name(about), "", why, both)
