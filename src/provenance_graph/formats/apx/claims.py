"""Claims from the parts of an APX model page: specification, scores, ranks, report, prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Literal, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats import prose
from provenance_graph.formats.apx.experts import (
    expert_labelled,
    expert_width,
    routed,
    shared_experts,
)
from provenance_graph.formats.apx.fields import (
    EXPERT_TOTAL_LABELS,
    FIELDS,
    PageField,
    checked,
    field_claims,
)
from provenance_graph.formats.apx.page import CODING_LABELS, ApxPage, Labelled, PageRow, Paragraph
from provenance_graph.formats.apx.prose_patterns import PATTERNS
from provenance_graph.formats.licences import names as licence_names

SOURCE = "apx"
SCHEME = iris.mint("rubric", "apx-10")
PROPRIETARY = iris.mint("licence", "proprietary")
DEFAULT_CONFIDENCE = Decimal("0.2")
"""Below any threshold of acceptance: for closed models the site's form shows its defaults."""

ARCHITECTURE = frozenset(
    {
        PG.activationFunction,
        PG.activeExpertCount,
        PG.activeParameterCount,
        PG.attentionHeadCount,
        PG.attentionMechanism,
        PG.denseLayerCount,
        PG.expertCount,
        PG.expertIntermediateSize,
        PG.feedForwardSize,
        PG.headDimension,
        PG.hiddenSize,
        PG.keyValueHeadCount,
        PG.layerCount,
        PG.multiTokenPredictionHeadCount,
        PG.normalization,
        PG.positionEmbedding,
        PG.ropeScaling,
        PG.ropeTheta,
        PG.sharedExpertCount,
        PG.slidingWindowAttention,
        PG.slidingWindowSize,
        PG.sparsity,
        PG.vocabularySize,
        PG.weightPrecision,
    }
)
"""Properties that only the weights or the developer can show."""

OPENING = re.compile(
    r"(?P<name>[A-Z][\w.+/ ()-]{1,80}?)(?:,[^,]{1,80},)? (?:is|are|represents|was|marks|introduces|builds|serves|exhibits) "
)
"""The opening of a paragraph that names its subject."""
_BENCHMARKS = re.compile(
    r"\b(?:LiveBench|MMLU|GPQA|Aider|ProLLM|WebDev|Text Arena|SWE-bench|HumanEval|MATH\b|GSM8K|AIME|"
    r"Arena|BigCodeBench|LiveCodeBench|IFEval|MBPP|HellaSwag|ARC\b|TruthfulQA|OpenRouter|"
    r"Terminal-?Bench|SimpleQA|Chatbot Arena|BBH|DROP|MGSM|TAU-?bench)"
)


@dataclass(frozen=True, slots=True)
class Named:
    """The subject of a page: a model, and the mode of it that was evaluated."""

    name: str
    slug: str
    mode: str = ""
    configuration_name: str = ""
    configuration_slug: str = ""

    @property
    def model(self) -> Iri:
        """The IRI of the model in this source."""
        return iris.entity(SOURCE, "model", self.slug)

    @property
    def evaluated(self) -> Iri:
        """The entity that scores and ranks are about: the configuration, else the model."""
        if self.mode:
            return iris.entity(SOURCE, "configuration", self.configuration_slug)
        return self.model

    @property
    def local(self) -> str:
        """The document's local identifier within the source."""
        return self.configuration_slug if self.mode else self.slug


def claims(page: ApxPage, about: Named) -> Iterator[Claim | Problem]:
    """Yield the claims of a page's parts about its subject, and the page's problems."""
    yield from page.problems
    yield from _identity(about)
    stated = (*_specification(page, about), *_prose(page, about))
    guessed = _without_weights(page.fields) or _closed_by_its_text(stated)
    for result in stated:
        if isinstance(result, Claim) and guessed and result.predicate in ARCHITECTURE:
            yield _default(result)
        else:
            yield result
    yield from _benchmarks(page, about)
    yield from _ranks(page, about)
    yield from _assessment(page, about)


def _identity(about: Named) -> Iterator[Claim]:
    apx = iris.organization("APX")
    yield Claim(about.model, RDF.type, PG.Model)
    yield Claim(about.model, SCHEMA.name, literals.text(about.name))
    yield Claim(apx, RDF.type, PG.Organization)
    yield Claim(apx, SCHEMA.name, literals.text("APX"))
    if about.mode:
        yield Claim(about.evaluated, RDF.type, PG.Configuration)
        yield Claim(about.evaluated, PROV.specializationOf, about.model)
        yield Claim(about.evaluated, SCHEMA.name, literals.text(about.configuration_name))


# ---- specification ----------------------------------------------------------------------


def _without_weights(fields: list[Labelled]) -> bool:
    """Whether the page is about a model whose weights are not public.

    Its licence is proprietary, or the page does not even state its size.
    """
    sized = False
    for labelled in fields:
        prop = FIELDS[labelled.label].prop if labelled.label in FIELDS else None
        sized = sized or prop in (PG.parameterCount, PG.activeParameterCount)
        if prop == DCTERMS.license and licence_names.normalise(labelled.value).value == PROPRIETARY:
            return True
        if prop == PG.parameterCount and labelled.value in ("-", "–", "—"):
            return True
    return not sized


def _closed_by_its_text(stated: Iterable[Claim | Problem]) -> bool:
    """Whether the page's text says that the model is API-only, or its size undisclosed."""
    return any(
        isinstance(claim, Claim)
        and (
            (claim.predicate == PG.weightsAvailability and claim.value == PG.ApiOnly)
            or (claim.predicate == PG.parameterCount and claim.stance is Stance.REPORTS_UNDISCLOSED)
        )
        for claim in stated
    )


def _default(claim: Claim) -> Claim:
    """A claim of the site's default value, as an inference with a low confidence."""
    if claim.value is None:
        return claim
    return replace(claim, basis=Basis.INFERENCE, confidence=DEFAULT_CONFIDENCE)


def _specification(page: ApxPage, about: Named) -> Iterator[Claim | Problem]:
    swapped = _swapped(page.fields)
    width = expert_width(page.fields)
    shared = shared_experts(page.fields)
    for labelled in page.fields:
        if labelled.label in EXPERT_TOTAL_LABELS:
            prop = PG.activeParameterCount if swapped else None
            if prop is None and labelled.value != "-":
                yield Problem(
                    labelled.location,
                    f"{labelled.value!r} as total of expert parameters fits no property",
                    "it is only read where it is swapped with the active count",
                )
        else:
            field = FIELDS[labelled.label]
            trap = swapped and field.prop == PG.activeParameterCount
            prop = PG.parameterCount if trap else None
            if prop is None and width and field.prop == PG.feedForwardSize:
                yield from expert_labelled(about.model, labelled)
            elif prop is None and field.prop in (PG.expertCount, PG.activeExpertCount):
                yield from routed(about.model, labelled, shared)
            elif prop is None:
                yield from checked(
                    field_claims(about.model, field, labelled.value, labelled.location)
                )
        if prop is not None:
            yield from _relabelled(about, prop, labelled)


def _swapped(fields: list[Labelled]) -> bool:
    """Whether the page's labels of total and active parameters are exchanged."""
    sizes = {
        ("expert" if f.label in EXPERT_TOTAL_LABELS else str(FIELDS[f.label].prop)): number
        for f in fields
        if (f.label in EXPERT_TOTAL_LABELS or f.label in FIELDS)
        and (number := literals.number(f.value)) is not None
    }
    active = sizes.get(str(PG.activeParameterCount))
    limits = [sizes[k] for k in ("expert", str(PG.parameterCount)) if k in sizes]
    return active is not None and any(active > limit for limit in limits)


def _relabelled(about: Named, prop: Iri, labelled: Labelled) -> Iterator[Claim | Problem]:
    location = labelled.location
    for claim in field_claims(about.model, PageField(prop, "whole"), labelled.value, location):
        retained = f"{labelled.label}: {labelled.value}"
        yield replace(claim, basis=Basis.INFERENCE, as_stated=retained)
    yield Problem(
        location,
        f"{labelled.label!r} {labelled.value} is read as {iris.shorten(prop)}",
        "the page calls the total active and the active count the experts' total",
        "inconsistent",
    )


# ---- scores and ranks -------------------------------------------------------------------


def split_benchmark(name: str) -> tuple[str, str]:
    """Category and benchmark of a row that holds both in one cell.

    >>> split_benchmark("Agentic Coding LiveBench Agentic")
    ('Agentic Coding', 'LiveBench Agentic')
    >>> split_benchmark("Professional Knowledge MMLU Pro")
    ('Professional Knowledge', 'MMLU Pro')
    """
    match = _BENCHMARKS.search(name)
    if match is None or match.start() == 0:
        return "", name
    return name[: match.start()].strip(), name[match.start() :]


def _benchmarks(page: ApxPage, about: Named) -> Iterator[Claim | Problem]:
    for row in page.rows:
        _, benchmark = split_benchmark(row.name)
        local = f"{about.local}/{iris.slug(benchmark)}"
        if row.score not in ("", "-"):
            yield from _result(row, about, benchmark, iris.entity(SOURCE, "evaluation", local))
        ranking = iris.entity(SOURCE, "ranking", iris.slug(benchmark))
        title = f"APX ranking by {benchmark}"
        yield from _rank(
            about, iris.entity(SOURCE, "rank", local), ranking, title, row.rank, row.location
        )


def _result(row: PageRow, about: Named, benchmark: str, node: Iri) -> Iterator[Claim | Problem]:
    bench = iris.mint("benchmark", iris.slug(benchmark))
    number = literals.number(row.score.rstrip("%"))
    try:
        score = literals.decimal(number) if number is not None else None
    except ValueError:
        score = None
    if score is None:
        yield Problem(row.location, f"{row.score!r} is not a score")
        return
    retained = row.score if row.score != score.lexical else ""
    yield Claim(node, RDF.type, PG.EvaluationResult)
    yield Claim(node, PG.evaluationOf, about.evaluated)
    yield Claim(node, PG.benchmark, bench)
    yield Claim(node, PG.score, score, as_stated=retained, locator=row.location)
    if number is not None and row.score.endswith("%"):
        yield Claim(node, PG.maxScore, literals.decimal(100))
    elif number is not None and number <= 1:
        yield Claim(node, PG.maxScore, literals.decimal(1), basis=Basis.INFERENCE)
    yield Claim(bench, RDF.type, PG.Benchmark)
    yield Claim(bench, SCHEMA.name, literals.text(benchmark))


def _rank(
    about: Named, node: Iri, ranking: Iri, title: str, rank: str, location: str
) -> Iterator[Claim]:
    """Yield a rank in a list whose date and population the page does not state."""
    number = literals.whole(rank) if is_digits(rank) and len(rank) < 9 else None
    yield Claim(node, RDF.type, PG.RankEntry)
    yield Claim(node, PG.rankOf, about.evaluated)
    stance = Stance.STATED if number else Stance.NOT_STATED
    retained = "" if number else rank
    yield Claim(node, PG.rank, number, stance, as_stated=retained, locator=location)
    yield Claim(node, PG.ranking, ranking)
    for missing in (DCTERMS.date, PG.population):
        yield Claim(node, missing, None, Stance.NOT_STATED, locator=location)
    yield Claim(ranking, RDF.type, PG.Ranking)
    yield Claim(ranking, SCHEMA.name, literals.text(title))


def _ranks(page: ApxPage, about: Named) -> Iterator[Claim | Problem]:
    seen: dict[str, str] = {}
    for labelled in page.ranks:
        kind = "coding" if labelled.label in CODING_LABELS else "overall"
        if seen.get(kind) == labelled.value:
            continue
        if kind in seen:
            yield Problem(
                labelled.location, f"a second {kind} rank, {labelled.value} after {seen[kind]}"
            )
            continue
        seen[kind] = labelled.value
        node = iris.entity(SOURCE, "rank", f"{about.local}/{kind}")
        ranking = iris.entity(SOURCE, "ranking", kind)
        yield from _rank(
            about, node, ranking, f"APX {kind} ranking", labelled.value, labelled.location
        )


# ---- transparency report ----------------------------------------------------------------


def _assessment(page: ApxPage, about: Named) -> Iterator[Claim]:
    if page.total is None and not page.sections:
        return
    node = iris.entity(SOURCE, "assessment", about.local)
    yield Claim(node, RDF.type, PG.Assessment)
    yield Claim(node, PG.assessmentOf, about.model)
    yield Claim(node, PG.scheme, SCHEME)
    yield Claim(node, PG.evaluator, iris.organization("APX"))
    if page.total is not None:
        yield from _scored(node, page.total)
        location = page.total.location
        yield Claim(node, PG.rubricVersion, None, Stance.NOT_STATED, locator=location)
    if page.grade is not None:
        text = literals.text(page.grade.value)
        yield Claim(node, PG.grade, text, locator=page.grade.location)
    for labelled in (*page.parts, *page.sections):
        below = ("pillar",) if labelled in page.parts else ()
        part = iris.entity(SOURCE, "criterion", f"{about.local}/{iris.slug(labelled.label)}")
        yield Claim(part, RDF.type, PG.CriterionResult)
        yield Claim(part, DCTERMS.isPartOf, node)
        criterion = iris.mint("rubric", "apx-10", *below, iris.slug(labelled.label))
        yield Claim(
            part, PG.criterion, criterion, as_stated=labelled.label, locator=labelled.location
        )
        if labelled.value:
            yield from _scored(part, labelled)
        else:
            yield Claim(part, PG.score, None, Stance.NOT_STATED, locator=labelled.location)


def _scored(node: Iri, labelled: Labelled) -> Iterator[Claim]:
    score, _, maximum = labelled.value.partition(" / ")
    yield Claim(node, PG.score, _points(score), as_stated=labelled.value, locator=labelled.location)
    yield Claim(node, PG.maxScore, _points(maximum), locator=labelled.location)


def _points(text: str) -> Literal:
    return literals.decimal(Decimal(text))


# ---- prose ------------------------------------------------------------------------------


def _prose(page: ApxPage, about: Named) -> Iterator[Claim]:
    subject = prose.Subject(about.model, about.name, SOURCE, about.slug)
    for paragraph in page.paragraphs:
        if not _is_about_another(paragraph, about):
            yield from prose.read(paragraph.text, paragraph.location, subject, PATTERNS)


def _is_about_another(paragraph: Paragraph, about: Named) -> bool:
    """Whether a paragraph's heading or first words name the family or another model of it."""
    own = (about.name.casefold(), about.configuration_name.casefold())
    if paragraph.about:
        return paragraph.about.casefold() not in own
    opening = OPENING.match(paragraph.text)
    if opening is None:
        return False
    name = opening["name"].casefold().strip()
    brand = re.split(r"[\s-]", about.name.casefold(), maxsplit=1)[0]
    return name not in own and re.split(r"[\s-]", name, maxsplit=1)[0] == brand
