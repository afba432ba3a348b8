"""The model card inside a CycloneDX component: parameters, data, measurements, energy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, SCHEMA
from provenance_graph.formats import packages, statements
from provenance_graph.formats.statements import called, listed, mapping, word

SOURCE = "cyclonedx"
_TEXTS = {
    "task": PG.task,
    "architectureFamily": PG.architectureFamily,
    "modelArchitecture": PG.architectureClass,
}
_FORMATS = {
    "text": PG.Text,
    "image": PG.Image,
    "audio": PG.Audio,
    "video": PG.Video,
}
_MWH = {"kwh": Decimal("0.001"), "mwh": Decimal(1), "gwh": Decimal(1000)}
_TONNES = {"tco2eq": Decimal(1), "kgco2eq": Decimal("0.001")}


def read(
    part: Mapping[Any, Any], model: Iri, where: str, known: Mapping[str, Iri], local: str
) -> Iterator[Claim | Problem]:
    """Yield what a component's model card says of the model; its prose does not pass."""
    raw = part.get("modelCard")
    card, here = mapping(raw), f"{where}/modelCard"
    if raw is not None and not isinstance(raw, dict):
        yield Problem(here, "not a model card", "an object")
        return
    parameters, place = mapping(card.get("modelParameters")), f"{here}/modelParameters"
    for key, predicate in _TEXTS.items():
        if text := called(parameters.get(key)):
            yield Claim(model, predicate, statements.literal(text))
    for key, predicate in (("inputs", PG.inputModality), ("outputs", PG.outputModality)):
        for item in listed(parameters.get(key)):
            if modality := _FORMATS.get(word(mapping(item).get("format")).casefold()):
                yield Claim(model, predicate, modality)
    for n, item in enumerate(listed(parameters.get("datasets"))):
        yield from _dataset(item, model, f"{place}/datasets/{n}", known)
    yield from _metrics(card, model, f"{here}/quantitativeAnalysis/performanceMetrics", local)
    yield from _energy(card, model, here)


def _dataset(
    raw: Any, model: Iri, where: str, known: Mapping[str, Iri]
) -> Iterator[Claim | Problem]:
    """A dataset that the model was made with, inline or by reference."""
    item = mapping(raw)
    if "ref" in item:
        target = known.get(word(item["ref"]))
        if target:
            yield Claim(model, PG.trainedOn, target)
        else:
            shown = word(item["ref"])[:120]
            yield Problem(f"{where}/ref", f"{shown!r} names no dataset", kind="reference")
        return
    url = word(mapping(item.get("contents")).get("url"))
    name, repository = called(item.get("name")), statements.hub_dataset(url)
    if not name and not repository:
        yield Problem(where, "a dataset without name or reference", "name: or ref:")
        return
    dataset = iris.dataset(repository or name)
    yield from statements.is_a(dataset, PG.Dataset, name or repository)
    yield Claim(model, PG.trainedOn, dataset)
    if repository:
        yield Claim(dataset, PG.hubRepository, statements.hub_page(f"datasets/{repository}"))
    elif url:
        yield statements.link(dataset, SCHEMA.url, url, f"{where}/contents/url")


def _metrics(card: dict[Any, Any], model: Iri, where: str, local: str) -> Iterator[Claim | Problem]:
    analysis = mapping(card.get("quantitativeAnalysis"))
    above = iris.entity(SOURCE, "evaluation", f"{local}/{iris.slug(iris.said(model))}")
    bare = 0
    for n, raw in enumerate(listed(analysis.get("performanceMetrics"))):
        item = mapping(raw)
        kind, part = called(item.get("type")), called(item.get("slice"))
        if not kind:
            yield Problem(f"{where}/{n}", "a metric without its type")
        elif benchmark := packages.benchmark_of(kind, part):
            yield from packages.measured(
                Iri(f"{above}/{n}"), model, kind, item.get("value"), f"{where}/{n}/value",
                setup=part, benchmark=benchmark,
            )  # fmt: skip
        else:
            bare += 1
    if bare:
        yield packages.unplaced(bare, where)


def _energy(card: dict[Any, Any], model: Iri, here: str) -> Iterator[Claim | Problem]:
    """Energy and carbon of training; those of other activities have no property."""
    considerations = mapping(card.get("considerations"))
    environment = mapping(considerations.get("environmentalConsiderations"))
    place = f"{here}/considerations/environmentalConsiderations/energyConsumptions"
    for n, raw in enumerate(listed(environment.get("energyConsumptions"))):
        item = mapping(raw)
        if item.get("activity") != "training":
            continue
        for key, predicate, units in (
            ("activityEnergyCost", PG.trainingEnergyMWh, _MWH),
            ("co2CostEquivalent", PG.trainingCO2eTonnes, _TONNES),
        ):
            if key in item:
                amount = mapping(item[key])
                yield packages.in_unit(
                    model, predicate, amount.get("value"), word(amount.get("unit")), units,
                    f"{place}/{n}/{key}",
                )  # fmt: skip
