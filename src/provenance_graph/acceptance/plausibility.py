"""Plausibility checks of one subject's claims against each other.

Each check comes from an experiment over the shipped records, which gives its false alarms; checks
that failed more than they caught are not here. Sizes are checked in ``plausible_sizes``. This
module checks a context length against the sliding window, limits of output and input against the
context, a third party's release day against the repository's creation and against a date in the
name, and the number of a paper that a third party names against the release.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import unquote

from provenance_graph.acceptance.agreement import date_span
from provenance_graph.acceptance.criteria import best_of
from provenance_graph.acceptance.plausible_sizes import SIZES, Groups, doubted_sizes, number_of
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.core.claims import DEVELOPER_RANK, Basis, Literal, SourcedClaim
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.papers import arxiv_month
from provenance_graph.core.sizes import size_in_name
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA

_DAY = re.compile(r"(?<!\d)(20[12]\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(r"(?<!\d)(2[2-9])(0[1-9]|1[0-2])(?!\d|[kbm]\b)", re.IGNORECASE)
_ARXIV_BEGAN = (2007, 4)
"""Numbers of this form begin with April 2007."""
_HUB_BEGAN = date(2022, 3, 3)
"""Repositories older than this all carry the one day on which the hub began to count."""
_HUB_READERS = frozenset({"huggingface", "osaimap"})
"""Readers whose creation day is that of a hub repository, as in the project's own records.

In other sources a creation day is a package's or a run's.
"""
KEEPS_SIZE = (PG.fineTunedFrom, PG.postTrainedFrom, PG.continuedFrom, PG.adapterOf)
"""Derivations after which a model has about as many parameters as its base."""
CHECKED = (
    *SIZES,
    PG.contextLength,
    PG.maxOutputTokens,
    PG.maxInputTokens,
    PG.outputModality,
    DCTERMS.issued,
    PG.paper,
    *KEEPS_SIZE,
)
_LATEST = re.compile(r"(?<![a-z0-9])latest(?![a-z0-9])", re.IGNORECASE)


def doubts(subject: Iri, groups: Groups, policy: Policy) -> dict[int, str]:
    """The reasons why claims' values are implausible, by ``id()`` of the claim.

    A plausible claim has no entry.
    """
    results: dict[int, str] = {}
    if any(predicate in groups for predicate in SIZES):
        results.update(doubted_sizes(_names(subject, groups), groups, policy))
    results.update(_against_window(groups))
    results.update(_against_context(groups, policy))
    results.update(_inputs_over_context(groups, policy))
    results.update(_against_task(groups))
    if issued := groups.get(DCTERMS.issued):
        results.update(_against_creation(issued, groups, policy))
        results.update(_against_dated_name(issued, subject, policy))
    if papers := groups.get(PG.paper):
        results.update(_against_release(papers, groups, policy))
    results.update(_against_base(subject, groups, policy))
    return results


def needed(predicates: Mapping[Iri, object]) -> bool:
    """Whether a subject has a property that any check reads; most have neither size nor date."""
    return any(p in predicates for p in CHECKED)


def _names(subject: Iri, groups: Groups) -> list[str]:
    own = [unquote(subject.rsplit("/", 1)[-1])] if subject.startswith(f"{ID}model/") else []
    stated = [str(item.value) for item in groups.get(SCHEMA.name, ()) if item.value is not None]
    return [*own, *stated]


def _against_window(groups: Groups) -> dict[int, str]:
    """Third parties' context lengths that equal the sliding window, unless a developer agrees."""
    windows = {number_of(item) for item in groups.get(PG.slidingWindowSize, ())} - {None}
    contexts = groups.get(PG.contextLength, ())
    own = {number_of(item) for item in contexts if item.basis in DEVELOPER_RANK}
    return {
        id(item): "it is the size of the sliding window"
        for item in contexts
        if (number := number_of(item)) in windows and number not in own
    }


def _against_context(groups: Groups, policy: Policy) -> dict[int, str]:
    """Output limits above the greatest stated context, as a model's output is part of its context.

    Only of models that output text and nothing else: sound and pictures are counted apart. Limits
    of developer rank are not checked.
    """
    written = {item.value for item in groups.get(PG.outputModality, ())} - {None}
    stated = [*groups.get(PG.contextLength, ()), *groups.get(PG.maxInputTokens, ())]
    contexts = [number for item in stated if (number := number_of(item))]
    if written != {PG.Text} or not contexts:
        return {}
    maximum = max(contexts) * policy.plausible.output_over_context
    return {
        id(item): f"no source states a context above {max(contexts):,}"
        for item in groups.get(PG.maxOutputTokens, ())
        if item.basis not in DEVELOPER_RANK and (number_of(item) or 0) > maximum
    }


def _inputs_over_context(groups: Groups, policy: Policy) -> dict[int, str]:
    """Input limits above the greatest context length, as a model's input is part of its context.

    The context lengths are those of the developer and of sources of tier 1; without any, those of
    all sources. Limits of developer rank are not checked.
    """
    stated = groups.get(PG.contextLength, ())
    own = [item for item in stated if item.basis in DEVELOPER_RANK or policy.source(item).tier == 1]
    contexts = [number for item in own or stated if (number := number_of(item))]
    if not contexts:
        return {}
    maximum = max(contexts) * policy.plausible.input_over_context
    return {
        id(item): f"no source states a context above {max(contexts):,}"
        for item in groups.get(PG.maxInputTokens, ())
        if item.basis not in DEVELOPER_RANK and (number_of(item) or 0) > maximum
    }


GENERATING = frozenset(
    {
        "any-to-any",
        "audio-text-to-text",
        "automatic-speech-recognition",
        "image-text-to-text",
        "image-to-text",
        "summarization",
        "text-to-audio",
        "text-to-image",
        "text-to-speech",
        "text2text-generation",
        "translation",
        "video-text-to-text",
        "visual-question-answering",
    }
)
"""Hub tasks of models that generate, but ``text-generation``, which the hub gives any decoder."""


def _against_task(groups: Groups) -> dict[int, str]:
    """Embeddings as inferred output modality of a model whose repository names a generating task.

    A benchmark of embeddings takes them from inside models that generate text.
    """
    tasks = {
        item.value.lexical for item in groups.get(PG.task, ()) if isinstance(item.value, Literal)
    }
    generating = sorted(tasks & GENERATING)
    return {
        id(item): f"its repository publishes it for {generating[0]}"
        for item in groups.get(PG.outputModality, ())
        if generating and item.value == PG.Embedding and item.basis is Basis.INFERENCE
    }


def _against_creation(
    issued: Sequence[SourcedClaim], groups: Groups, policy: Policy
) -> dict[int, str]:
    creations = [
        item
        for item in groups.get(DCTERMS.created, ())
        if (item.header.reader in _HUB_READERS or policy.source(item).own)
        and (span := date_span(item)) is not None
        and span[0] > _HUB_BEGAN
    ]
    if not creations or (made := date_span(best_of(creations, DCTERMS.created, policy)[0])) is None:
        return {}
    created, bounds = made[0], policy.plausible
    doubted: dict[int, str] = {}
    for item in issued:
        span = date_span(item)
        if item.basis in DEVELOPER_RANK or span is None:
            continue
        late = (span[0] - created).days > bounds.days_after_creation
        # A researched index may date the announcement; a catalogue dates the weights.
        catalogue = policy.source(item).tier > 2 and span[1] > _HUB_BEGAN
        if late or (catalogue and (created - span[1]).days > bounds.days_before_creation):
            doubted[id(item)] = f"the repository was created on {created.isoformat()}"
    return doubted


def _against_dated_name(
    issued: Sequence[SourcedClaim], subject: Iri, policy: Policy
) -> dict[int, str]:
    if is_moving(subject):
        why = "a name that moves from release to release has no release date"
        return {id(item): why for item in issued if item.basis not in DEVELOPER_RANK}
    named = dated_name(subject)
    if named is None:
        return {}
    first, last = named
    maximum = policy.plausible.days_from_name
    return {
        id(item): f"the name gives {last.isoformat()[:7]}"
        for item in issued
        if item.basis not in DEVELOPER_RANK
        and (span := date_span(item)) is not None
        and ((span[0] - last).days > maximum or (first - span[1]).days > maximum)
    }


def _against_release(
    papers: Sequence[SourcedClaim], groups: Groups, policy: Policy
) -> dict[int, str]:
    """Papers of third parties that are older than the release by the policy's bound or more.

    A card cites such papers: lists of a hub's tags have every paper that a card links to, of
    benchmarks and methods too. A paper inferred from them is compared with the repository's
    creation where no release is known. Also refuses numbers that arXiv never gave.
    """
    released = _earliest(groups.get(DCTERMS.issued, ()))
    created = _earliest(groups.get(DCTERMS.created, ()))
    bound = policy.plausible.days_before_release
    doubted: dict[int, str] = {}
    for item in papers:
        number = arxiv_month(item.value) if isinstance(item.value, Iri) else None
        source = policy.source(item)
        if number is None or item.basis in DEVELOPER_RANK or source.researched or source.own:
            continue
        year, month = number
        guessed = item.basis is Basis.INFERENCE and created is not None and created > _HUB_BEGAN
        day, what = (
            (released, "the model was released")
            if released or not guessed
            else (created, "the repository was created")
        )
        if (year, month) < _ARXIV_BEGAN or not 1 <= month <= 12:
            doubted[id(item)] = "arXiv has no paper of this number"
        elif day is not None and (day - _month_after(year, month)).days >= bound:
            doubted[id(item)] = f"a paper of {year}-{month:02}, and {what} on {day}"
    return doubted


def _earliest(dated: Sequence[SourcedClaim]) -> date | None:
    return min((span[0] for item in dated if (span := date_span(item)) is not None), default=None)


def _month_after(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1)


def is_moving(subject: Iri) -> bool:
    """Whether a model's name says ``latest``: an alias bound to one release after another."""
    return subject.startswith(f"{ID}model/") and bool(_LATEST.search(_last_part(subject)))


def _last_part(name: Iri) -> str:
    return unquote(name.rsplit("/", 1)[-1])


def outgrows(subject: Iri, base: Iri, policy: Policy) -> bool:
    """Whether the size in a model's name is much smaller than the size in its base's name.

    False where either name gives no size. A larger model is not checked: encoders and experts are
    added to a base, and a base may be one part.
    """
    own, other = size_in_name(_last_part(subject)), size_in_name(_last_part(base))
    if own is None or other is None:
        return False
    return own[0] < policy.plausible.least_size_in_name * other[0]


def _against_base(subject: Iri, groups: Groups, policy: Policy) -> dict[int, str]:
    return {
        id(
            item
        ): "the name of its base gives a larger size, and fine-tuning does not change the size"
        for predicate in KEEPS_SIZE
        for item in groups.get(predicate, ())
        if item.basis is Basis.THIRD_PARTY
        and isinstance(item.value, Iri)
        and outgrows(subject, item.value, policy)
    }


def dated_name(subject: Iri) -> tuple[date, date] | None:
    """First and last day of the date in a model's name; None where there is none."""
    if not subject.startswith(f"{ID}model/"):
        return None
    return _date_in(unquote(subject.rsplit("/", 1)[-1]))


def _date_in(name: str) -> tuple[date, date] | None:
    """The day or month in a name such as ``Mistral-Large-2407`` or ``gpt-4o-20240513``."""
    if day := _DAY.search(name):
        try:
            result = date(int(day[1]), int(day[2]), int(day[3]))
        except ValueError:
            return None
        return result, result
    if month := _MONTH.search(name):  # not a size such as 2407B
        first = date(2000 + int(month[1]), int(month[2]), 1)
        following = _month_after(first.year, first.month)
        return first, date.fromordinal(following.toordinal() - 1)
    return None


def after_release(sourced_claims: Sequence[SourcedClaim], released: date | None) -> dict[int, str]:
    """Why a knowledge cutoff is implausible, by the claim's position: it is after the release.

    The whole period of the cutoff must be later. A third party's month that is the release's own is
    no cutoff either: no model is trained, tested and published within it, and a catalogue that
    gives it has repeated the release.
    """
    if released is None:
        return {}
    results = {}
    for position, item in enumerate(sourced_claims):
        span = date_span(item)
        if span is None:
            continue
        if span[0] > released:
            results[position] = f"after the release ({released.isoformat()})"
        elif item.basis is Basis.THIRD_PARTY and _month(span[0]) == _month(span[1]) == _month(
            released
        ):
            results[position] = f"the month of the release ({released.isoformat()})"
    return results


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month
