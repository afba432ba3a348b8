"""Reader of the model card inside a CycloneDX component: parameters, data, metrics, energy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, SCHEMA
from provenance_graph.formats import coverage, statements, table_leaves
from provenance_graph.formats.cyclonedx.around import named_value
from provenance_graph.formats.cyclonedx.bom import SOURCE, Bom, inline_dataset, inline_name, uses_of
from provenance_graph.formats.cyclonedx.keys import (
    ENERGY,
    HELD_OUT,
    KEYS,
    MWH,
    PARAMETERS,
    TONNES,
)
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import measures, modalities, packages
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name


def read(part: Mapping[Any, Any], model: Iri, where: str, bom: Bom) -> ReaderOutput:
    """Yield the claims of a component's model card about the model."""
    raw = part.get("modelCard")
    card, here = mapping(raw), f"{where}/modelCard"
    if raw is not None and not isinstance(raw, dict):
        yield Problem(here, "not a model card", "an object")
        return
    parameters, location = mapping(card.get("modelParameters")), f"{here}/modelParameters"
    for key, predicate in PARAMETERS.items():
        if text := scalar_text(parameters.get(key)):
            yield coverage.stated(model, predicate, text, f"{location}/{key}")
    for key, predicate in (("inputs", PG.inputModality), ("outputs", PG.outputModality)):
        for n, item in enumerate(as_list(parameters.get(key))):
            stated = scalar_text(mapping(item).get("format"))
            if stated:
                yield _modality(model, predicate, stated, f"{location}/{key}/{n}/format")
    for n, item in enumerate(as_list(parameters.get("datasets"))):
        yield from _used(item, model, f"{location}/datasets/{n}", bom)
    for n, item in enumerate(as_list(card.get("properties"))):
        yield from named_value(model, item, f"{here}/properties/{n}")
    yield from _metrics(card, model, f"{here}/quantitativeAnalysis/performanceMetrics", bom.local)
    yield from _energy(card, model, here)


def _modality(model: Iri, predicate: Iri, stated: str, where: str) -> Claim:
    """The claim of an input or output modality; an unknown word is stored as stated."""
    code = modalities.modalities().get(stated.casefold()) or modalities.of_media_type(stated)
    if code is None:
        return Claim(
            model,
            predicate,
            None,
            as_stated=stated[: statements.MAX_STATED],
            locator=where,
            unusable="no modality that is known",
        )
    same = stated.casefold() == iris.local_name(code).casefold()
    return Claim(model, predicate, code, as_stated="" if same else stated)


def _used(raw: Any, model: Iri, where: str, bom: Bom) -> ReaderOutput:
    """Yield a dataset that the model was made with, inline or by reference."""
    item = mapping(raw)
    if "ref" in item:
        target = bom.known.get(scalar_text(item["ref"]))
        if target:
            yield from _uses(model, target, bom.stages.get(target, ()))
        else:
            text = scalar_text(item["ref"])[:120]
            yield Problem(f"{where}/ref", f"{text!r} names no dataset", kind="reference")
        return
    name = inline_name(item)
    if not name:
        yield Problem(where, "a dataset without name or reference", "name: or ref:")
        return
    dataset = inline_dataset(name, bom)
    yield from statements.is_a(dataset, PG.Dataset, stated_name(item.get("name")) or name)
    yield from _uses(model, dataset, uses_of(mapping(item.get("contents")).get("properties")))
    yield from data(item, dataset, where)


def _uses(model: Iri, dataset: Iri, stated: Iterable[Iri]) -> Iterator[Claim]:
    """Yield the model's uses of a dataset of its card: training, unless only other uses are stated.

    The schema's ``datasets`` are those "used to train and evaluate the model".
    """
    uses = list(dict.fromkeys(stated))
    if not uses or not set(uses) <= HELD_OUT:
        uses = list(dict.fromkeys((PG.trainedOn, *uses)))
    for use in uses:
        yield Claim(model, use, dataset)


def data(item: dict[Any, Any], dataset: Iri, where: str) -> ReaderOutput:
    """Yield the claims of one dataset: address, governance, classification, contents."""
    contents = mapping(item.get("contents"))
    url = scalar_text(contents.get("url"))
    if repository := statements.hub_dataset(url):
        yield Claim(dataset, PG.hubRepository, statements.hub_page(f"datasets/{repository}"))
    elif url:
        yield statements.link(dataset, SCHEMA.url, url, f"{where}/contents/url")
    for n, raw in enumerate(as_list(contents.get("properties"))):
        yield from named_value(dataset, raw, f"{where}/contents/properties/{n}")
    governance = mapping(item.get("governance"))
    for role in ("owners", "custodians", "stewards"):
        for raw in as_list(governance.get(role)):
            party = mapping(raw)
            organization = stated_name(mapping(party.get("organization")).get("name"))
            contact = stated_name(mapping(party.get("contact")).get("name"))
            for name in dict.fromkeys(each for each in (organization, contact) if each):
                literal = statements.literal(f"{role.removesuffix('s')}: {name}")
                yield Claim(dataset, PG.dataGovernance, literal)
            if organization and role == "owners":
                owner = statements.named_organization(organization)
                yield from statements.is_a(owner, PG.Organization, organization)
                yield Claim(dataset, DCTERMS.creator, owner)
    yield from coverage.claims(
        dataset, table_leaves.known_leaves(item, ("dataset",), where, KEYS), KEYS
    )


def _metrics(card: dict[Any, Any], model: Iri, where: str, local: str) -> ReaderOutput:
    analysis = mapping(card.get("quantitativeAnalysis"))
    above = iris.entity(SOURCE, "evaluation", f"{local}/{iris.slug(iris.short_id(model))}")
    bare = 0
    for n, raw in enumerate(as_list(analysis.get("performanceMetrics"))):
        item = mapping(raw)
        kind, setup = stated_name(item.get("type")), _setup(item)
        if not kind:
            yield Problem(f"{where}/{n}", "a metric without its type")
        elif benchmark := measures.benchmark_of(kind, stated_name(item.get("slice"))):
            yield from packages.measured(
                Iri(f"{above}/{n}"),
                model,
                kind,
                item.get("value"),
                f"{where}/{n}/value",
                setup=setup,
                benchmark=benchmark,
            )
        else:
            bare += 1
            text = f"{kind} = {scalar_text(item.get('value'))}" + (f" ({setup})" if setup else "")
            yield coverage.other(model, "performanceMetrics", text)
    if bare:
        yield packages.unplaced(bare, where)


def _setup(item: dict[Any, Any]) -> str:
    """The setup of a score: the slice of data and the confidence interval."""
    interval = mapping(item.get("confidenceInterval"))
    low, high = scalar_text(interval.get("lowerBound")), scalar_text(interval.get("upperBound"))
    parts = [
        stated_name(item.get("slice")),
        f"confidence interval {low} to {high}" if low or high else "",
    ]
    known = {"type", "value", "slice", "confidenceInterval"}
    parts += [f"{key}: {scalar_text(value)}" for key, value in item.items() if key not in known]
    return "; ".join(part for part in parts if part)[: statements.MAX_STATED]


def _energy(card: dict[Any, Any], model: Iri, here: str) -> ReaderOutput:
    """Yield energy by activity, and CO2 of training; other activities' CO2 as stated."""
    considerations = mapping(card.get("considerations"))
    environment = mapping(considerations.get("environmentalConsiderations"))
    location = f"{here}/considerations/environmentalConsiderations/energyConsumptions"
    for n, raw in enumerate(as_list(environment.get("energyConsumptions"))):
        item = mapping(raw)
        activity = stated_name(item.get("activity"))
        carbon = PG.trainingCO2eTonnes if activity == "training" else None
        for key, predicate, units in (
            ("activityEnergyCost", ENERGY.get(activity), MWH),
            ("co2CostEquivalent", carbon, TONNES),
        ):
            amount = mapping(item.get(key))
            value, unit = amount.get("value"), scalar_text(amount.get("unit"))
            if predicate is not None and amount:
                yield packages.in_unit(
                    model, predicate, value, unit, units, f"{location}/{n}/{key}"
                )
            elif amount:
                yield coverage.other(
                    model, f"{activity}.{key}", f"{scalar_text(value)} {unit}".strip()
                )
