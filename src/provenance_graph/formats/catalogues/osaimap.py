"""AI Stack Map: a crawl of Hub models and datasets, and the Open LLM Leaderboard, as CSV.

The leaderboard writes a model's own name with "(Merge)" where it does not know the
parents: such a parent is no edge but a problem.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.catalogues import common, entries, keys
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import Document, Features, Origin, Reader, ReaderOutput
from provenance_graph.formats.fields import languages
from provenance_graph.formats.huggingface.tables import quantization_of

SOURCE = "osaimap"
Row = Mapping[str, str]
_NAME = re.compile(r"[\w.-]+/[\w.-]+")
_HUB_EPOCH = "2022-03-02"
_EMPTY_CARD = "1910.09700"
"""The paper that the Hub's own example card links to before anything is written into it."""
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
"""The leaderboard's signs for how a model was made, where they name a derivation."""
_PRECISIONS = MappingProxyType(
    {"bfloat16": PG.BFloat16, "float16": PG.Float16, "float32": PG.Float32}
)
_RELATIONS = MappingProxyType(
    {
        "adapter": PG.adapterOf,
        "finetune": PG.fineTunedFrom,
        "merge": PG.mergedFrom,
        "quantized": PG.quantizedFrom,
    }
)
_FORMATS = frozenset({"safetensors", "gguf", "onnx", "openvino", "coreml", "tflite"})
_EVALUATOR = "Open LLM Leaderboard"


def kind_of(columns: tuple[str, ...]) -> str:
    """Which table of the map it is, by its header row."""
    stored = set(columns)
    if {"model_id", "base_model", "params_b", "submission_date"} <= stored:
        return "benchmarks"
    if {"model_id", "github_repo", "base_model_id"} <= stored:
        return "repositories"
    if {"model_id", "created_at", "tags", "likes"} <= stored:
        return "models"
    if {"dataset_id", "created_at", "tags", "likes"} <= stored:
        return "datasets"
    return ""


def _recognises(features: Features) -> bool:
    return features.syntax == "csv" and bool(kind_of(features.columns))


def _origin(document: Document) -> Origin:
    stem = (document.name or document.url).rpartition("/")[2].removesuffix(".csv")
    return Origin(
        local=iris.slug(statements.clean(stem)),
        publisher=iris.organization("Current AI"),
        title=f"AI Stack Map: {statements.clean(stem)[:100]}",
        licence="MIT",
        attribution="AI Stack Map, Current AI, https://github.com/currentai-org/os-ai-map",
    )


def _read(document: Document) -> ReaderOutput:
    kind = kind_of(document.features.columns)
    if not kind:
        raise Unreadable(document.url, "no table of the AI Stack Map by its header row")
    reader = csv.DictReader(io.StringIO(document.text, newline=""))
    reading = READINGS[kind]
    key = "dataset_id" if kind == "datasets" else "model_id"
    seen: Counter[str] = Counter()
    if kind == "benchmarks":
        for _, bench, title in _BENCHMARKS:
            yield from statements.is_a(bench, PG.Benchmark, title)
    try:
        for row in reader:
            where = f"L{reader.line_num}"
            if None in row or None in row.values():
                what = "the row has another number of cells than the header"
                yield Problem(where, what, kind="shape")
            cells = {
                name: statements.clean(cell.strip())
                for name, cell in row.items()
                if isinstance(name, str) and isinstance(cell, str)
            }
            name = cells.get(key, "")
            if not _NAME.fullmatch(name) and not re.fullmatch(r"[\w.-]+", name):
                yield Problem(f"{where}/{key}", f"{name[:60]!r} is not a repository", "owner/name")
                continue
            seen[name] += 1
            yield from reading(cells, name, where, seen[name])
    except csv.Error as error:
        yield Problem(f"L{reader.line_num}", f"not CSV: {error}; the rest is left", kind="syntax")


def _described(name: str) -> Iterator[Claim]:
    subject = iris.model(name)
    yield Claim(subject, RDF.type, PG.Model)
    yield Claim(subject, PG.hubRepository, statements.hub_page(name))
    if "/" in name:
        owner = name.partition("/")[0]
        maker = common.organization(owner)
        yield from statements.is_a(maker, PG.Organization, owner)
        yield Claim(subject, DCTERMS.creator, maker)


def _listed(row: Row, name: str) -> Iterator[Claim]:
    """What every list of repositories has of one."""
    yield from _described(name)
    for column, predicate in (("pipeline_tag", PG.task), ("library_name", PG.framework)):
        if value := row.get(column, ""):
            yield Claim(iris.model(name), predicate, literals.text(value[:120]))


def _benchmarks(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    subject = iris.model(name)
    yield from _described(name)
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


_BENCHMARKS = tuple(
    (column, iris.mint("benchmark", iris.slug(name)), name) for column, name in _SCORES
)
_HUNDRED = literals.decimal(100)
_EVALUATOR_NAME = literals.text(_EVALUATOR)


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
    """The base of a model and how it was made; the sign for this as stated where no base has it."""
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
    if base in ("", "Removed"):  # the leaderboard's word for a base that it took out
        return
    if base.casefold() == name.casefold():
        if base != stated:
            what = f"{name} stands for its own unknown parents"
            yield Problem(at, what, "the models that were merged", kind="lineage")
        return  # a pretrained model is written as its own base
    if not _NAME.fullmatch(base):
        yield from _unresolved(subject, PROV.wasDerivedFrom, base, at)
        return
    sign = row.get("model_type", "")
    relation = PG.mergedFrom if base != stated else _TYPES.get(sign, PROV.wasDerivedFrom)
    yield Claim(subject, relation, iris.model(base), basis=Basis.INFERENCE)


def _unresolved(subject: Iri, relation: Iri, text: str, where: str) -> ReaderOutput:
    node = iris.entity(SOURCE, "unresolved", iris.slug(text)[:120])
    yield Claim(node, RDF.type, PG.UnresolvedReference)
    yield Claim(node, PG.unresolvedText, literals.text(text[: statements.MAX_STATED]))
    yield Claim(subject, relation, node, basis=Basis.INFERENCE, locator=where)
    yield Problem(where, f"base {text[:60]!r} is no repository", "owner/name", kind="lineage")


def _models(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    if nth > 1:
        yield Problem(where, f"{name} stands there again", kind="repeat")
        return
    subject = iris.model(name)
    yield from _listed(row, name)
    yield from _times(subject, row, where)
    tags = row.get("tags", "")
    yield from _tags(subject, tags, f"{where}/tags")
    if "base_model:adapter:" in tags:  # whose tags tell how the base was loaded
        return
    method, bits = quantization_of(tag.strip() for tag in tags.split(","))
    if method:
        yield Claim(subject, PG.quantizationMethod, literals.text(method), locator=f"{where}/tags")
    if bits:
        yield Claim(subject, PG.quantizationBits, literals.decimal(bits), locator=f"{where}/tags")


def _times(subject: Iri, row: Row, where: str) -> ReaderOutput:
    for column, predicate in (("created_at", DCTERMS.created), ("last_modified", DCTERMS.modified)):
        stated = row.get(column, "")
        if not stated:
            continue
        at = f"{where}/{column}"
        claim = statements.dated(subject, predicate, stated[:10], at)
        if predicate == DCTERMS.created and str(claim.value) == _HUB_EPOCH:
            claim = Claim(
                subject,
                predicate,
                None,
                as_stated=stated,
                locator=at,
                unusable="the day from which the Hub records creation, not the repository's own",
            )
        elif claim.unusable:
            yield Problem(at, f"{claim.as_stated[:60]!r}: {claim.unusable}", kind="impossible")
        yield claim


def _papers(subject: Iri, tags: str, where: str) -> ReaderOutput:
    """The papers that a card links to, which is all that the Hub's tags say of them.

    Benchmarks, methods and the calculator of emissions in the Hub's empty card are among them; the
    only other one is probably the model's own.
    """
    papers = sorted({t[6:].strip() for t in map(str.strip, tags.split(",")) if t[:6] == "arxiv:"})
    cited = [paper for paper in papers if paper != _EMPTY_CARD]
    for paper in papers:
        item = statements.link(subject, PG.paper, f"https://arxiv.org/abs/{paper}", where)
        if isinstance(item, Problem):
            yield item
        elif cited == [paper]:
            yield replace(item, basis=Basis.INFERENCE)
        else:
            yield replace(item, predicate=DCTERMS.references)


def _tags(subject: Iri, tags: str, where: str) -> ReaderOutput:
    yield from _papers(subject, tags, where)
    for tag in tags.split(","):
        kind, _, rest = tag.strip().partition(":")
        if not rest:
            if kind in _FORMATS:
                yield Claim(subject, PG.fileFormat, literals.text(kind))
        elif kind == "license":
            yield from statements.licensed(subject, rest, locator=where)
        elif kind == "doi":
            yield statements.link(subject, PG.paper, f"https://doi.org/{rest}", where)
        elif kind == "dataset" and hub.names_no_dataset(rest):
            what = f"{rest[:60]!r} says how data were loaded, not which"
            yield Problem(where, what, "the name of a dataset", kind="lineage")
        elif kind == "dataset":
            dataset = iris.dataset(rest)
            yield from statements.is_a(dataset, PG.Dataset, rest)
            yield Claim(subject, PG.trainedOn, dataset)
        elif kind == "language":
            yield languages.stated(subject, rest, "language")
        elif kind == "source_datasets" and rest != "original" and " " not in rest:
            yield coverage.other(subject, "tags", tag.strip())
        elif kind == "base_model":
            relation, _, base = rest.partition(":")
            if relation in _RELATIONS and _NAME.fullmatch(base) and iris.model(base) != subject:
                target = iris.model(base)
                yield Claim(subject, _RELATIONS[relation], target, basis=Basis.INFERENCE)


def _repositories(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    if nth > 1:
        yield Problem(where, f"{name} stands there again", kind="repeat")
        return
    subject = iris.model(name)
    yield from _listed(row, name)
    if base := row.get("base_model_id", ""):
        at = f"{where}/base_model_id"
        if base.casefold() == name.casefold():
            yield Problem(at, f"{name} names itself as its base", kind="lineage")
        elif _NAME.fullmatch(base):
            target = iris.model(base)
            yield Claim(subject, PROV.wasDerivedFrom, target, basis=Basis.INFERENCE)
        else:
            yield from _unresolved(subject, PROV.wasDerivedFrom, base, at)
    if code := row.get("github_repo", ""):
        if _NAME.fullmatch(code):
            yield Claim(subject, PG.codeRepository, Iri(f"https://github.com/{code}"))
        else:
            at = f"{where}/github_repo"
            yield Problem(at, f"{code[:60]!r} is not a repository", "owner/name", kind="link")


def _datasets(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    if nth > 1:
        yield Problem(where, f"{name} stands there again", kind="repeat")
        return
    dataset = iris.dataset(name)
    yield from statements.is_a(dataset, PG.Dataset, name)
    if "/" in name:
        yield from statements.made_by(dataset, name.partition("/")[0])
    yield Claim(dataset, PG.hubRepository, statements.hub_page(f"datasets/{name}"))
    yield from _times(dataset, row, where)
    yield from _tags(dataset, row.get("tags", ""), f"{where}/tags")


READINGS: Mapping[str, Callable[[Row, str, str, int], ReaderOutput]] = MappingProxyType(
    {
        "benchmarks": _benchmarks,
        "repositories": _repositories,
        "models": _models,
        "datasets": _datasets,
    }
)

SYNTAXES = ("csv",)


def _subject(row: Mapping[Any, Any]) -> Iri | None:
    """The model or dataset of a row."""
    model, dataset = row.get("model_id", ""), row.get("dataset_id", "")
    return iris.model(model) if model else iris.dataset(dataset) if dataset else None


_SUBJECTS = entries.rows(_subject)
_CELLS = keys.cells("row")


def _leaves(document: Document) -> Iterator[Leaf]:
    """The cells; tags one by one, and apart those that are topics or tell where a model can run."""
    for leaf in _CELLS(document):
        if leaf.path == ("row", "tags"):
            for tag in map(str.strip, leaf.value.split(",")):
                if tag:
                    path = leaf.path if _is_read(tag) or " " in tag else ("row", "topics")
                    yield Leaf(path, leaf.where, tag)
        else:
            yield leaf


def _is_read(tag: str) -> bool:
    """Whether a tag makes a statement of its own.

    >>> [tag for tag in ("license:mit", "gguf", "4-bit", "region:us", "geology") if _is_read(tag)]
    ['license:mit', 'gguf', '4-bit']
    """
    kind, _, rest = tag.partition(":")
    if rest:
        return kind in _READ_TAGS
    return kind in _FORMATS or any(quantization_of([kind]))


_READ_TAGS = frozenset(
    {"arxiv", "base_model", "dataset", "doi", "language", "license", "source_datasets"}
)
_LEAVES = coverage.gathered(_leaves)
_READ = entries.with_rest(_read, keys.OSAIMAP, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "AI Stack Map: crawl of Hub models and datasets, Open LLM Leaderboard (CSV)",
    _recognises,
    _origin,
    _READ,
    version="8",
    keys=keys.OSAIMAP,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
