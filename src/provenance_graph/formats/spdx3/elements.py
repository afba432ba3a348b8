"""The properties of an SPDX 3 package: of a model, a dataset or a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDFS, SCHEMA
from provenance_graph.formats import packages, statements
from provenance_graph.formats.spdx3.tables import (
    AI,
    DATASET,
    ENERGY_UNITS,
    HYPERPARAMETERS,
    PACKAGE,
)
from provenance_graph.formats.statements import called, listed, mapping, word

SOURCE = "spdx3"


def read(
    element: dict[str, Any], subject: Iri, where: str, agent: Callable[[Any], str]
) -> Iterator[Claim | Problem]:
    """Yield what a package's own properties say; prose such as limitations does not pass."""
    kind = element.get("type")
    if kind != PACKAGE:
        classes = {AI: PG.Model, DATASET: PG.Dataset}
        yield from statements.is_a(subject, classes[str(kind)], called(element.get("name")))
        yield from _made(element, subject, agent)
        for key, predicate in (("releaseTime", DCTERMS.issued), ("builtTime", DCTERMS.created)):
            if element.get(key) is not None:
                yield statements.dated(subject, predicate, element[key], f"{where}/{key}")
    if text := word(element.get("licenseDeclared")):  # SPDX 2's key, which converters keep
        place = f"{where}/licenseDeclared"
        yield Problem(place, "no SPDX 3 term", "a hasDeclaredLicense relationship", kind="key")
        yield from statements.licensed(subject, text, locator=place)
    yield from _links(element, subject, where)
    yield from _digests(element, subject, where)
    if kind == AI:
        yield from packages.version_of(
            SOURCE, subject, called(element.get("software_packageVersion"))
        )
        yield from _model(element, subject, where)
    elif kind == DATASET:
        if (size := element.get("dataset_datasetSize")) is not None:
            yield statements.quantity(subject, PG.byteSize, size, f"{where}/dataset_datasetSize")
        if version := called(element.get("software_packageVersion")):
            yield Claim(subject, SCHEMA.version, statements.literal(version))


def _made(element: dict[str, Any], subject: Iri, agent: Callable[[Any], str]) -> Iterator[Claim]:
    """The makers: who originated it, else who supplied it unless that is only the Hub."""
    makers = [agent(item) for item in listed(element.get("originatedBy"))]
    supplier = agent(element.get("suppliedBy"))
    if not any(makers) and iris.slug(supplier) != "hugging-face":
        makers = [supplier]
    for maker in makers:
        yield from statements.made_by(subject, maker)


def _links(element: dict[str, Any], subject: Iri, where: str) -> Iterator[Claim | Problem]:
    name = called(element.get("name"))
    for key, predicate in (
        ("software_packageUrl", PG.hubRepository),
        ("software_downloadLocation", PG.weightsLocation),
        ("software_homePage", PG.homepage),
    ):
        url = word(element.get(key))
        if not url or url in ("NOASSERTION", "NONE"):
            continue
        if (purl := packages.package(url)) is not None:
            yield Claim(subject, PG.hubRepository, purl.page)
        elif dataset := statements.hub_dataset(url):
            page = statements.hub_page(f"datasets/{dataset}")
            yield Claim(subject, PG.hubRepository, page)
        elif (repository := statements.hub_model(url)) and (
            name == repository or statements.same_name(repository, name)
        ):
            yield Claim(subject, PG.hubRepository, statements.hub_page(repository))
        elif url.startswith("http"):
            found = SCHEMA.url if element.get("type") == DATASET else predicate
            yield statements.link(
                subject,
                RDFS.seeAlso if found == PG.hubRepository else found,
                url,
                f"{where}/{key}",
            )
        elif not url.startswith(("pkg:", "git+", "git:", "svn", "ssh:")):
            yield Problem(f"{where}/{key}", f"{url[:80]!r} is not an address", kind="link")


def _digests(element: dict[str, Any], subject: Iri, where: str) -> Iterator[Claim | Problem]:
    found = []
    for n, raw in enumerate(listed(element.get("verifiedUsing"))):
        item = mapping(raw)
        if item.get("type") not in ("Hash", None):
            continue
        digest = packages.digest(word(item.get("algorithm")), word(item.get("hashValue")))
        if digest:
            found.append(digest)
        else:
            yield Problem(f"{where}/verifiedUsing/{n}", "not a digest", "algorithm and hashValue")
    if found:
        yield from packages.artifact(SOURCE, subject, called(element.get("name")), found)


def file(element: dict[str, Any], of: Iri, where: str) -> Iterator[Claim | Problem]:
    """A file that a package contains."""
    if element.get("type") == "software_File" and called(element.get("name")):
        if listed(element.get("verifiedUsing")):
            yield from _digests(element, of, where)
        else:
            yield from packages.artifact(SOURCE, of, called(element.get("name")), [])


def _model(element: dict[str, Any], model: Iri, where: str) -> Iterator[Claim | Problem]:
    kinds = [text for kind in listed(element.get("ai_typeOfModel")) if (text := called(kind))]
    for text in kinds:
        claim = Claim(model, PG.architectureFamily, statements.literal(text))
        yield packages.partly(claim, f"{where}/ai_typeOfModel") if len(kinds) > 1 else claim
    for n, raw in enumerate(listed(element.get("ai_hyperparameter"))):
        entry = mapping(raw)
        if predicate := HYPERPARAMETERS.get(word(entry.get("key")).casefold()):
            yield statements.quantity(
                model, predicate, entry.get("value"), f"{where}/ai_hyperparameter/{n}/value"
            )
    yield from _metrics(element, model, f"{where}/ai_metric")
    yield from _energy(element, model, where)


def _metrics(element: dict[str, Any], model: Iri, where: str) -> Iterator[Claim | Problem]:
    above = iris.entity(SOURCE, "evaluation", iris.slug(iris.said(model)))
    bare = 0
    for n, raw in enumerate(listed(element.get("ai_metric"))):
        entry, place = mapping(raw), f"{where}/{n}"
        metric = called(entry.get("key"))
        if not metric:
            yield Problem(place, "not a metric", "a DictionaryEntry with key and value")
        elif benchmark := packages.benchmark_of(metric):
            yield from packages.measured(
                Iri(f"{above}/{n}"), model, metric, entry.get("value"), f"{place}/value",
                benchmark=benchmark,
            )  # fmt: skip
        else:
            bare += 1
    if bare:
        yield packages.unplaced(bare, where)


def _energy(element: dict[str, Any], model: Iri, where: str) -> Iterator[Claim | Problem]:
    for raw in listed(element.get("ai_energyConsumption")):
        key = "ai_trainingEnergyConsumption"
        for n, item in enumerate(listed(mapping(raw).get(key))):
            entry = mapping(item)
            unit = word(entry.get("ai_energyUnit")).rsplit("/", 1)[-1]
            yield packages.in_unit(
                model, PG.trainingEnergyMWh, entry.get("ai_energyQuantity"), unit,
                ENERGY_UNITS, f"{where}/ai_energyConsumption/{key}/{n}",
            )  # fmt: skip
