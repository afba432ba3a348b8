"""Reader of the properties of an SPDX 3 package: a model, a dataset or a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDFS, SCHEMA
from provenance_graph.formats import coverage, model_names, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import measures, named, packages
from provenance_graph.formats.spdx3.graph import SOURCE, ElementGraph, revision_of, role
from provenance_graph.formats.spdx3.keys import KEYS
from provenance_graph.formats.spdx3.tables import AI, DATASET, ENERGY, ENERGY_UNITS, PACKAGE
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

_DATES = (("releaseTime", DCTERMS.issued), ("builtTime", DCTERMS.created))


def read(element: dict[str, Any], subject: Iri, where: str, graph: ElementGraph) -> ReaderOutput:
    """Yield the claims of a package's own properties."""
    kind = element.get("type")
    if kind != PACKAGE:
        classes = {AI: PG.Model, DATASET: PG.Dataset}
        yield from statements.is_a(subject, classes[str(kind)], stated_name(element.get("name")))
        yield from _made(element, subject, graph)
        named = [graph.agent(item) for item in as_list(element.get("originatedBy"))]
        makers = named if any(named) else [graph.agent(element.get("suppliedBy"))]
        yield from packages.unlinked(subject, stated_name(element.get("name")), makers, where)
        yield from _dated(element, subject, where)
        mine = role(element)
        own = (leaf for leaf in graph.leaves(element, where) if leaf.path[0] == mine)
        yield from coverage.claims(subject, own, KEYS)
    if text := scalar_text(element.get("licenseDeclared")):  # a key of SPDX 2 that converters keep
        location = f"{where}/licenseDeclared"
        yield Problem(location, "no SPDX 3 term", "a hasDeclaredLicense relationship", kind="key")
        yield from statements.licensed(subject, text, locator=location)
    yield from _links(element, subject, where)
    yield from _digests(element, subject, where)
    version = stated_name(element.get("software_packageVersion"))
    if kind == AI:
        revision = revision_of(element)
        for each in dict.fromkeys((version, revision[: statements.MAX_STATED])):
            yield from packages.version_of(SOURCE, subject, "" if each == "NOASSERTION" else each)
        if version == "NOASSERTION":
            yield coverage.stated(
                subject, SCHEMA.version, version, f"{where}/software_packageVersion"
            )
        yield from _model(element, subject, where)
    elif kind == DATASET:
        yield from _dataset(element, subject, where, version)


def _dataset(element: dict[str, Any], subject: Iri, where: str, version: str) -> ReaderOutput:
    for key in ("dataset_datasetSize", "software_artifactSize"):
        if (size := element.get(key)) is not None:
            yield statements.quantity(subject, PG.byteSize, size, f"{where}/{key}")
    if version:
        yield coverage.stated(subject, SCHEMA.version, version, f"{where}/software_packageVersion")
    for n, raw in enumerate(as_list(element.get("dataset_sensor"))):
        yield from _entry(subject, PG.dataSensor, raw, f"{where}/dataset_sensor/{n}")


def _made(element: dict[str, Any], subject: Iri, graph: ElementGraph) -> Iterator[Claim]:
    """Yield the makers: the originators, else the supplier unless it only passes the package on."""
    makers = [graph.agent(item) for item in as_list(element.get("originatedBy"))]
    supplier = graph.agent(element.get("suppliedBy"))
    if not any(makers) and not _only_passes_on(supplier, subject):
        makers = [supplier]
    for maker in makers:
        yield from statements.made_by(subject, maker)
    if supplier:
        organization = statements.named_organization(supplier)
        yield from statements.is_a(organization, PG.Organization, supplier)
        yield Claim(subject, PG.suppliedBy, organization)


def _only_passes_on(supplier: str, subject: Iri) -> bool:
    """Whether a supplier is the Hub, or not the owner of the subject's repository.

    A service lists the models that it uses as supplied by itself; it is not their developer.
    """
    if (named := iris.slug(supplier)) == "hugging-face":
        return True
    owner = iris.owner_of(subject)  # first words are compared: Meta's account is meta-llama
    return bool(owner) and iris.slug(owner).partition("-")[0] != named.partition("-")[0]


def _dated(element: dict[str, Any], subject: Iri, where: str) -> Iterator[Claim]:
    for key, predicate in _DATES:
        if element.get(key) is not None:
            yield statements.dated(subject, predicate, element[key], f"{where}/{key}")


def _links(element: dict[str, Any], subject: Iri, where: str) -> ReaderOutput:
    name = stated_name(element.get("name"))
    for n, raw in enumerate(as_list(element.get("externalRef"))):
        if mapping(raw).get("externalRefType") == "vcs":
            for location in as_list(mapping(raw).get("locator")):
                if (url := scalar_text(location)).startswith("http"):
                    at = f"{where}/externalRef/{n}/locator"
                    yield statements.link(subject, PG.codeRepository, url, at)
    dataset = element.get("type") == DATASET
    for key, predicate in (
        ("software_packageUrl", PG.hubRepository),
        ("software_downloadLocation", PG.weightsLocation),
        ("software_homePage", PG.homepage),
    ):
        url = scalar_text(element.get(key))
        if not url:
            continue
        if url in ("NOASSERTION", "NONE"):
            yield coverage.stated(subject, predicate, url, f"{where}/{key}")
        elif (purl := packages.package(url)) is not None:
            kind = (
                hub.RepositoryKind.DATASET if dataset or purl.dataset else hub.RepositoryKind.MODEL
            )
            yield Claim(subject, PG.hubRepository, hub.page(purl.repository, kind))
        elif data := statements.hub_dataset(url):
            yield from _page(subject, url, statements.hub_page(f"datasets/{data}"), key)
        elif (repository := statements.hub_model(url)) and (
            name == repository or model_names.same_name(repository, name)
        ):
            yield from _page(subject, url, statements.hub_page(repository), key)
        elif url.startswith("http"):
            result = SCHEMA.url if dataset else predicate
            other = RDFS.seeAlso if result == PG.hubRepository else result
            yield statements.link(subject, other, url, f"{where}/{key}")
        elif url.startswith(("pkg:", "git+", "git:", "svn", "ssh:")):
            yield coverage.other(subject, key, url)
        else:
            yield Problem(f"{where}/{key}", f"{url[:80]!r} is not an address", kind="link")


def _page(subject: Iri, url: str, page: Iri, key: str) -> Iterator[Claim]:
    """Yield a repository's page, and the address as stated where it points into the repository."""
    yield Claim(subject, PG.hubRepository, page)
    if url.rstrip("/") != page:
        yield coverage.other(subject, key, url)


def _digests_of(element: dict[str, Any], where: str) -> Iterator[str | Problem]:
    for n, raw in enumerate(as_list(element.get("verifiedUsing"))):
        item = mapping(raw)
        if item.get("type") in ("Hash", None):
            digest = packages.digest(
                scalar_text(item.get("algorithm")), scalar_text(item.get("hashValue"))
            )
            hint = "algorithm and hashValue"
            yield digest or Problem(f"{where}/verifiedUsing/{n}", "not a digest", hint)


def _digests(element: dict[str, Any], subject: Iri, where: str) -> ReaderOutput:
    """Yield the digests of a package, as those of a file without a name."""
    results = list(_digests_of(element, where))
    yield from (each for each in results if isinstance(each, Problem))
    if digests := [each for each in results if isinstance(each, str)]:
        yield from packages.artifact(SOURCE, subject, "", digests)


def file(element: dict[str, Any], of: Iri, where: str, graph: ElementGraph) -> ReaderOutput:
    """Yield the claims of a file that a package contains."""
    name = stated_name(element.get("name"))
    if element.get("type") != "software_File" or not name:
        return
    location = next((at for at, each in graph.elements if each is element), where)
    digests = list(_digests_of(element, location))
    yield from (each for each in digests if isinstance(each, Problem))
    claims = list(packages.artifact(SOURCE, of, name, [d for d in digests if isinstance(d, str)]))
    yield from claims
    node = claims[0].subject
    yield from _dated(element, node, location)
    for n, raw in enumerate(as_list(element.get("externalRef"))):
        if scalar_text(mapping(raw).get("externalRefType")).endswith("binaryArtifact"):
            for address in map(scalar_text, as_list(mapping(raw).get("locator"))):
                if address.startswith("http"):
                    yield statements.link(node, SCHEMA.url, address, f"{location}/externalRef/{n}")
    for maker in as_list(element.get("originatedBy")):
        yield from statements.made_by(node, graph.agent(maker))
    yield from coverage.claims(node, graph.leaves(element, location), KEYS)


def _model(element: dict[str, Any], model: Iri, where: str) -> ReaderOutput:
    kinds = [text for kind in as_list(element.get("ai_typeOfModel")) if (text := stated_name(kind))]
    for text in kinds:
        claim = coverage.stated(model, PG.architectureFamily, text, f"{where}/ai_typeOfModel")
        several = len(kinds) > 1 and claim.value is not None
        yield packages.partly(claim, f"{where}/ai_typeOfModel") if several else claim
    for n, raw in enumerate(as_list(element.get("ai_hyperparameter"))):
        entry, location = mapping(raw), f"{where}/ai_hyperparameter/{n}"
        key, value = scalar_text(entry.get("key")), scalar_text(entry.get("value"))
        result = named.claims(model, key, value, f"{location}/value") if key else []
        yield from result or _entry(model, PG.hyperparameter, raw, location)
    for n, raw in enumerate(as_list(element.get("ai_metricDecisionThreshold"))):
        location = f"{where}/ai_metricDecisionThreshold/{n}"
        yield from _entry(model, PG.decisionThreshold, raw, location)
    yield from _metrics(element, model, f"{where}/ai_metric")
    yield from _energy(element, model, where)


def _entry(subject: Iri, predicate: Iri, raw: Any, where: str) -> ReaderOutput:
    """Yield a dictionary entry as ``key: value``."""
    entry = mapping(raw)
    key, value = scalar_text(entry.get("key")), scalar_text(entry.get("value"))
    if key or value:
        yield Claim(subject, predicate, coverage.brief(f"{key}: {value}" if value else key))
    else:
        yield Problem(where, "not a DictionaryEntry", "key and value")


def _metrics(element: dict[str, Any], model: Iri, where: str) -> ReaderOutput:
    above = iris.entity(SOURCE, "evaluation", iris.slug(iris.short_id(model)))
    bare = 0
    for n, raw in enumerate(as_list(element.get("ai_metric"))):
        entry = mapping(raw)
        metric = stated_name(entry.get("key"))
        if benchmark := measures.benchmark_of(metric):
            node, location = Iri(f"{above}/{n}"), f"{where}/{n}/value"
            value = entry.get("value")
            yield from packages.measured(node, model, metric, value, location, benchmark=benchmark)
        elif metric:
            bare += 1
            text = f"{metric} = {scalar_text(entry.get('value'))}"
            yield coverage.other(model, "ai_metric", text)
        else:
            hint = "a DictionaryEntry with key and value"
            yield Problem(f"{where}/{n}", "not a metric", hint)
    if bare:
        yield packages.unplaced(bare, where)


def _energy(element: dict[str, Any], model: Iri, where: str) -> ReaderOutput:
    """Yield the energy of training, fine-tuning and inference, each by its own property."""
    for raw in as_list(element.get("ai_energyConsumption")):
        for key, predicate in ENERGY.items():
            bare = key.removeprefix("ai_")
            for n, item in enumerate(as_list(mapping(raw).get(key, mapping(raw).get(bare)))):
                entry = mapping(item)
                unit = scalar_text(entry.get("ai_energyUnit")).rsplit("/", 1)[-1]
                yield packages.in_unit(
                    model,
                    predicate,
                    entry.get("ai_energyQuantity"),
                    unit,
                    ENERGY_UNITS,
                    f"{where}/ai_energyConsumption/{key}/{n}",
                )
