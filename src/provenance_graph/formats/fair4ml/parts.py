"""Claims from the values of a FAIR4ML model: datasets, parents, papers, emissions, evaluations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from provenance_graph.core import hub, iris, literals, papers, terms
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DERIVATIONS, PG, PROV, RDF
from provenance_graph.formats import coverage, model_names, statements
from provenance_graph.formats.fair4ml import framing
from provenance_graph.formats.fields import jsonld, measures, named, packages
from provenance_graph.formats.fields.jsonld import FAIR4ML, SCHEMA
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "fair4ml"
_TONNES = {
    "t": Decimal(1),
    "tonne": Decimal(1),
    "tonnes": Decimal(1),
    "ton": Decimal(1),
    "tons": Decimal(1),
    "kg": Decimal("0.001"),
    "kilograms": Decimal("0.001"),
    "g": Decimal("0.000001"),
    "grams": Decimal("0.000001"),
}
_MIN_CONFIDENCE = Decimal("0.5")
"""The least confidence of an extracted parent; below it only the text is kept."""
_NO_MODEL = re.compile(
    r"[^\w]*|\[\w+\]|<\w+>|[a-z ]+"
    r"|(?i:(?:.*[^\w])?(?:accuracy|scores?|loss|f1|bleu|rouge|perplexity|datasets?|benchmarks?"
    r"|corpus|epochs?|optimi[sz]er|learning rate|batch size|metrics?))"
)
"""Texts that name no model: tokens such as [CLS], words without a capital, digit or slash, and
names of measures, methods and training data."""
_GB = {
    "gb": Decimal(1),
    "gib": Decimal("1.073741824"),
    "mb": Decimal("0.001"),
    "mib": Decimal("0.001048576"),
    "tb": Decimal(1000),
}
_KNOWN = frozenset(("bert", "gpt2", "llama", "mistral", "t5", "roberta"))
"""Words in lower case that do name models."""
_AMOUNT = re.compile(
    r"[~≈]?\s*(?P<number>[\d.,]{1,30}(?:[eE][-+]?\d{1,3})?)\s*(?P<unit>[A-Za-z]+)?.*"
)


def address(model: Iri, url: str, name: str, where: str, key: str) -> Iterator[Claim | Problem]:
    """Yield the model's own page, or another address of it."""
    repository = statements.hub_model(url)
    if repository and (iris.model(repository) == model or model_names.same_name(repository, name)):
        yield Claim(model, PG.hubRepository, statements.hub_page(repository))
    elif key == SCHEMA + "url" and url:
        yield statements.link(model, PG.homepage, url, where)
    elif (key == SCHEMA + "sameAs" and url.startswith(("http://", "https://"))) or url.startswith(
        papers.DOI_SITE
    ):
        yield statements.link(model, terms.SCHEMA.sameAs, url, where)


def linked(model: Iri, predicate: Iri, value: Any, where: str) -> Iterator[Claim | Problem]:
    """Yield a link, or the links in a text such as a citation."""
    stated = jsonld.link_of(value)
    results = [stated] if stated.startswith(("http://", "https://")) and " " not in stated else []
    results = results or statements.urls(stated)
    if paper := papers.address_of(stated):
        results = [paper]
    for url in results:
        yield statements.link(model, predicate, url, where)
    rest = jsonld.text_of(value)
    if rest and rest not in results and rest != stated:
        yield coverage.other(model, iris.local_name(predicate), rest)
    elif (stated and not results) or (
        results and stated not in results and not papers.address_of(stated)
    ):
        yield coverage.other(model, iris.local_name(predicate), stated)


def _by_name(node: Any) -> dict[str, Any]:
    """The values of a node by schema.org's names of its keys."""
    return {
        jsonld.short(jsonld.same(str(key))).removeprefix("schema:"): inner
        for key, inner in mapping(node).items()
    }


def requirement(model: Iri, value: Any) -> Iterator[Claim]:
    """Yield a library that the model needs, with its version where a node gives one."""
    name = jsonld.text_of(value) or jsonld.link_of(value)
    stated = _by_name(value)
    version = scalar_text(stated.get("version")) or scalar_text(stated.get("softwareVersion"))
    for each in re.split(r"[,;\n]", name) if not version else [f"{name} {version}"]:
        if each := each.strip():
            yield Claim(model, PG.softwareDependency, statements.literal(each))
            bare = re.split(r"[\s=<>~!\[]", each)[0]
            if bare.casefold() in named.LIBRARIES:
                yield Claim(model, PG.framework, statements.literal(bare))


def file_of(model: Iri, value: Any, where: str) -> Iterator[Claim | Problem]:
    """Yield a file of the model with its digest, size and address (schema.org's DataDownload)."""
    stated = _by_name(value)
    url = jsonld.link_of(stated.get("contentUrl")) or jsonld.link_of(stated.get("url"))
    name = jsonld.text_of(stated.get("name")) or url.rstrip("/").rpartition("/")[2]
    digests = [
        packages.digest(algorithm, scalar_text(stated.get(algorithm)))
        for algorithm in ("sha256", "md5")
        if stated.get(algorithm)
    ]
    if not (name or any(digests)):
        return
    claims = list(packages.artifact("fair4ml", model, name[:200], [d for d in digests if d]))
    yield from claims
    file = claims[0].subject
    if url:
        yield statements.link(file, terms.SCHEMA.url, url, f"{where}/contentUrl")
    if (size := stated.get("contentSize")) is not None:
        yield packages.sized(file, size, f"{where}/contentSize")
    if form := jsonld.text_of(stated.get("encodingFormat")):
        yield Claim(file, PG.fileFormat, statements.literal(form))


def licence(subject: Iri, value: Any, where: str) -> Iterator[Claim]:
    """Yield a licence by its name or address; a node with both may be a licence in no table."""
    text = jsonld.text_of(value)
    link = jsonld.link_of(value) if isinstance(value, dict) else ""
    name = text if link else ""
    yield from statements.licensed(subject, text or link, name=name, link=link, locator=where)


def dataset(model: Iri, predicate: Iri, value: Any, where: str) -> Iterator[Claim | Problem]:
    """Yield a dataset that the model was trained, tested or validated on, with its details."""
    url, name = jsonld.link_of(value), jsonld.text_of(value)
    page = jsonld.link_of(_by_name(value).get("url"))
    repository = next(filter(None, map(statements.hub_dataset, (url, name, page))), "")
    if not name and framing.within_document(url):
        yield _nowhere(url, where)
        yield coverage.other(model, iris.local_name(predicate), url)
        return
    named_ = "" if name.startswith(("http", "_:")) else name
    text = repository or named_ or url
    if not text or text.startswith("_:"):
        return
    result = iris.dataset(text)
    if repository and named_ in ("", repository):
        yield from statements.called(result, PG.Dataset, repository)
    else:
        yield from statements.is_a(result, PG.Dataset, named_ or name)
    yield Claim(model, predicate, result)
    if repository:
        yield Claim(result, PG.hubRepository, statements.hub_page(f"datasets/{repository}"))
    stated = _by_name(value)
    if named_ and not repository and page:
        yield statements.link(result, terms.SCHEMA.url, page, where)
    for item in as_list(stated.get("license")):
        yield from licence(result, item, f"{where}/license")


def _nowhere(id_: str, where: str) -> Problem:
    """The problem for a local reference to a node that the document does not have."""
    return Problem(where, f"{id_[:120]!r} names no node of the document", kind="reference")


def parent(
    model: Iri, value: Any, where: str, confidence: Decimal | None = None
) -> Iterator[Claim | Problem]:
    """Yield the model that this one was fine-tuned from; a bare text is an unresolved reference.

    A text that names no model, or that a program extracted from prose with low confidence, is no
    parent: it is stored as stated, with the reason.
    """
    display_text = jsonld.text_of(value) or jsonld.link_of(value)
    why = ""
    if confidence is not None and confidence < _MIN_CONFIDENCE:
        why = f"taken from a text by a program with confidence {confidence}"
    elif (
        not isinstance(value, dict)
        and _NO_MODEL.fullmatch(display_text)
        and display_text not in _KNOWN
    ):
        why = "names no model"
    if why:
        yield Claim(
            model,
            PG.fineTunedFrom,
            None,
            as_stated=display_text[: statements.MAX_STATED],
            locator=where,
            unusable=why,
        )
        return
    url, name = jsonld.link_of(value), jsonld.text_of(value)
    repository = statements.hub_model(url) or statements.hub_model(name)
    if not repository and hub.is_name(name or url):
        repository = name or url
    if repository:
        result = iris.model(repository)
        yield from statements.is_a(result, PG.Model, "" if "://" in name else name)
    elif text := name or url:
        if framing.within_document(text):
            yield _nowhere(text, where)
        result = iris.entity(SOURCE, "unresolved", iris.slug(text))
        yield Claim(result, RDF.type, PG.UnresolvedReference)
        yield Claim(result, PG.unresolvedText, statements.literal(text))
    else:
        return
    if result != model:
        yield Claim(model, PG.fineTunedFrom, result)
        yield from _pinned(model, result, url)


def _pinned(model: Iri, parent_: Iri, url: str) -> Iterator[Claim]:
    """Yield the revision to which a parent's address is pinned."""
    repository = hub.address(url)
    if repository is not None and repository.revision not in ("", "main"):
        for claim in packages.descends(model, parent_, "", "", ("",), repository.revision):
            if claim.basis is None and claim.predicate not in (PROV.wasDerivedFrom,):
                yield claim


def based_on(model: Iri, value: Any) -> Iterator[Claim]:
    """Yield a work that the model is based on: a parent where the kind is stated, else as stated."""
    kind = scalar_text(mapping(value).get("additionalType")).rpartition(":")[2]
    url = jsonld.link_of(value)
    repository = statements.hub_model(url)
    known = [p for p in DERIVATIONS if iris.local_name(p) == kind]
    if not repository or iris.model(repository) == model:
        yield coverage.other(model, "isBasedOn", jsonld.text_of(value) or url)
    elif known:
        result = iris.model(repository)
        yield from statements.is_a(result, PG.Model, jsonld.text_of(value))
        yield Claim(model, known[0], result)
        yield from _pinned(model, result, url)
    else:
        yield Claim(model, PROV.wasDerivedFrom, iris.model(repository))


def amount(value: Any) -> str:
    """A quantity as a text with its unit: plain, or a schema.org QuantitativeValue.

    >>> amount("16 GB"), amount({"@type": "QuantitativeValue", "value": 16, "unitText": "GB"})
    ('16 GB', '16 GB')
    """
    stated = _by_name(value)
    number = scalar_text(stated.get("value"))
    if number:
        return f"{number} {scalar_text(stated.get('unitText')) or scalar_text(stated.get('unitCode'))}".strip()
    return jsonld.text_of(value)


def emissions(model: Iri, value: Any, where: str) -> Iterator[Claim]:
    """Yield the CO2 emissions of training, with the unit in the text."""
    text = amount(value)
    if not text:
        return
    match = _AMOUNT.fullmatch(text)
    number = literals.number(match["number"]) if match else None
    if match is None or number is None:
        yield Claim(
            model,
            PG.trainingCO2eTonnes,
            None,
            as_stated=text,
            locator=where,
            unusable="not a number",
        )
        return
    unit = re.sub(r"(?i)co2?.*$", "", match["unit"] or "").casefold()
    claim = packages.in_unit(model, PG.trainingCO2eTonnes, number, unit, _TONNES, where)
    yield Claim(
        model, claim.predicate, claim.value, as_stated=text, locator=where, unusable=claim.unusable
    )


def memory(model: Iri, text: str, where: str) -> Claim:
    """The claim of the memory that the model needs to run."""
    match = _AMOUNT.fullmatch(text)
    number = literals.number(match["number"]) if match else None
    unit = (match["unit"] or "") if match else ""
    stated = str(number) if number is not None else text
    claim = packages.in_unit(model, PG.minimumMemoryGB, stated, unit, _GB, where)
    return replace(claim, as_stated=text[: statements.MAX_STATED])


def evaluation(model: Iri, raw: Any, where: str) -> Iterator[Claim | Problem]:
    """Yield an evaluation with its dataset and metrics (``Precision: 0.8``, or name and value)."""
    by_key = {jsonld.same(str(key)): value for key, value in mapping(raw).items()}

    def of(local: str) -> Any:
        return next(
            (by_key[key] for key in (f"fair4ml:{local}", FAIR4ML + local, local) if key in by_key),
            None,
        )

    data = of("evaluationDataset")
    benchmark = jsonld.text_of(data)
    for item in as_list(data):
        yield from dataset(model, PG.testedOn, item, where)
    results = _results(as_list(of("evaluationMetrics")), as_list(of("evaluationResults")))
    bare = 0
    for n, item in enumerate(results):
        metric, value = _metric(item)
        on = benchmark or measures.benchmark_of(metric)
        if metric and on:
            local = f"{iris.slug(iris.short_id(model))}/{iris.slug(where)}/{n}"
            node = iris.entity(SOURCE, "evaluation", local)
            yield from packages.measured(node, model, metric, value, where, benchmark=on)
        elif metric:
            bare += 1
            yield coverage.other(model, "hasEvaluation", f"{metric} = {scalar_text(value)}")
        elif stated := scalar_text(item):
            yield coverage.other(model, "hasEvaluation", stated)
    if bare:
        yield packages.unplaced(bare, where)


def _results(metrics: list[Any], values: list[Any]) -> list[Any]:
    """Metrics with their values; two lists of names and numbers of one length are paired."""
    names = [scalar_text(each) for each in metrics]
    numbers = [statements.score(statements.without_percent(each)) for each in values]
    paired = len(names) == len(numbers) and all(names) and all(numbers)
    if paired and not any(_metric(each)[0] for each in metrics):
        return [{"name": name, "value": value} for name, value in zip(names, values, strict=True)]
    return [*metrics, *values]


def _metric(item: Any) -> tuple[str, Any]:
    """Name and value of a metric; a PropertyValue may give the name as measurementTechnique.

    >>> _metric("Precision: 0.8"), _metric({"name": "F1", "value": 0.5}), _metric("fine")
    (('Precision', '0.8'), ('F1', 0.5), ('', None))
    """
    if isinstance(item, dict):
        stated = _by_name(item)
        name = jsonld.text_of(item) or scalar_text(stated.get("measurementTechnique"))
        return stated_name(name), stated.get("value")
    match = re.fullmatch(r"([^:=]{1,80})[:=]\s*(-?[\d.]{1,30}%?)", scalar_text(item))
    return (match[1].strip(), match[2]) if match else ("", None)
