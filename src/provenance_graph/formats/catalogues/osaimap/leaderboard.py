"""The Open LLM Leaderboard in the AI Stack Map: one row per evaluation of a model at a precision.

The leaderboard writes a model's own name with "(Merge)" where it does not know the parents: such a
parent is a problem, not a lineage edge.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.catalogues.osaimap.rows import (
    SOURCE,
    Row,
    described,
    unresolved,
)
from provenance_graph.formats.document import ReaderOutput

_SCORES: tuple[tuple[str, str], ...] = (
    ("average", "Open LLM Leaderboard 2"),
    ("ifeval", "IFEval"),
    ("bbh", "BBH"),
    ("math_lvl5", "MATH Level 5"),
    ("gpqa", "GPQA"),
    ("musr", "MuSR"),
    ("mmlu_pro", "MMLU-Pro"),
)
_TYPES = MappingProxyType(
    {
        "🔶": PG.fineTunedFrom,
        "💬": PG.fineTunedFrom,
        "🟩": PG.continuedFrom,
        "🤝": PG.mergedFrom,
    }
)
"""The leaderboard's signs for model types, as far as they name a derivation."""
_PRECISIONS = MappingProxyType(
    {"bfloat16": PG.BFloat16, "float16": PG.Float16, "float32": PG.Float32}
)
_EVALUATOR = "Open LLM Leaderboard"
_BENCHMARKS = tuple(
    (column, iris.mint("benchmark", iris.slug(name)), name) for column, name in _SCORES
)
_HUNDRED = literals.decimal(100)
_EVALUATOR_NAME = literals.text(_EVALUATOR)


def benchmarks() -> ReaderOutput:
    """Yield the benchmarks of the leaderboard's columns, each with its name."""
    for _, bench, title in _BENCHMARKS:
        yield from statements.is_a(bench, PG.Benchmark, title)


def evaluation(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    """Yield the claims of a row: the model, its size and base, a score (0 to 100) per benchmark."""
    subject = iris.model(name)
    yield from described(name)
    if (licence := row.get("license", "")) != "":
        yield from statements.licensed(subject, licence, locator=f"{where}/license")
    if (made := row.get("architecture", "")) not in ("", "Unknown", "?", "Other"):
        yield Claim(subject, PG.architectureClass, literals.text(made[:200]))
    yield from _size(subject, row.get("params_b", ""), f"{where}/params_b")
    yield from _made(subject, row, name, where)
    precision = row.get("precision", "")
    date = statements.dated(subject, DCTERMS.date, row.get("submission_date", ""), where)
    if date.unusable and row.get("submission_date"):
        what = f"{date.as_stated[:60]!r}: {date.unusable}"
        yield Problem(f"{where}/submission_date", what, kind="impossible")
    setup = literals.text(precision) if nth > 1 or precision not in _PRECISIONS else None
    suffix = f"/{iris.slug(precision)}-{nth}" if nth > 1 else ""
    base = iris.mint("in", SOURCE, "evaluation", name)
    for column, bench, _ in _BENCHMARKS:
        stated = row.get(column, "")
        score = statements.score(stated) if stated else None
        if score is None:
            if stated:
                yield Problem(f"{where}/{column}", f"{stated[:60]!r} is not a score")
            continue
        node = Iri(f"{base}/{column}{suffix}")
        yield Claim(node, RDF.type, PG.EvaluationResult)
        yield Claim(node, PG.evaluationOf, subject)
        yield Claim(node, PG.benchmark, bench)
        yield Claim(node, PG.score, score)
        yield Claim(node, PG.maxScore, _HUNDRED)
        yield Claim(node, PG.evaluator, _EVALUATOR_NAME)
        yield Claim(node, PG.independence, PG.Independent, basis=Basis.INFERENCE)
        if setup is not None:
            yield Claim(node, PG.setup, setup)
        if date.value is not None:
            yield Claim(node, DCTERMS.date, date.value, precision=date.precision)


def _size(subject: Iri, stated: str, where: str) -> ReaderOutput:
    if not stated:
        return
    try:
        count = Decimal(stated).scaleb(9) if len(stated) < 30 else Decimal("NaN")
    except InvalidOperation:
        count = Decimal("NaN")
    if not count.is_finite() or count <= 0 or count > Decimal(10) ** 15:
        yield Problem(where, f"{stated[:60]!r} is not a size in thousand millions")
        return
    yield Claim(
        subject,
        PG.parameterCount,
        literals.integer(int(count)),
        as_stated=f"{stated} B",
        locator=where,
    )


def _made(subject: Iri, row: Row, name: str, where: str) -> ReaderOutput:
    """Yield base and derivation of a model; the type sign as stated if no base has its relation."""
    edges = list(_leaderboard_base(subject, row, name, where))
    yield from edges
    sign = row.get("model_type", "").strip()
    relation = _TYPES.get(sign)
    if sign and not any(isinstance(e, Claim) and e.predicate == relation for e in edges):
        yield coverage.other(subject, "model_type", sign)


def _leaderboard_base(subject: Iri, row: Row, name: str, where: str) -> ReaderOutput:
    stated = row.get("base_model", "")
    at = f"{where}/base_model"
    base = stated.removesuffix("(Merge)").strip()
    if base in ("", "Removed"):  # the leaderboard's placeholder for a removed base
        return
    if base.casefold() == name.casefold():
        if base != stated:
            what = f"{name} names itself in place of unknown parents"
            yield Problem(at, what, "the models that were merged", kind="lineage")
        return  # a pretrained model has itself as its base
    if not hub.is_name(base):
        yield from unresolved(subject, PROV.wasDerivedFrom, base, at)
        return
    sign = row.get("model_type", "")
    relation = PG.mergedFrom if base != stated else _TYPES.get(sign, PROV.wasDerivedFrom)
    yield Claim(subject, relation, iris.model(base), basis=Basis.INFERENCE)
