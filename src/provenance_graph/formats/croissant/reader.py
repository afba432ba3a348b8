"""Croissant: metadata of a dataset as JSON-LD, versions 0.8 to 1.1, with responsible AI.

Reads the dataset, its creators, licence, files and sets of files with their digests, and the
structure of its records. The key table is in ``keys``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris, literals, papers, terms
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG
from provenance_graph.formats import coverage, paths, statements, table_leaves
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.croissant import checks, files
from provenance_graph.formats.croissant.keys import COLLECTION, KEYS, SOURCE, TEXTS_ABOUT
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered, once
from provenance_graph.formats.fields import jsonld, languages, packages
from provenance_graph.formats.fields.jsonld import CROISSANT, DCT, PROV, RAI, SCHEMA, JsonNode
from provenance_graph.formats.statements import as_list, mapping, scalar_text

_MARK = re.compile(r"https?://mlcommons\.org/(?:croissant|schema)(?:/.*)?")
_TASKS = re.compile(r"Task(?:Problem|Solution)?$")
_DATES = {
    SCHEMA + "datePublished": DCTERMS.issued,
    SCHEMA + "dateCreated": DCTERMS.created,
    SCHEMA + "dateModified": DCTERMS.modified,
}


def recognises(features: Features) -> bool:
    """Whether a document is a dataset that conforms to Croissant or uses its vocabulary."""
    value = features.value
    if features.syntax != "json" or not isinstance(value, dict) or "@graph" in value:
        return False
    types = [scalar_text(kind) for kind in as_list(value.get("@type"))]
    if not any(kind.rsplit("/", 1)[-1].rsplit(":", 1)[-1] == "Dataset" for kind in types):
        return False
    marks = [*as_list(value.get("conformsTo")), *as_list(value.get("dct:conformsTo"))]
    for part in as_list(value.get("@context")):
        marks += list(part.values()) if isinstance(part, dict) else [part]
    return any(_MARK.fullmatch(jsonld.link_of(mark)) for mark in marks)


@once
def _dataset(document: Document) -> JsonNode:
    whole = statements.sanitise(document.json, document.text)
    if not isinstance(whole, dict):
        raise Unreadable(document.url, "Croissant metadata are a JSON object")
    return jsonld.node(whole, _context(document), "")


@once
def _context(document: Document) -> jsonld.Context:
    """The document's JSON-LD context."""
    return jsonld.Context.of(mapping(document.json).get("@context"))


def origin(document: Document) -> Origin:
    """The origin: the publisher of the metadata, else of the dataset, or its creator."""
    dataset = _dataset(document)
    maker = next(
        (
            name
            for key in ("sdPublisher", "publisher", "creator", "author")
            if (name := dataset.text(SCHEMA + key))
        ),
        "",
    )
    name = statements.clean((document.name or document.url).rsplit("/", 1)[-1])
    return Origin(
        local=f"{paths.source_slug(document)}/{iris.slug(dataset.text(SCHEMA + 'name') or name)}",
        publisher=iris.organization(maker or "unnamed authors of dataset metadata"),
        basis=Basis.THIRD_PARTY,
        title=f"Croissant metadata of {dataset.text(SCHEMA + 'name') or name}",
        licence=jsonld.link_of(next((v for _, v in dataset.all(SCHEMA + "sdLicense")), "")),
        attribution=maker,
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of Croissant metadata about a dataset and its files."""
    it = _dataset(document)
    name = it.text(SCHEMA + "name")
    if not name:
        yield Problem("/name", "the dataset has no name", "name: a text or a map by language")
    subject = _subject(it, name, document)
    yield from statements.is_a(subject, PG.Dataset, name)
    yield from _languages(it, subject, name)
    yield from _made(it, subject)
    yield from _licence(it, subject)
    for key, predicate in _DATES.items():
        for where, value in it.all(key):
            yield statements.dated(subject, predicate, jsonld.text_of(value), where)
    if version := it.text(SCHEMA + "version"):
        yield Claim(subject, terms.SCHEMA.version, statements.literal(version))
    yield from _links(it, subject)
    yield from _conforms(it, subject)
    yield from _responsible(it, subject)
    yield from _derived(it, subject)
    yield from files.read(it, subject, document.url)
    yield from _records(it, subject)
    every = _known_leaves(document)
    own = [leaf for leaf in every if leaf.path[0] in ("dataset", "records")]
    yield from coverage.claims(subject, own, KEYS)
    yield from coverage.unknown(every, KEYS, "Croissant")


def invalid(document: Document) -> Iterator[Problem]:
    """Yield the places where a document breaks the specification."""
    yield from checks.problems(_dataset(document), _context(document))


@gathered
def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every stated value, by the role of its part: the dataset, a file, or a record set."""
    context = _context(document)
    for value, role, where in _parts(document):
        below = coverage.leaves(value, (role,), where)
        yield from below if role == "context" else jsonld.leaves(below, context)


def _known_leaves(document: Document) -> list[Leaf]:
    """The stated values for which the key table alone yields claims."""
    context, results = _context(document), []
    for value, role, where in _parts(document):
        top = None if role == "context" else context.top(role, KEYS)
        results += table_leaves.known_leaves(value, (role,), where, KEYS, first=top)
    return results


def _parts(document: Document) -> Iterator[tuple[Any, str, str]]:
    """Yield the parts of a document, each with its role and its location."""
    whole = statements.sanitise(document.json, document.text)
    context = _context(document)
    own = {}
    for key, value in mapping(whole).items():
        meaning = jsonld.short(context.expand(str(key)))
        roles = {"distribution": "file", "cr:recordSet": "records", "recordSet": "records"}
        if meaning in roles and not isinstance(value, str):
            yield value, roles[meaning], f"/{key}"
        elif key == "@context":
            yield value, "context", f"/{key}"
        else:
            own[key] = value
    yield own, "dataset", ""


def _subject(it: JsonNode, name: str, document: Document) -> Iri:
    links = [jsonld.link_of(v) for _, v in it.all(SCHEMA + "url", SCHEMA + "sameAs")]
    for link in [*links, it.id]:
        if repository := statements.hub_dataset(link):
            return iris.dataset(repository)
    fallback = statements.clean((document.name or document.url).rsplit("/", 1)[-1])
    local = iris.slug(name or fallback)
    return iris.entity(SOURCE, "dataset", "/".join(filter(None, (paths.within(document), local))))


def _languages(it: JsonNode, subject: Iri, name: str) -> Iterator[Claim]:
    """Yield the name in other languages, and other names."""
    for _, value in it.all(SCHEMA + "name"):
        stated = mapping(value)
        for language, text in stated.items() if "@value" not in stated else ():
            if not isinstance(text, str) or text == name:
                continue
            if re.fullmatch(r"[A-Za-z]{2,3}(?:-\w{1,8})?", language):
                yield Claim(
                    subject,
                    terms.SCHEMA.name,
                    literals.text(text[: statements.MAX_STATED], language),
                )
    for _, value in it.all(SCHEMA + "alternateName"):
        if (other := jsonld.text_of(value)) and other != name:
            yield Claim(subject, terms.SCHEMA.alternateName, statements.literal(other))
    for _, value in it.all(SCHEMA + "inLanguage"):
        if language := jsonld.text_of(value):
            yield languages.stated(subject, language, "inLanguage")


def _made(it: JsonNode, subject: Iri) -> Iterator[Claim]:
    for _, value in it.all(SCHEMA + "creator", SCHEMA + "author"):
        inner = mapping(value).get("name")
        makers = inner if isinstance(inner, list) else [value]
        for maker in makers[:1000]:
            yield from statements.made_by(subject, jsonld.text_of(maker))
    for _, value in it.all(SCHEMA + "publisher"):
        if name := jsonld.text_of(value):
            publisher = statements.named_organization(name)
            yield from statements.is_a(publisher, PG.Organization, name)
            yield Claim(subject, PG.suppliedBy, publisher)


def _licence(it: JsonNode, subject: Iri) -> Iterator[Claim | Problem]:
    stated = list(it.all(SCHEMA + "license"))
    for where, value in stated:
        text = jsonld.text_of(value) or jsonld.link_of(value)
        node = isinstance(value, dict)
        link, name = (jsonld.link_of(value), jsonld.text_of(value)) if node else ("", "")
        stated_texts = ""
        for claim in statements.licensed(subject, text, name=name, link=link, locator=where):
            stated_texts += claim.as_stated
            several = len(stated) > 1 and claim.predicate == DCTERMS.license and claim.value
            yield packages.partly(claim, where) if several else claim
        if (
            isinstance(value, dict)
            and (url := scalar_text(value.get("url")))
            and url not in stated_texts
        ):
            yield coverage.other(subject, "license.url", url)
    if not stated:
        yield Problem("/license", "no licence", "Croissant recommends one", kind="schema")


def _links(it: JsonNode, subject: Iri) -> Iterator[Claim | Problem]:
    addresses = {jsonld.link_of(value) for _, value in it.all(SCHEMA + "url")}
    if re.match(r"https?://", it.id) and it.id not in addresses:
        yield coverage.other(subject, "@id", it.id)
    for where, value in it.all(SCHEMA + "url"):
        url = jsonld.link_of(value)
        if repository := statements.hub_dataset(url):
            page = statements.hub_page(f"datasets/{repository}")
            yield Claim(subject, PG.hubRepository, page)
        elif url:
            yield statements.link(subject, terms.SCHEMA.url, url, where)
    for where, value in it.all(SCHEMA + "sameAs"):
        if url := jsonld.link_of(value):
            yield statements.link(subject, terms.SCHEMA.sameAs, url, where)
    for _, value in it.all(CROISSANT + "citeAs", SCHEMA + "citation"):
        cited = scalar_text(value) or jsonld.link_of(value)
        results = [u for u in statements.urls(cited) if statements.link_property(u) == PG.paper]
        results += map(papers.doi_address, re.findall(r"doi\s*=\s*[{\"](10\.[^}\"\s]+)", cited))
        for url in filter(None, dict.fromkeys(results)):
            if iris.is_iri(url):
                yield Claim(subject, PG.paper, Iri(url))


def _conforms(it: JsonNode, subject: Iri) -> Iterator[Claim | Problem]:
    versions = list(it.all(DCT + "conformsTo", SCHEMA + "conformsTo", "conformsTo"))
    for where, value in versions:
        yield statements.link(subject, DCTERMS.conformsTo, jsonld.link_of(value), where)
    if not any("mlcommons.org/croissant" in jsonld.link_of(value) for _, value in versions):
        hint = "http://mlcommons.org/croissant/1.1"
        yield Problem("/conformsTo", "no version of Croissant is named", hint, kind="schema")


def _responsible(it: JsonNode, subject: Iri) -> Iterator[Claim]:
    """Yield that texts on collection, cleaning and protection of the data exist; not the texts."""
    for local, predicate in TEXTS_ABOUT.items():
        for where, value in it.all(RAI + local, CROISSANT + local):
            text = jsonld.text_of(value)
            if text and not coverage.is_blank(text):
                yield statements.not_given(
                    subject, predicate, Stance.PARTLY_STATED, "described in a text", where
                )
    for _, value in it.all(RAI + "dataCollectionType"):
        if code := COLLECTION.get(jsonld.text_of(value).casefold()):
            yield Claim(subject, PG.dataAcquisition, code)


def _derived(it: JsonNode, subject: Iri) -> Iterator[Claim]:
    for where, value in it.all(
        PROV + "wasDerivedFrom", "prov:wasDerivedFrom", SCHEMA + "isBasedOn"
    ):
        located = mapping(value).get("prov:locatedAt") or mapping(value).get(PROV + "atLocation")
        links = [scalar_text(located), jsonld.link_of(value)]
        repository = next((r for link in links if (r := statements.hub_dataset(link))), "")
        name = jsonld.text_of(value) or jsonld.link_of(value)
        if repository or name:
            parent = iris.dataset(repository or name)
            call = statements.called if repository else statements.is_a
            yield from call(parent, PG.Dataset, repository or name)
            if (stated := jsonld.link_of(value)) and stated not in (name, scalar_text(located)):
                yield coverage.other(subject, "prov:wasDerivedFrom", stated)
            if parent != subject:
                yield Claim(subject, terms.PROV.wasDerivedFrom, parent, locator=where)


def _records(it: JsonNode, subject: Iri) -> Iterator[Claim]:
    """Yield the structure of each record set: its name, its fields and their types."""
    for _, raw in it.all(CROISSANT + "recordSet", SCHEMA + "recordSet"):
        part = mapping(raw)
        fields = [_field(mapping(field)) for field in as_list(part.get("field"))]
        name = jsonld.text_of(part.get("name"))
        head = (
            name
            if name == scalar_text(part.get("@id"))
            else f"{name} {scalar_text(part.get('@id'))}"
        )
        text = f"{head.strip()}: {', '.join(field for field in fields if field)}"
        if text.strip(": "):
            yield Claim(subject, PG.recordStructure, coverage.brief(text))


def _field(field: dict[Any, Any]) -> str:
    """A field as ``name (type)``, with its id where the id adds something."""
    name, id_ = jsonld.text_of(field.get("name")), scalar_text(field.get("@id"))
    kinds = [scalar_text(kind) or jsonld.link_of(kind) for kind in as_list(field.get("dataType"))]
    kind = ", ".join(kind for kind in kinds if kind)
    text = name if id_.endswith(name) and name else f"{name} {id_}".strip()
    return f"{text} ({kind})" if kind else text


SYNTAXES = ("json",)

READER = Reader(
    format=SOURCE,
    title="Croissant dataset metadata (JSON-LD)",
    recognises=recognises,
    origin=origin,
    read=read,
    invalid=invalid,
    version="8",
    keys=KEYS,
    leaves=leaves,
)
