"""models.dev: one TOML file per model of a developer, and one per offer of a provider.

The two are kept separate: a provider's file (its context limit, its prices, the modalities it
accepts) describes that provider's offer and makes no claim about the model.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, urlsplit

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Literal, Precision, Problem, Stance
from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDFS, SCHEMA
from provenance_graph.formats import coverage, mapping, statements
from provenance_graph.formats.catalogues import common, entries, keys
from provenance_graph.formats.catalogues.published_scores import SOURCE, scores, with_problem
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.mapping import Parser, Row

_FACTS = frozenset({"limit", "modalities", "release_date", "last_updated", "cost", "family"})
_OFFERED = frozenset(
    {"cost", "base_model", "status", "provider", "reasoning_options", "experimental"}
)
_MODEL_PATH = re.compile(r"(?:^|/)models/([^/]+)/([^/]+)\.toml$")
_OFFER_PATH = re.compile(r"(?:^|/)providers/([^/]+)/models/(.+)\.toml$")
_PROVIDER_PATH = re.compile(r"(?:^|/)providers/([^/]+)/provider\.toml$")
_EMBEDS = re.compile(r"(?<![a-z])embed(?:der|ding)?s?(?![a-z])", re.IGNORECASE)
_STATUS = MappingProxyType(
    {
        "alpha": PG.Preview,
        "beta": PG.Preview,
        "preview": PG.Preview,
        "active": PG.Active,
        "deprecated": PG.Deprecated,
        "retired": PG.Retired,
    }
)


def _recognises(features: Features) -> bool:
    keys = features.keys
    if features.syntax != "toml" or "model_id" in keys:
        return False
    if {"name", "npm", "env"} <= keys:
        return True
    return bool(keys & {"name", "base_model"}) and len(keys & _FACTS) >= (
        1 if "base_model" in keys else 2
    )


def _path(document: Document) -> str:
    """The path with developer or provider and model: from the file's name, else from its address."""
    name = document.name.replace("\\", "/")
    address = unquote(urlsplit(document.url).path)
    for pattern in (_OFFER_PATH, _PROVIDER_PATH, _MODEL_PATH):
        for path in (name, address):
            if match := pattern.search(path):
                return statements.clean(match[0].strip("/"))
    return statements.clean(name or address).strip("/")


def _origin(document: Document) -> Origin:
    return Origin(
        local=_path(document).removesuffix(".toml")[-300:],
        publisher=iris.organization("models.dev"),
        title=statements.scalar_text(document.toml.get("name"))[:200] or "models.dev",
        licence="MIT",
        attribution="models.dev, https://models.dev/, the models.dev contributors",
    )


def _read(document: Document) -> ReaderOutput:
    raw = statements.sanitise(document.toml, document.text)
    path = _path(document)
    if offered := _OFFER_PATH.search(path):
        yield from _offer(raw, offered[1], offered[2])
    elif match := _PROVIDER_PATH.search(path):
        yield from _provider(raw, match[1])
    elif known := _MODEL_PATH.search(path):
        yield from _model(raw, iris.model(f"{known[1]}/{known[2]}"), known[1], known[2])
    elif "npm" in raw and "env" in raw:
        yield from _provider(raw, statements.scalar_text(raw.get("name")) or "provider")
    else:
        stem = path.rpartition("/")[2].removesuffix(".toml") or "model"
        if _OFFERED & raw.keys():
            what = "the provider is given only by the path"
            yield Problem("", what, "providers/<provider>/models/<id>.toml", kind="missing")
            yield from _offer(raw, "", stem)
        else:
            yield from _model(raw, iris.entity(SOURCE, "model", stem), "", stem)


def _model(raw: dict[str, Any], subject: Iri, developer: str, stem: str) -> ReaderOutput:
    yield from statements.is_a(subject, PG.Model, statements.scalar_text(raw.get("name")))
    if developer:
        yield from statements.made_by(subject, developer)
        yield Claim(subject, DCTERMS.identifier, literals.text(f"{developer}/{stem}"))
        match = common.DATED.fullmatch(stem)
        if match and len(match["date"]) > len(
            "12-2025"
        ):  # a day only: four digits may belong to a series' name
            yield from common.version_of(subject, developer, match["base"], match["date"])
    yield from _facts(raw, subject)
    yield from mapping.claims(subject, raw, _OPENNESS, "")
    yield from _weights(raw, subject)
    for index, entry in enumerate(statements.as_list(raw.get("links"))):
        link = statements.mapping(entry)
        yield from _link(link, subject, f"/links/{index}")
    local = f"{developer}/{stem}" if developer else stem
    yield from scores(raw, subject, local)


def _facts(raw: dict[str, Any], subject: Iri) -> ReaderOutput:
    """Yield the facts that models and offers state alike, and the knowledge cutoff."""
    embeds = _EMBEDS.search(
        " ".join(statements.scalar_text(raw.get(k)) for k in ("name", "family"))
    )
    if embeds:
        raw = yield from _without_text_output(raw, subject)
    yield from mapping.claims(subject, raw, FACTS, "")
    release = raw.get("release_date")
    knowledge = raw.get("knowledge")
    if knowledge is not None:
        yield from _cutoff(subject, knowledge, release)


def _without_text_output(
    raw: dict[str, Any], subject: Iri
) -> Generator[Claim | Problem, None, dict[str, Any]]:
    """The entry of an embedding model without values that are defaults for text models.

    For an embedding model the catalogue gives "text" as the output, and 1 or the width of the
    vector as the output limit; neither is true of it.
    """
    limit, contents = (
        statements.mapping(raw.get("limit")),
        statements.mapping(raw.get("modalities")),
    )
    yield Claim(subject, PG.outputModality, PG.Embedding, basis=Basis.INFERENCE, locator="/name")
    if contents.get("output") == ["text"]:
        what = "text as the output of an embedding model is the default of the table"
        yield Problem("/modalities/output", what, kind="default")
        contents = {k: v for k, v in contents.items() if k != "output"}
    if "output" in limit:
        what = "an embedding model has no limit of output tokens"
        yield Problem("/limit/output", what, kind="default")
        limit = {k: v for k, v in limit.items() if k != "output"}
    return raw | {"limit": limit, "modalities": contents}


def _cutoff(subject: Iri, stated: Any, release: Any) -> ReaderOutput:
    """Yield the knowledge cutoff; a cutoff after the release is impossible and has no value."""
    claim = statements.dated(subject, PG.knowledgeCutoff, stated, "/knowledge")
    issued = literals.day(release) if isinstance(release, str) else None
    if isinstance(claim.value, Literal) and issued and issued.literal.lexical != "1970-01-01":
        first = literals.period(claim.value, claim.precision)[0]
        if first > literals.period(issued.literal, issued.precision)[1]:
            text = statements.scalar_text(stated)
            what = f"knowledge until {text}, released {statements.scalar_text(release)}"
            yield Problem("/knowledge", what, kind="impossible")
            claim = Claim(
                subject,
                PG.knowledgeCutoff,
                None,
                as_stated=text,
                locator="/knowledge",
                unusable="after the release date",
            )
    yield from with_problem(_of_month(claim))


def _of_month(claim: Claim) -> Claim:
    """A cutoff on the last day of a month as that month, which is what developers mostly name."""
    value = claim.value
    if not isinstance(value, Literal) or claim.precision not in (None, Precision.DAY):
        return claim
    month = literals.day(value.lexical[:7])
    if month is None or month.literal != value:
        return claim
    return replace(claim, precision=Precision.MONTH, as_stated=claim.as_stated or value.lexical)


def _family(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    if name := statements.scalar_text(value):
        family = iris.entity(SOURCE, "family", iris.slug(name))
        yield from statements.is_a(family, PG.ModelFamily, name)
        yield Claim(subject, property_, family)
    else:
        yield Problem(where, f"{common.brief(value)} is not a family's name")


def _flag(value: Any, where: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(where, f"{common.brief(value)} is neither true nor false")


def _reasoning(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the reasoning flag; ``true`` is partly stated.

    It means that the model can reason, not whether it always does.
    """
    yield from _flag(value, where)
    if value is True:
        yield Claim(
            subject,
            property_,
            PG.Reasoning,
            Stance.PARTLY_STATED,
            as_stated="true",
            locator=where,
        )
    elif value is False:
        yield Claim(subject, property_, PG.NonReasoning)


def _table(rows: tuple[Row, ...]) -> Parser:
    """Parser of a key that holds a nested table, by the table's own rows."""

    def read(subject: Iri, _: Iri, value: Any, where: str) -> ReaderOutput:
        if isinstance(value, dict):
            yield from mapping.claims(subject, value, rows, where)
        else:
            yield Problem(where, f"{common.brief(value)} is not a table", kind="shape")

    return read


_TOKENS = mapping.count("a number of tokens")
_LIMITS: tuple[Row, ...] = (
    Row("context", PG.contextLength, _TOKENS),
    Row("input", PG.maxInputTokens, _TOKENS),
    Row("output", PG.maxOutputTokens, _TOKENS),
)
_CONTENTS: tuple[Row, ...] = (
    Row("input", PG.inputModality, mapping.modalities),
    Row("output", PG.outputModality, mapping.modalities),
)

FACTS: tuple[Row, ...] = (
    Row("family", DCTERMS.isPartOf, _family),
    Row("release_date", DCTERMS.issued, mapping.released),
    Row("last_updated", DCTERMS.modified, mapping.date),
    Row("tool_call", PG.toolUse, mapping.flag),
    Row("reasoning", PG.reasoningMode, _reasoning),
    Row("limit", PG.contextLength, _table(_LIMITS)),
    Row("modalities", PG.inputModality, _table(_CONTENTS)),
    Row("license", DCTERMS.license, mapping.licence),
)
"""Rows for the facts that models and offers state alike."""


_OPENNESS: tuple[Row, ...] = (
    Row("open_weights", PG.weightsAvailability, mapping.either(PG.OpenWeights, PG.ApiOnly)),
)


def _weights(raw: dict[str, Any], subject: Iri) -> ReaderOutput:
    """Yield the weights' addresses; the first Hub repository without quantisation is the model's."""
    stated = False
    for index, entry in enumerate(statements.as_list(raw.get("weights"))):
        weights = statements.mapping(entry)
        url = statements.scalar_text(weights.get("url"))
        where = f"/weights/{index}/url"
        if not url:
            yield Problem(where, "weights without an address", kind="missing")
            continue
        repository = statements.hub_model(url)
        reduced = weights.get("quantization") or re.search(
            r"fp8|fp4|int[48]|gguf|awq|gptq|mlx",
            statements.scalar_text(weights.get("label")).casefold(),
        )
        if repository and not reduced and not stated:
            stated = True
            yield Claim(subject, PG.hubRepository, statements.hub_page(repository))
        else:
            yield statements.link(subject, PG.weightsLocation, url, where)


def _link(link: dict[str, Any], subject: Iri, where: str) -> ReaderOutput:
    url = statements.scalar_text(link.get("url"))
    if not url:
        yield Problem(f"{where}/url", "a link without an address", kind="missing")
        return
    card = "card" in statements.scalar_text(link.get("label")).casefold()
    predicate = PG.modelCard if card else statements.link_property(url)
    yield statements.link(subject, predicate, url, f"{where}/url")


def _offer(raw: dict[str, Any], provider: str, model_id: str) -> ReaderOutput:
    """Yield a provider's offer; its model is ``base_model``, else the provider's own name for it."""
    base = statements.scalar_text(raw.get("base_model"))
    local = f"{provider}/{model_id}" if provider else model_id
    if re.fullmatch(r"[\w.-]+/[\w.:-]+", base):
        of = iris.model(base)
    elif provider in developer_names().own_services[SOURCE] and "/" not in model_id:
        of = iris.model(local)
    else:
        of = iris.entity(SOURCE, "model", local)
        yield from statements.is_a(of, PG.OfferedModel, statements.scalar_text(raw.get("name")))
        if base:
            yield Problem("/base_model", f"{base[:60]!r} is not a developer/model")
    node = iris.entity(SOURCE, "offer", local)
    yield from common.offer(node, of, provider or "unknown provider", model_id)
    if name := statements.scalar_text(raw.get("name")):
        yield Claim(node, SCHEMA.name, literals.text(name[:200]))
    yield from _facts(raw, node)
    if isinstance(
        stated := raw.get("open_weights"), bool
    ):  # a provider's statement, seldom kept up to date
        yield coverage.other(node, "open_weights", statements.scalar_text(stated))
    cost = raw.get("cost")
    if isinstance(cost, dict):
        for key, predicate in (
            ("input", PG.inputPriceUSD),
            ("output", PG.outputPriceUSD),
        ):
            yield from common.price(node, predicate, cost.get(key), f"/cost/{key}")
    elif cost is not None:
        yield Problem("/cost", f"{common.brief(cost)} is not a table", kind="shape")
    status = statements.scalar_text(raw.get("status"))
    if status.casefold() in _STATUS:
        yield Claim(node, PG.lifecycle, _STATUS[status.casefold()])
    elif status:
        yield Problem("/status", f"{status[:60]!r} is not a stage of the code list")


def _provider(raw: dict[str, Any], provider: str) -> ReaderOutput:
    organization = iris.organization(provider)
    name = statements.scalar_text(raw.get("name")) or provider
    yield from statements.is_a(organization, PG.Organization, name)
    if address := statements.scalar_text(raw.get("doc")):
        yield statements.link(organization, RDFS.seeAlso, address, "/doc")


SYNTAXES = ("toml",)


def _subjects(document: Document) -> Mapping[str, Iri]:
    """The model, offer or provider of a file, by location."""
    path = _path(document)
    raw = statements.mapping(document.toml)
    if offered := _OFFER_PATH.search(path):
        return {"": iris.entity(SOURCE, "offer", f"{offered[1]}/{offered[2]}")}
    if known := _MODEL_PATH.search(path):
        return {"": iris.model(f"{known[1]}/{known[2]}")}
    if _PROVIDER_PATH.search(path) or {"npm", "env"} <= raw.keys():
        return {}
    stem = path.rpartition("/")[2].removesuffix(".toml") or "model"
    kind = "offer" if _OFFERED & raw.keys() else "model"
    return {"": iris.entity(SOURCE, kind, stem)}


_SUBJECTS = _subjects
_LEAVES = gathered(keys.one("entry"))
_READ = entries.with_rest(_read, keys.MODELSDEV, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "models.dev: a developer's model or a provider's offer (TOML)",
    _recognises,
    _origin,
    _READ,
    version="8",
    keys=keys.MODELSDEV,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
