"""End-of-life dates of models and offers: modeldeprecations.dev and the deprecations.info feed.

A provider that is the developer states the end of the model itself; a platform states the end of
its offer of it. The sources give up to four different days: the announcement of the end, the day
from which use is advised against, the end, and the earliest possible end. Each has its own
property.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.developers import developer_names
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, RDFS, SCHEMA
from provenance_graph.formats import coverage, mapping, model_names, statements
from provenance_graph.formats.catalogues import common, entries, keys
from provenance_graph.formats.catalogues.lifecycle_entries import (
    is_a_list,
    is_bare,
    resting_on_a_list,
    several,
)
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.mapping import Row

SOURCE = "lifecycle"

_STATES = MappingProxyType(
    {
        "active": PG.Active,
        "deprecated": PG.Deprecated,
        "retired": PG.Retired,
        "legacy": PG.Deprecated,
        "preview": PG.Preview,
        "shutdown": PG.Retired,
    }
)
_DAYS: tuple[Row, ...] = (
    Row("released_on", DCTERMS.issued, mapping.date),
    Row("deprecated_on", PG.deprecationDate, mapping.date),
    Row("shutdown_on", PG.retirementDate, mapping.date),
    Row("earliest_shutdown_on", PG.earliestRetirementDate, mapping.date),
    Row("status", PG.lifecycle, mapping.codes(_STATES, "state of a lifecycle")),
)
_FEED: tuple[Row, ...] = (
    Row("announcement_date", PG.deprecationAnnounced, mapping.date),
    Row("shutdown_date", PG.retirementDate, mapping.date),
)
_ENTRY = frozenset({"provider", "model", "status", "sources"})
_FED = frozenset({"provider", "model_id", "announcement_date", "shutdown_date"})
_RELEASE = re.compile(
    r"(?P<base>.+?)[-@](?P<date>20\d{6}|20\d\d-\d\d-\d\d|\d\d-20\d\d|\d{4}|00[1-9])"
)
_RUN_TOGETHER = re.compile(r"[\w.]or(?=[a-z]+-)")


def _recognises(features: Features) -> bool:
    entries_ = features.syntax in ("yaml", "json", "jsonl") and features.keys >= _ENTRY
    return entries_ or (
        features.syntax == "json" and isinstance(features.value, list) and features.keys >= _FED
    )


def _is_feed(document: Document) -> bool:
    """Whether a document is the feed of announcements: one record, unlike a list of entries."""
    return not document.features.keys >= _ENTRY and isinstance(document.features.value, list)


def _split(document: Document) -> Iterator[Document | Problem]:
    """Yield the entries of a list, each as a document; nothing for one entry or for the feed."""
    if document.features.syntax == "jsonl":
        listed: Iterable[Any] = document.lines
    elif isinstance(document.features.value, list) and not _is_feed(document):
        whole = statements.sanitise(document.features.value, document.text)
        listed = ((f"/{index}", entry) for index, entry in enumerate(whole))
    else:
        return
    for each in listed:
        if isinstance(each, Problem):
            yield each
            continue
        where, entry = each
        if not isinstance(entry, dict):
            yield Problem(where, f"{common.brief(entry)} is not a mapping", kind="shape")
            continue
        named = [statements.scalar_text(entry.get(key)) for key in ("provider", "model")]
        if not all(named):
            what = f"an entry without provider or model: {common.brief(entry)}"
            yield Problem(where, what, "provider: and model:", "missing")
            continue
        name = "/".join(map(iris.slug, named))
        data = json.dumps(entry, ensure_ascii=False, default=str).encode("utf-8", "replace")
        yield Document(document.url, data, document.retrieved, f"{name}.json")


def _origin(document: Document) -> Origin:
    if not _is_feed(document):
        entry = statements.mapping(document.features.value)
        provider, model = (
            statements.scalar_text(entry.get("provider")),
            statements.scalar_text(entry.get("model")),
        )
        return Origin(
            local=f"{iris.slug(provider)}/{iris.slug(model)}",
            publisher=iris.organization("modeldeprecations.dev"),
            title=f"modeldeprecations.dev: {provider} {model}"[:200],
            licence="MIT",
            attribution="modeldeprecations.dev, https://github.com/mnfst/modeldeprecations.dev",
        )
    return Origin(
        local="deprecations-rss",
        publisher=iris.organization("deprecations.info"),
        title="deprecations.info: announced ends of models",
        licence="MIT",
        attribution="deprecations.info, https://github.com/leblancfg/deprecations-rss",
    )


def _read(document: Document) -> ReaderOutput:
    if not _is_feed(document):
        entry = statements.sanitise(document.features.value, document.text)
        if not isinstance(entry, dict):
            raise Unreadable(document.url, "not a mapping of provider and model")
        yield from _entry(entry)
        return
    known: set[str] = set()
    for index, entry in enumerate(statements.sanitise(document.features.value, document.text)):
        if isinstance(entry, dict):
            yield from _announced(entry, f"/{index}", known)
        else:
            yield Problem(f"/{index}", f"{common.brief(entry)} is not a mapping", kind="shape")


def _entry(entry: dict[Any, Any]) -> ReaderOutput:
    provider, name = (
        statements.scalar_text(entry.get("provider")),
        statements.scalar_text(entry.get("model")),
    )
    if not provider or not name:
        yield Problem("", "an entry without provider or model", "provider: and model:", "missing")
        return
    subject = yield from _subject(provider, name, statements.scalar_text(entry.get("name")), set())
    places = [statements.mapping(item) for item in statements.as_list(entry.get("sources"))]
    repeated = any(map(is_a_list, places))
    for item in mapping.claims(subject, entry, _DAYS, ""):
        if isinstance(item, Claim) and item.predicate == DCTERMS.issued:
            item = _not_from_name(item, name)
        yield resting_on_a_list(item) if repeated else item
    yield from _aliases(subject, provider, name, entry)
    for index, item in enumerate(statements.as_list(entry.get("replacements"))):
        stated = statements.mapping(item)
        other = statements.scalar_text(stated.get("model"))
        by = statements.scalar_text(stated.get("provider")) or provider
        if not other:
            what = "a replacement that names no model"
            yield Problem(f"/replacements/{index}", what, "model:", "missing")
            continue
        if not isinstance(stated.get("recommended", True), bool):
            text = common.brief(stated["recommended"])
            what, location = (
                f"{text} is neither true nor false",
                f"/replacements/{index}/recommended",
            )
            yield Problem(location, what, "read as recommended")
        if stated.get("recommended") is not False:
            for claim in _replaced(subject, by, other, f"/replacements/{index}"):
                yield resting_on_a_list(claim) if repeated else claim
    for index, source in enumerate(places):
        if url := statements.scalar_text(source.get("url")):
            of_provider = not is_a_list(source)
            predicate = PG.deprecationPolicy if of_provider else RDFS.seeAlso
            yield statements.link(subject, predicate, url, f"/sources/{index}/url")


def _announced(entry: dict[Any, Any], where: str, known: set[str]) -> ReaderOutput:
    provider, name = (
        statements.scalar_text(entry.get("provider")),
        statements.scalar_text(entry.get("model_id")),
    )
    if not provider or not name:
        what = f"an entry without provider or model_id ({provider or name or 'neither'})"
        yield Problem(where, what, kind="missing")
        return
    if several(entry):
        what = f"{common.brief(name)} names several models; the feed does not say which ends when"
        yield Problem(where, what, "one entry for each", "shape")
        return
    subject = yield from _subject(
        provider, name, statements.scalar_text(entry.get("model_name")), known
    )
    days, announced = _FEED, entry.get("announcement_date")
    if announced and entry.get("shutdown_date") == announced:
        days = _FEED[:1]
        what = (
            f"{common.brief(announced)} is the day of the announcement, so not the day of the end"
        )
        yield Problem(f"{where}/shutdown_date", what, "the day from which it is not offered")
    for item in mapping.claims(subject, entry, days, where):
        if is_bare(entry) and isinstance(item, Claim) and item.value is not None:
            item = replace(item, basis=Basis.INFERENCE, locator=f"{where}/announcement_date")
        yield item
    if url := statements.scalar_text(entry.get("url")):
        yield statements.link(subject, PG.deprecationPolicy, url, f"{where}/url")
    listed = statements.as_list(entry.get("replacement_models"))
    names = [statements.scalar_text(each) for each in listed]
    for index, each in enumerate(names):
        if each:
            yield from _replaced(subject, provider, each, f"{where}/replacement_models/{index}")
    other = statements.scalar_text(entry.get("replacement_model"))
    at = f"{where}/replacement_model"
    if other in names or (names and all(each in other for each in names)):
        return  # the same names in one text
    if _RUN_TOGETHER.search(other) or " " in other:
        yield Problem(at, f"{other[:60]!r} is no one model's name", "one name", kind="lineage")
    elif other:
        yield from _replaced(subject, provider, other, at)


def _not_from_name(claim: Claim, name: str) -> Claim:
    """The claim of a release day; an inference where the day only repeats the date in the name."""
    match = common.DATED.fullmatch(name)
    if match is None or claim.value is None:
        return claim
    written = re.sub(r"\D", "", str(claim.value))
    if written != re.sub(r"\D", "", match["date"]):
        return claim
    return replace(claim, basis=Basis.INFERENCE, locator="/released_on")


def _subject_of(provider: str, name: str) -> Iri:
    """The model where the provider is its developer, else the provider's offer."""
    developer = developer_names().own_services[SOURCE].get(iris.slug(provider))
    if developer is not None:
        return iris.model(f"{developer}/{name}")
    return iris.entity(SOURCE, "offer", f"{iris.slug(provider)}/{name}")


def _subject(provider: str, name: str, title: str, known: set[str]) -> Any:
    """Yield the claims of the model or offer that ``_subject_of`` names, and return its IRI."""
    developer = developer_names().own_services[SOURCE].get(iris.slug(provider))
    title = "" if model_names.is_placeholder(title) else title
    if developer is not None:
        model = _subject_of(provider, name)
        yield from statements.is_a(model, PG.Model, title)
        yield from statements.made_by(model, developer)
        if match := common.DATED.fullmatch(name):
            yield from common.version_of(model, developer, match["base"], match["date"])
        return model
    offer = _subject_of(provider, name)
    of = iris.entity(SOURCE, "model", f"{iris.slug(provider)}/{name}")
    yield Claim(of, RDF.type, PG.OfferedModel)
    yield from common.offer(offer, of, provider, name, known)
    return offer


def _aliases(subject: Iri, provider: str, name: str, entry: dict[Any, Any]) -> ReaderOutput:
    """Yield other API names of a model, valid from the day of the reading.

    A name that adds a date or release number to the entry's name is no alias: it is the fixed
    version, and the entry's name is the alias that may move; it is claimed where the version is the
    only one.
    """
    releases: list[Iri] = []
    for index, item in enumerate(statements.as_list(entry.get("aliases"))):
        alias = statements.scalar_text(item)
        if not alias or alias == name:
            yield Problem(f"/aliases/{index}", f"{common.brief(item)} is no other name")
            continue
        developer = developer_names().own_services[SOURCE].get(iris.slug(provider))
        release = _RELEASE.fullmatch(alias)
        if developer is not None and release is not None and release["base"] == name:
            version = iris.model(f"{developer}/{alias}")
            yield Claim(version, RDF.type, PG.ModelVersion)
            yield Claim(version, SCHEMA.version, literals.text(release["date"]))
            yield Claim(version, DCTERMS.identifier, literals.text(alias[: statements.MAX_STATED]))
            yield Claim(version, PROV.specializationOf, subject)
            releases.append(version)
            continue
        yield from _binding(provider, alias, subject)
    if len(set(releases)) == 1:
        yield from _binding(provider, name, releases[0])


def _binding(provider: str, alias: str, target: Iri) -> Iterator[Claim]:
    node = iris.entity(SOURCE, "alias", f"{iris.slug(provider)}/{alias}")
    yield Claim(node, RDF.type, PG.AliasBinding)
    yield Claim(node, PG.alias, literals.text(alias[: statements.MAX_STATED]))
    yield Claim(node, PG.resolvesTo, target)


def _replaced(subject: Iri, provider: str, other: str, where: str) -> ReaderOutput:
    developer = developer_names().own_services[SOURCE].get(iris.slug(provider))
    if developer is None:
        successor = iris.entity(SOURCE, "offer", f"{iris.slug(provider)}/{other}")
    else:
        successor = iris.model(f"{developer}/{other}")
    if successor == subject:
        yield Problem(where, f"{other[:60]!r} replaces itself", kind="lineage")
    elif developer is not None:
        yield from statements.is_a(successor, PG.Model)
        yield Claim(successor, DCTERMS.replaces, subject)
    else:
        yield Claim(successor, DCTERMS.replaces, subject)


def _leaves(document: Document) -> Iterator[Leaf]:
    """Yield the values of every entry; a platform's display name of an offer has a key of its own."""
    whole = document.features.value
    alone = isinstance(whole, dict)
    for index, raw in enumerate(statements.as_list(whole)):
        entry = statements.mapping(raw)
        own = (
            iris.slug(statements.scalar_text(entry.get("provider")))
            in developer_names().own_services[SOURCE]
        )
        for leaf in coverage.leaves(entry, ("entry",), "" if alone else f"/{index}"):
            name = leaf.path[1:] in (("name",), ("model_name",))
            role = "offer" if name and not own else "entry"
            if several(entry):
                role = "several"
            if leaf.path[1] == "replacements" and not _recommended(entry, leaf.where):
                role = "other"
            yield Leaf((role, *leaf.path[1:]), leaf.location, leaf.value)


def _recommended(entry: dict[Any, Any], where: str) -> bool:
    """Whether the source recommends the replacement at a location."""
    step = where.partition("/replacements/")[2].partition("/")[0]
    stated = statements.as_list(entry.get("replacements"))
    item = statements.mapping(stated[int(step)]) if step.isdigit() else {}
    return item.get("recommended") is not False


SYNTAXES = ("yaml", "json", "jsonl")


def _subjects(document: Document) -> Mapping[str, Iri]:
    """The model or offer of every entry, by location."""
    kind = entries.whole if isinstance(document.features.value, dict) else entries.listed_entries
    return kind(_entity)(document)


def _entity(entry: Mapping[Any, Any]) -> Iri | None:
    provider = statements.scalar_text(entry.get("provider"))
    name = statements.scalar_text(entry.get("model") or entry.get("model_id"))
    return _subject_of(provider, name) if provider and name else None


_SUBJECTS = _subjects
_LEAVES = gathered(_leaves)
_READ = entries.with_rest(_read, keys.LIFECYCLE, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "Ends of models: modeldeprecations.dev (entries or lists of them), deprecations.info (JSON)",
    _recognises,
    _origin,
    _READ,
    version="10",
    split=_split,
    keys=keys.LIFECYCLE,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
