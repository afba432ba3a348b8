"""FAIR4ML: models as JSON-LD with schema.org; and MLentory's wrapped values.

MLentory wraps each value in a list of ``{data, extraction_method, confidence}`` or gives
``extraction_metadata`` beside the values. The confidence becomes the claim's; a value that was
inferred rather than parsed is an Inference.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance_graph.core import hub, iris, terms
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.formats import coverage, model_names, paths, statements
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered, once
from provenance_graph.formats.fair4ml import framing
from provenance_graph.formats.fair4ml import parts as fair4ml_parts
from provenance_graph.formats.fair4ml.extraction import (
    ExtractedItem,
    items_of,
    states_nothing,
    with_trust,
)
from provenance_graph.formats.fair4ml.keys import KEYS
from provenance_graph.formats.fields import jsonld, languages
from provenance_graph.formats.fields.jsonld import CODEMETA, FAIR4ML, SCHEMA, JsonNode
from provenance_graph.formats.statements import as_list, mapping, scalar_text

SOURCE = "fair4ml"
MODEL = FAIR4ML + "MLModel"
_DATES = {
    "datePublished": DCTERMS.issued,
    "dateCreated": DCTERMS.created,
    "dateModified": DCTERMS.modified,
}
_TEXTS = {
    FAIR4ML + "mlTask": PG.task,
    FAIR4ML + "modelCategory": PG.architectureClass,
    SCHEMA + "processorRequirements": PG.minimumHardware,
}
_LINKS = {
    SCHEMA + "codeRepository": PG.codeRepository,
    SCHEMA + "citation": PG.paper,
    CODEMETA + "referencePublication": PG.paper,
    CODEMETA + "readme": PG.modelCard,
}
_DATA = {
    FAIR4ML + "trainedOn": PG.trainedOn,
    FAIR4ML + "testedOn": PG.testedOn,
    FAIR4ML + "evaluatedOn": PG.testedOn,
    FAIR4ML + "validatedOn": PG.validatedOn,
}


_PARENTS = (FAIR4ML + "fineTunedFrom",)

_BARE = (
    "mlTask",
    "modelCategory",
    "fineTunedFrom",
    "trainedOn",
    "testedOn",
    "evaluatedOn",
    "validatedOn",
    "hasCO2eEmissions",
    "hasEvaluation",
    "sharedBy",
)


def recognises(features: Features) -> bool:
    """Whether a document holds a FAIR4ML model, or values wrapped by MLentory."""
    if features.syntax != "json" or jsonld.is_crate(features.value):
        return False
    context, top = jsonld.nodes(features.value)
    return any(_is_model(raw, context) for _, raw in top[:1000])


def _is_model(raw: dict[Any, Any], context: jsonld.Context) -> bool:
    kinds = [*as_list(raw.get("@type")), *as_list(raw.get("type"))]
    if any(isinstance(kind, str) and _kind(kind, context) == MODEL for kind in kinds):
        return True
    methods = mapping(raw.get("extraction_metadata")).values()
    if any("extraction_method" in mapping(entry) for entry in methods):
        return "identifier" in raw or SCHEMA + "identifier" in raw
    return any(
        ":" in str(key) and "extraction_method" in mapping(as_list(value)[0])
        for key, value in raw.items()
        if as_list(value) and not key.startswith("@")
    )


def _kind(kind: str, context: jsonld.Context) -> str:
    """A type's IRI; ``MLModel`` alone is FAIR4ML's, since schema.org does not have it."""
    expand = context.expand(kind)
    return MODEL if expand in ("MLModel", SCHEMA + "MLModel") else expand


@once
def _models(document: Document) -> list[tuple[str, JsonNode, dict[Any, Any]]]:
    context = _context(document)
    _, top = jsonld.nodes(statements.sanitise(document.json, document.text))
    others = framing.by_id(top)
    return [
        (where, framing.framed(jsonld.node(raw, context, where), context, others), raw)
        for where, raw in top
        if _is_model(raw, context)
    ]


@once
def _by_id(document: Document) -> dict[str, Iri]:
    """The models of the document, by the id of their node."""
    found = (
        (node.id, _subject_of(node, mapping(raw.get("extraction_metadata")), document))
        for _, node, raw in _models(document)
    )
    return {id_: subject for id_, subject in found if id_ and subject is not None}


def origin(document: Document) -> Origin:
    """The origin: the publisher of the metadata; MLentory where values are wrapped."""
    models = _models(document)
    wrapped = any(
        "extraction_metadata" in raw
        or any("extraction_method" in mapping(i) for v in raw.values() for i in as_list(v)[:1])
        for _, _, raw in models
    )
    stated = models[0][1].text(SCHEMA + "sdPublisher") if models else ""
    maker = stated or ("MLentory" if wrapped else "")
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization(maker or "unnamed authors of model metadata"),
        basis=Basis.THIRD_PARTY,
        title="FAIR4ML metadata",
        attribution=maker,
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of FAIR4ML metadata about each model."""
    models = _models(document)
    if not models:
        yield Problem("/", "no fair4ml:MLModel", kind="empty")
    yield from coverage.unknown(leaves(document), KEYS, "FAIR4ML")
    context = _context(document)
    for where, node, raw in models:
        notes = mapping(raw.get("extraction_metadata"))
        subject = None
        for claim in _model(node, notes, document):
            if isinstance(claim, Claim) and claim.predicate == RDF.type and subject is None:
                subject = claim.subject
            yield claim
        if subject is not None:
            own = (leaf for leaf in _leaves_of(raw, where, context) if leaf.path[0] == "model")
            yield from coverage.claims(subject, own, KEYS)


@once
def _context(document: Document) -> jsonld.Context:
    """The document's context; keys without a prefix are schema.org's or FAIR4ML's."""
    context, _ = jsonld.nodes(statements.sanitise(document.json, document.text))
    if not context.vocabulary:  # bare keys, as MLentory's records and FAIR4ML's context have them
        context.vocabulary = SCHEMA
        for local in _BARE:
            context.terms.setdefault(local, FAIR4ML + local)
    for local in ("readme", "referencePublication"):  # schema.org has neither term
        context.terms.setdefault(local, CODEMETA + local)
    return context


def subjects(document: Document) -> dict[str, Iri]:
    """The models, by location."""
    results: dict[str, Iri] = {}
    for where, node, raw in _models(document):
        claims = _model(node, mapping(raw.get("extraction_metadata")), document)
        subject = next((c.subject for c in claims if isinstance(c, Claim)), None)
        if subject is not None:
            results[where] = subject
    return results


@gathered
def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every stated value, by role: a model's, MLentory's notes, or another node's."""
    context = _context(document)
    whole = statements.sanitise(document.json, document.text)
    _, top = jsonld.nodes(whole)
    if isinstance(whole, dict) and isinstance(whole.get("@graph"), list):
        yield from coverage.leaves(whole.get("@context"), ("context",), "/@context")
        yield from coverage.leaves(whole, ("document",), "", ("@context", "@graph"))
    pointed = framing.pointed_at(raw for _, raw in top if _is_model(raw, context))
    for where, raw in top:
        yield from coverage.leaves(raw.get("@context"), ("context",), f"{where}/@context")
        if _is_model(raw, context):
            yield from _leaves_of(raw, where, context)
        else:
            role = "node" if scalar_text(raw.get("@id", raw.get("id"))) in pointed else "other"
            own = coverage.leaves(raw, (role,), where, ("@context",))
            yield from jsonld.leaves(own, context)


def _leaves_of(raw: dict[Any, Any], where: str, context: jsonld.Context) -> Iterator[Leaf]:
    """Yield the values of one model; MLentory's notes have keys of their own."""
    for key, value in raw.items():
        if key == "extraction_metadata":
            for leaf in coverage.leaves(value, ("extraction",), f"{where}/{key}"):
                yield Leaf(("extraction", leaf.path[-1]), leaf.location, leaf.value)
            continue
        below = coverage.leaves({key: value}, ("model",), where)
        for leaf in jsonld.leaves(below, context) if key != "@context" else ():
            path = tuple(step for step in leaf.path if step not in ("data", "schema.org:data"))
            notes = [s for s in path[2:] if s.startswith(("extraction_", "confidence"))]
            if notes:
                yield Leaf(("extraction", notes[0]), leaf.location, leaf.value)
            elif isinstance(leaf.value, bool) or not states_nothing(leaf.value):
                yield Leaf(path, leaf.location, leaf.value)


def _model(node: JsonNode, notes: dict[Any, Any], document: Document) -> Iterator[Claim | Problem]:
    result: dict[str, list[ExtractedItem]] = {}
    for key in node.properties:
        for item in items_of(node, notes, key):
            if isinstance(item, Problem):
                yield item
            else:
                result.setdefault(key, []).append(item)
    name = _name(node, notes)
    model = _subject_of(node, notes, document)
    if model is None:
        yield Problem(node.where or "/", "a model without name and identifier", "schema:name")
        return
    yield from statements.is_a(model, PG.Model)
    yield from fair4ml_parts.address(model, node.id, name, f"{node.where}/@id", "@id")
    for key, items in result.items():
        for item in items:
            known = _by_id(document).get(_node_of(item)) if key in _PARENTS else None
            for claim in _parent_here(model, known) if known else _claims(model, key, item, name):
                trusted = isinstance(claim, Claim) and claim.subject == model
                yield with_trust(claim, item) if trusted and isinstance(claim, Claim) else claim


def _node_of(item: ExtractedItem) -> str:
    """The id of the document's node that stands in for a value; empty where none does."""
    return scalar_text(mapping(item.value).get(framing.NODE))


def _parent_here(model: Iri, parent: Iri) -> Iterator[Claim]:
    """Yield a parent that the same document describes as a model."""
    if parent != model:
        yield Claim(model, PG.fineTunedFrom, parent)


def _name(node: JsonNode, notes: dict[Any, Any]) -> str:
    return next((t for i in _values(node, notes, "name") if (t := jsonld.text_of(i.value))), "")


def _values(node: JsonNode, notes: dict[Any, Any], *locals_: str) -> Iterator[ExtractedItem]:
    """Yield values of schema.org properties, without problems, which the reading reports."""
    for item in items_of(node, notes, *(SCHEMA + local for local in locals_)):
        if isinstance(item, ExtractedItem):
            yield item


def _subject_of(node: JsonNode, notes: dict[Any, Any], document: Document) -> Iri | None:
    """The model that a node is: by its Hub repository, or by its name; or None."""
    name = _name(node, notes)
    stated = _values(node, notes, "identifier", "url", "archivedAt")
    same = (jsonld.link_of(item.value) for item in _values(node, notes, "sameAs"))
    repositories = [
        link for link in same if model_names.same_name(statements.hub_model(link), name)
    ]
    links = [node.id, *(jsonld.link_of(item.value) for item in stated), *repositories]
    return _subject(name, links, document)


def _subject(name: str, links: list[str], document: Document) -> Iri | None:
    for link in links:
        repository = statements.hub_model(link)
        if repository:
            return iris.model(repository)
        if hub.is_name(link) and name in ("", link, link.partition("/")[2]):
            return iris.model(link)  # MLentory's earlier identifiers, which are no addresses
    local = name or next((link for link in links if link and not link.startswith("_:")), "")
    return paths.named(SOURCE, "model", local[-200:], document, links[0]) if local else None


def _claims(model: Iri, key: str, item: ExtractedItem, name: str) -> Iterator[Claim | Problem]:
    """Yield the claims of one value of one property; prose is not read."""
    value, where = item.value, item.where
    text = jsonld.text_of(value)
    if key == SCHEMA + "inLanguage" and text:
        yield languages.stated(model, text, "inLanguage")
    elif key in _TEXTS and text:
        yield Claim(model, _TEXTS[key], statements.literal(text))
    elif key in _LINKS:
        yield from fair4ml_parts.linked(model, _LINKS[key], value, where)
    elif key in _DATA:
        yield from fair4ml_parts.dataset(model, _DATA[key], value, where)
    elif key == FAIR4ML + "fineTunedFrom":
        yield from fair4ml_parts.parent(model, value, where, item.trust.confidence)
    elif key == FAIR4ML + "hasCO2eEmissions":
        yield from fair4ml_parts.emissions(model, value, where)
    elif key == FAIR4ML + "hasEvaluation":
        yield from fair4ml_parts.evaluation(model, value, where)
    elif key == FAIR4ML + "sharedBy":
        yield from _supplied(model, text or jsonld.link_of(value))
    elif key == CODEMETA + "softwareRequirements":
        yield from fair4ml_parts.requirement(model, value)
    elif key.startswith(SCHEMA):
        yield from _schema(model, key.removeprefix(SCHEMA), item, text, name)


def _supplied(model: Iri, name: str) -> Iterator[Claim]:
    """Yield the supplier of the model, who need not be its developer."""
    if name:
        organization = statements.named_organization(name)
        yield from statements.is_a(organization, PG.Organization, name)
        yield Claim(model, PG.suppliedBy, organization)


def _schema(
    model: Iri, local: str, item: ExtractedItem, text: str, name: str
) -> Iterator[Claim | Problem]:
    """Yield the claims of one value of a schema.org property."""
    value, where = item.value, item.where
    if local in ("name", "version") and text:
        predicate = terms.SCHEMA.name if local == "name" else terms.SCHEMA.version
        yield Claim(model, predicate, statements.literal(text))
    elif local in ("author", "creator"):
        yield from statements.made_by(model, text)
    elif local == "license":
        yield from fair4ml_parts.licence(model, value, where)
    elif local in _DATES:
        yield statements.dated(model, _DATES[local], text, where)
    elif local in ("url", "identifier", "archivedAt", "sameAs"):
        yield from fair4ml_parts.address(model, jsonld.link_of(value), name, where, SCHEMA + local)
    elif local == "memoryRequirements" and (stated := fair4ml_parts.amount(value)):
        yield fair4ml_parts.memory(model, stated, where)
    elif local == "softwareRequirements":
        yield from fair4ml_parts.requirement(model, value)
    elif local == "isBasedOn":
        yield from fair4ml_parts.based_on(model, value)
    elif local in ("distribution", "encoding"):
        yield from fair4ml_parts.file_of(model, value, where)
    elif local == "publisher":
        yield from _supplied(model, text)


SYNTAXES = ("json",)

READER = Reader(
    format=SOURCE,
    title="FAIR4ML metadata of models (JSON-LD), MLentory's included",
    recognises=recognises,
    origin=origin,
    read=read,
    version="11",
    keys=KEYS,
    leaves=leaves,
    subjects=subjects,
)
