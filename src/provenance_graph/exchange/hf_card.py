"""Writer of a model card for the Hub: metadata, ``model-index``, and a short text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import yaml

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, short_id, shorten, slug
from provenance_graph.core.papers import arxiv_address, arxiv_id
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.formats.fields import languages, own_export
from provenance_graph.formats.huggingface.tables import FORMAT_TAGS
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.model.bundles.results import Bundle, BundleEntity, LicenceInfo

_RELATIONS: Mapping[Iri, str] = {
    PG.mergedFrom: "merge",
    PG.quantizedFrom: "quantized",
    PG.adapterOf: "adapter",
    PG.fineTunedFrom: "finetune",
}
_HUB_WORDS: Mapping[str, str] = {f"language: {word}": word for word in languages.HUB_WORDS}
"""Statements of cards' words that are no language, as kept in the graph, with the word."""
_METHODS = frozenset({"awq", "gptq", "exl2", "exl3", "aqlm", "hqq", "eetq", "nvfp4", "mxfp4"})
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        DCTERMS.license: "license; license: other with license_name and license_link for others",
        DCTERMS.language: "language, as a code",
        PG.otherStatement: "language, only for the Hub's words code and multilingual",
        PG.framework: "library_name, the first",
        PG.task: "pipeline_tag, the first",
        PG.fileFormat: "tags, the formats that the Hub knows",
        PG.quantizationMethod: "tags, the methods that the Hub knows",
        PG.paper: "tags (arxiv:…); the key paper for others",
        PG.codeRepository: "the key repo, which the Hub ignores",
        PG.trainedOn: "datasets",
        PG.trainingCO2eTonnes: "co2_eq_emissions, in grams",
        SCHEMA.alternateName: "model_name, the first",
        PG.evaluationOf: "model-index: benchmark, metric, score, setup and source",
        **{p: f"base_model, with base_model_relation {key}" for p, key in _RELATIONS.items()},
    }
)
_TEXT = "no field of a card's metadata; it is written in the card's text"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        PROV.wasDerivedFrom: "a card names the relation itself, in base_model_relation",
        **{
            relation: "the Hub knows only adapter, finetune, merge and quantized; "
            "it is written in the card's text"
            for relation in DERIVATIONS
            if relation not in _RELATIONS
        },
        PG.hubRepository: "the card does not name its own repository",
        **dict.fromkeys(writing.STATUSES, _TEXT),
    }
)


_NO_ID = "no source states a repository on the Hub, which the card's field requires"


def write(bundle: Bundle) -> Exported:
    """A README with the metadata that the Hub reads."""
    entity = bundle.entity(next(s for s in bundle.subjects if s in bundle.models))
    ledger = Ledger(bundle, (entity.iri,))
    data = dict(_metadata(bundle, ledger, entity))
    front = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000) if data else ""
    text = "\n".join([f"---\n{front}---\n", *_text(bundle, ledger, entity), ""])
    return ledger.done(text, TERMS, REASONS, _TEXT)


def _metadata(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    """Yield the keys of the card in the order of the Hub's own template."""
    mentioned = [v for v in entity.texts(DCTERMS.language) if languages.is_language(v.lexical)]
    ledger.keep(entity.iri, DCTERMS.language, *mentioned)
    words = [v for v in entity.texts(PG.otherStatement) if v.lexical in _HUB_WORDS]
    ledger.keep(entity.iri, PG.otherStatement, *words)
    if mentioned or words:
        yield "language", [v.lexical for v in mentioned] + [_HUB_WORDS[v.lexical] for v in words]
    yield from _licence(bundle, ledger, entity)
    for key, predicate in (
        ("library_name", PG.framework),
        ("pipeline_tag", PG.task),
        ("model_name", SCHEMA.alternateName),
    ):
        for value in entity.texts(predicate)[:1]:
            yield key, value.lexical
            if len(value.lexical) <= 120:
                ledger.keep(entity.iri, predicate, value)
    if tags := list(_tags(ledger, entity)):
        yield "tags", tags
    yield from _links(ledger, entity)
    if datasets := list(_datasets(bundle, ledger, entity)):
        yield "datasets", datasets
    yield from _bases(bundle, ledger, entity)
    for carbon in entity.texts(PG.trainingCO2eTonnes)[:1]:
        grams = writing.plain_decimal(writing.scaled(carbon, "1000000"))
        yield "co2_eq_emissions", int(grams) if grams.isdigit() else float(grams)
        ledger.keep(entity.iri, PG.trainingCO2eTonnes, carbon)
    if results := list(_results(bundle, ledger, entity)):
        yield "model-index", [{"name": bundle.name(entity.iri), "results": results}]


def _licence(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    stated = [bundle.licences[licence] for licence in entity.iris(DCTERMS.license)]
    for unknown in entity.stated_licences[:1] if not stated else ():
        yield "license", "other"
        yield "license_name", unknown.name
        if unknown.url:
            yield "license_link", unknown.url
    if len(stated) != 1:
        return
    info: LicenceInfo = stated[0]
    if info.hub_token and info.unambiguous:
        yield "license", info.hub_token
    else:
        yield "license", "other"
        yield "license_name", info.key
        if info.url:
            yield "license_link", info.url
    by_name = licence_names.normalise("other", name=info.key, link=info.url)
    if info.unambiguous or (info.iri == by_name.value and not info.hub_token):
        ledger.keep(entity.iri, DCTERMS.license, info.iri)
    else:
        why = "written by its id, which readers do not take for one licence"
        ledger.refuse(entity.iri, DCTERMS.license, info.iri, why)


def _tags(ledger: Ledger, entity: BundleEntity) -> Iterator[str]:
    for predicate, known in ((PG.fileFormat, FORMAT_TAGS), (PG.quantizationMethod, _METHODS)):
        for value in entity.texts(predicate):
            if value.lexical in known:
                yield value.lexical
                ledger.keep(entity.iri, predicate, value)
    for paper in entity.iris(PG.paper):
        if paper == arxiv_address(paper):
            yield f"arxiv:{arxiv_id(paper)}"
            ledger.keep(entity.iri, PG.paper, paper)


def _links(ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    papers = [paper for paper in entity.iris(PG.paper) if paper != arxiv_address(paper)]
    for key, predicate, pages in (
        ("paper", PG.paper, papers),
        ("repo", PG.codeRepository, entity.iris(PG.codeRepository)),
    ):
        results = [page for page in pages if page.startswith(("http://", "https://"))]
        if results:
            yield key, [str(page) for page in results]
            ledger.keep(entity.iri, predicate, *results)


def _datasets(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[str]:
    for dataset in entity.iris(PG.trainedOn):
        if repository := bundle.entity(dataset).repository:
            yield repository
            ledger.keep(entity.iri, PG.trainedOn, dataset)
        else:
            ledger.refuse(entity.iri, PG.trainedOn, dataset, _NO_ID)


def _bases(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[tuple[str, Any]]:
    """Yield the parents of one relation: the Hub stores only one relation for a card."""
    for predicate, relation in _RELATIONS.items():
        parents = [
            parent
            for parent in entity.iris(predicate)
            if parent != entity.iri and bundle.entity(parent).repository
        ]
        for parent in set(entity.iris(predicate)) - set(parents):
            ledger.refuse(entity.iri, predicate, parent, _NO_ID)
        if parents:
            names = [bundle.entity(parent).repository for parent in parents]
            yield "base_model", names if len(names) > 1 else names[0]
            yield "base_model_relation", relation
            if revisions := [entity.revisions[p] for p in parents if p in entity.revisions]:
                yield "base_model_revision", revisions if len(revisions) > 1 else revisions[0]
            ledger.keep(entity.iri, predicate, *parents)
            return


def _results(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[dict[str, Any]]:
    documents = {stored.claim.subject: stored.header for stored in bundle.claims}
    task = entity.text(PG.task) or "other"
    for node in bundle.hanging(entity.iri, PG.evaluationOf):
        benchmark = next(iter(node.iris(PG.benchmark)), None)
        score = next(iter(node.texts(PG.score)), None)
        if entity.iri not in node.iris(PG.evaluationOf) or not benchmark or not score:
            continue
        name = bundle.name(benchmark)
        dataset = {"name": name, "type": slug(name)}
        if setup := node.text(PG.setup):
            dataset["config"] = setup
        metric = node.text(PG.metric)
        measured = {"type": slug(metric) if metric else "score", "value": writing.number(score)}
        if metric:
            measured["name"] = metric
        results: dict[str, Any] = {
            "task": {"type": task},
            "dataset": dataset,
            "metrics": [measured],
        }
        if PG.SelfReported not in node.iris(PG.independence) and node.iri in documents:
            header = documents[node.iri]
            who = node.text(PG.evaluator) or header.attribution or short_id(header.publisher)
            results["source"] = {"name": who, "url": str(header.document)}
        yield results
        ledger.keep(node.iri, PG.evaluationOf, entity.iri)


def _text(bundle: Bundle, ledger: Ledger, entity: BundleEntity) -> Iterator[str]:
    """Yield the lines of the card's text, with the values that the metadata cannot hold."""
    yield f"# {_safe(bundle.name(entity.iri))}"
    rows = []
    for predicate in sorted(entity.facts):
        if predicate in writing.SILENT or predicate in writing.STATUSES:
            continue
        if predicate == PG.disclosed:
            continue
        left = [
            v for v in entity.facts[predicate] if (entity.iri, predicate, v) not in ledger.written
        ]
        if left:
            text = ", ".join(v.lexical if isinstance(v, Literal) else bundle.name(v) for v in left)
            rows.append(f"- {shorten(predicate).partition(':')[2]}: {_safe(text)}")
    if rows:
        yield ""
        yield "What the metadata above has no field for:"
        yield ""
        yield from rows
    for reported in writing.silences(entity):
        yield ""
        yield f"{reported[:1].upper()}{reported[1:]}."
    yield ""
    yield f"{own_export.WRITTEN_FROM} {entity.iri} as known on {bundle.stamp}."
    yield ""
    yield f"<!-- {writing.mark(bundle, 'hf-card')} -->"


def _safe(text: str) -> str:
    """A text on one line, with Markdown characters escaped."""
    return re.sub(r"([\\`*_\[\]<>#|])", r"\\\1", " ".join(text.split()))


EXPORTER = Exporter(
    format="hf-card",
    title="Model card of the Hugging Face Hub, with model-index",
    media_type="text/markdown; charset=utf-8",
    suffix="md",
    terms=TERMS,
    reasons=REASONS,
    otherwise=_TEXT,
    write=write,
    alone="model",
)
