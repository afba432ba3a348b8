"""A model card for the Hub: the metadata at its head, its ``model-index``, and a short text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import yaml

from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import Iri, said, shorten, slug
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.exchange import ledger as writing
from provenance_graph.exchange.ledger import Exported, Exporter, Ledger
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.model.bundle_results import Bundle, LicenceInfo, Thing

_RELATIONS: Mapping[Iri, str] = {
    PG.mergedFrom: "merge",
    PG.quantizedFrom: "quantized",
    PG.adapterOf: "adapter",
    PG.fineTunedFrom: "finetune",
}
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|code|multilingual")
_ARXIV = re.compile(r"https://arxiv\.org/abs/(\d{4}\.\d{4,5})")
_FORMATS = frozenset({"safetensors", "gguf", "ggml", "onnx", "openvino", "coreml", "tflite"})
_METHODS = frozenset({"awq", "gptq", "exl2", "exl3", "aqlm", "hqq", "eetq", "nvfp4", "mxfp4"})
TERMS: Mapping[Iri, str] = MappingProxyType(
    {
        DCTERMS.license: "license; license: other with license_name and license_link for others",
        DCTERMS.language: "language, as a code",
        PG.framework: "library_name, the first",
        PG.task: "pipeline_tag, the first",
        PG.fileFormat: "tags, the formats that the Hub knows",
        PG.quantizationMethod: "tags, the methods that the Hub knows",
        PG.paper: "tags (arxiv:…); the key paper for others",
        PG.codeRepository: "the key repo, which the Hub leaves alone",
        PG.trainedOn: "datasets",
        PG.trainingCO2eTonnes: "co2_eq_emissions, in grams",
        SCHEMA.alternateName: "model_name, the first",
        PG.evaluationOf: "model-index: benchmark, metric, score, setup and source",
        **{p: f"base_model, with base_model_relation {key}" for p, key in _RELATIONS.items()},
    }
)
_TEXT = "no field of a card's metadata; it stands in the card's text"
REASONS: Mapping[Iri, str] = MappingProxyType(
    {
        PROV.wasDerivedFrom: "a card names the relation itself, in base_model_relation",
        PG.distilledFrom: "the Hub knows adapter, finetune, merge and quantized alone",
        PG.hubRepository: "the card does not name its own repository",
        **dict.fromkeys(writing.STATUSES, _TEXT),
    }
)


_NO_ID = "no source states a repository on the Hub, which the card's field asks for"


def write(bundle: Bundle) -> Exported:
    """A README with the metadata that the Hub reads."""
    thing = bundle.thing(next(s for s in bundle.subjects if s in bundle.models))
    ledger = Ledger(bundle, (thing.iri,))
    data = dict(_metadata(bundle, ledger, thing))
    front = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=10_000) if data else ""
    text = "\n".join([f"---\n{front}---\n", *_text(bundle, ledger, thing), ""])
    return ledger.done(text, TERMS, REASONS, _TEXT)


def _metadata(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    """The keys of the card in the order of the Hub's own template."""
    languages = [v for v in thing.texts(DCTERMS.language) if _LANGUAGE.fullmatch(v.lexical)]
    ledger.keep(thing.iri, DCTERMS.language, *languages)
    if languages:
        yield "language", [value.lexical for value in languages]
    yield from _licence(bundle, ledger, thing)
    for key, predicate in (
        ("library_name", PG.framework),
        ("pipeline_tag", PG.task),
        ("model_name", SCHEMA.alternateName),
    ):
        for value in thing.texts(predicate)[:1]:
            yield key, value.lexical
            if len(value.lexical) <= 120:
                ledger.keep(thing.iri, predicate, value)
    if tags := list(_tags(ledger, thing)):
        yield "tags", tags
    yield from _links(ledger, thing)
    if datasets := list(_datasets(bundle, ledger, thing)):
        yield "datasets", datasets
    yield from _bases(bundle, ledger, thing)
    for carbon in thing.texts(PG.trainingCO2eTonnes)[:1]:
        grams = writing.plain_decimal(writing.scaled(carbon, "1000000"))
        yield "co2_eq_emissions", int(grams) if grams.isdigit() else float(grams)
        ledger.keep(thing.iri, PG.trainingCO2eTonnes, carbon)
    if results := list(_results(bundle, ledger, thing)):
        yield "model-index", [{"name": bundle.name(thing.iri), "results": results}]


def _licence(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    stated = [bundle.licences[licence] for licence in thing.things(DCTERMS.license)]
    for unknown in thing.stated_licences[:1] if not stated else ():
        yield "license", "other"
        yield "license_name", unknown.name
        if unknown.url:
            yield "license_link", unknown.url
    if len(stated) != 1:
        return
    info: LicenceInfo = stated[0]
    if info.hub_token and info.told:
        yield "license", info.hub_token
    else:
        yield "license", "other"
        yield "license_name", info.key
        if info.url:
            yield "license_link", info.url
    by_name = licence_names.normalise("other", name=info.key, link=info.url)
    if info.told or (info.iri == by_name.value and not info.hub_token):
        ledger.keep(thing.iri, DCTERMS.license, info.iri)
    else:
        why = "written by its id, which readers do not take for one licence"
        ledger.refuse(thing.iri, DCTERMS.license, info.iri, why)


def _tags(ledger: Ledger, thing: Thing) -> Iterator[str]:
    for predicate, known in ((PG.fileFormat, _FORMATS), (PG.quantizationMethod, _METHODS)):
        for value in thing.texts(predicate):
            if value.lexical in known:
                yield value.lexical
                ledger.keep(thing.iri, predicate, value)
    for paper in thing.things(PG.paper):
        if match := _ARXIV.fullmatch(paper):
            yield f"arxiv:{match[1]}"
            ledger.keep(thing.iri, PG.paper, paper)


def _links(ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    papers = [paper for paper in thing.things(PG.paper) if not _ARXIV.fullmatch(paper)]
    for key, predicate, pages in (
        ("paper", PG.paper, papers),
        ("repo", PG.codeRepository, thing.things(PG.codeRepository)),
    ):
        found = [page for page in pages if page.startswith(("http://", "https://"))]
        if found:
            yield key, [str(page) for page in found]
            ledger.keep(thing.iri, predicate, *found)


def _datasets(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[str]:
    for dataset in thing.things(PG.trainedOn):
        if repository := bundle.thing(dataset).repository:
            yield repository
            ledger.keep(thing.iri, PG.trainedOn, dataset)
        else:
            ledger.refuse(thing.iri, PG.trainedOn, dataset, _NO_ID)


def _bases(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[tuple[str, Any]]:
    """One relation alone: the Hub keeps no other beside it."""
    for predicate, relation in _RELATIONS.items():
        parents = [
            parent
            for parent in thing.things(predicate)
            if parent != thing.iri and bundle.thing(parent).repository
        ]
        for parent in set(thing.things(predicate)) - set(parents):
            ledger.refuse(thing.iri, predicate, parent, _NO_ID)
        if parents:
            names = [bundle.thing(parent).repository for parent in parents]
            yield "base_model", names if len(names) > 1 else names[0]
            yield "base_model_relation", relation
            if revisions := [thing.revisions[p] for p in parents if p in thing.revisions]:
                yield "base_model_revision", revisions if len(revisions) > 1 else revisions[0]
            ledger.keep(thing.iri, predicate, *parents)
            return


def _results(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[dict[str, Any]]:
    documents = {held.claim.subject: held.header for held in bundle.claims}
    task = thing.text(PG.task) or "other"
    for node in bundle.hanging(thing.iri, PG.evaluationOf):
        benchmark = next(iter(node.things(PG.benchmark)), None)
        score = next(iter(node.texts(PG.score)), None)
        if thing.iri not in node.things(PG.evaluationOf) or not benchmark or not score:
            continue
        name = bundle.name(benchmark)
        dataset = {"name": name, "type": slug(name)}
        if setup := node.text(PG.setup):
            dataset["config"] = setup
        metric = node.text(PG.metric)
        measured = {"type": slug(metric) if metric else "score", "value": writing.number(score)}
        if metric:
            measured["name"] = metric
        found: dict[str, Any] = {"task": {"type": task}, "dataset": dataset, "metrics": [measured]}
        if PG.SelfReported not in node.things(PG.independence) and node.iri in documents:
            header = documents[node.iri]
            who = node.text(PG.evaluator) or header.attribution or said(header.publisher)
            found["source"] = {"name": who, "url": str(header.document)}
        yield found
        ledger.keep(node.iri, PG.evaluationOf, thing.iri)


def _text(bundle: Bundle, ledger: Ledger, thing: Thing) -> Iterator[str]:
    """What the metadata cannot say, for people."""
    yield f"# {_safe(bundle.name(thing.iri))}"
    rows = []
    for predicate in sorted(thing.facts):
        if predicate in writing.SILENT or predicate in writing.STATUSES:
            continue
        if predicate == PG.disclosed:
            continue
        left = [v for v in thing.facts[predicate] if (thing.iri, predicate, v) not in ledger.kept]
        if left:
            shown = ", ".join(v.lexical if isinstance(v, Literal) else bundle.name(v) for v in left)
            rows.append(f"- {shorten(predicate).partition(':')[2]}: {_safe(shown)}")
    if rows:
        yield ""
        yield "What the metadata above has no field for:"
        yield ""
        yield from rows
    for told in writing.silences(thing):
        yield ""
        yield f"{told[:1].upper()}{told[1:]}."
    yield ""
    yield f"Written from {thing.iri} as known on {bundle.stamp}."
    yield ""
    yield f"<!-- {writing.mark(bundle)} -->"


def _safe(text: str) -> str:
    """One line without markup of its own."""
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
