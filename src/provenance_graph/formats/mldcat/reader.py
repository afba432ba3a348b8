"""MLDCAT-AP: models and datasets of a catalogue, as Turtle, JSON-LD or RDF/XML.

Each node of a class of the profile is read by the table of ``keys``; facts of a part of a model (a
file's checksum, a modality's size) are stated of the model. A document that names the profile's
context by its address is read with the context generated from the table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, PG, PROV, RDF, RDFS, SCHEMA
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import Leaf, Treatment
from provenance_graph.formats.document import Document, Features, Origin, Reader, ReaderOutput
from provenance_graph.formats.fields import languages, packages
from provenance_graph.formats.fields.modalities import modalities
from provenance_graph.formats.licences import names as licence_names
from provenance_graph.formats.mldcat.files import described, digests_of
from provenance_graph.formats.mldcat.keys import BY_IRI, KEYS, SOURCE
from provenance_graph.formats.mldcat.nodes import Nodes, Value, nodes_of, without_meaning
from provenance_graph.formats.mldcat.profile import ProfileField, ValueKind
from provenance_graph.formats.mldcat.vocabularies import PREFIXES, is_profile

_DERIVATIONS = frozenset(DERIVATIONS)
MAX_PARTS = 10_000
_LANGUAGE = re.compile(r".*/authority/language/([A-Z]{3})$")


def recognises(features: Features) -> bool:
    """Whether the profile's own vocabulary occurs in the document's head."""
    if features.syntax in ("trig", "xml"):
        return is_profile("\n".join(features.lines))
    if features.syntax != "json" or not isinstance(features.value, dict):
        return False
    context = features.value.get("@context")
    return context is not None and is_profile(json.dumps(context)[:200_000])


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every stated value, by the class of its node and the profile's name of the property.

    The name of a described node is a value too: a value that names the node is a reference, and the
    node's statements are counted at their own location.
    """
    if document.features.syntax == "json" and isinstance(document.json, dict):
        context = document.json.get("@context")
        yield from coverage.leaves(context, ("context",), "/@context")
    yield from _leaves(nodes_of(document))


def _leaves(nodes: Nodes) -> Iterator[Leaf]:
    for node, values in nodes.values.items():
        role = nodes.role(node) or "other"
        if values.keys() - {str(RDF.type)} and not node.startswith("_:"):
            yield Leaf((role, "@id"), node[:300], node)
        for predicate, each in values.items():
            for value in each:
                known = _field(role, predicate)
                owner = known.name.partition(".")[0] if known else role
                yield Leaf((owner, _local(role, predicate)), node[:300], value.text)


def _field(role: str, predicate: str) -> ProfileField | None:
    """The profile's field of a class; for a model also DCAT's fields that datasets have; or None."""
    own = BY_IRI.get((role, predicate))
    return own or (BY_IRI.get(("Dataset", predicate)) if role == "MachineLearningModel" else None)


def _local(role: str, predicate: str) -> str:
    if predicate == RDF.type:
        return "type"
    known = _field(role, predicate)
    return known.name.partition(".")[2] if known else _short(predicate)


def _short(predicate: str) -> str:
    for prefix, base in PREFIXES.items():
        if predicate.startswith(base):
            return f"{prefix}:{predicate.removeprefix(base)}"
    return predicate


def origin(document: Document) -> Origin:
    """The origin: the publisher of the catalogue, where the document holds one."""
    nodes = nodes_of(document)
    catalogue = next((node for node in nodes.values if nodes.role(node) == "Catalogue"), "")
    publisher = nodes.text(catalogue, "publisher") if catalogue else ""
    name = (nodes.text(publisher, "name") or publisher) if publisher else ""
    licence = nodes.text(catalogue, "licence") if catalogue else ""
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization(name or "unnamed publishers of catalogues"),
        title="MLDCAT-AP description of models and datasets",
        licence=licence,
        attribution=name,
    )


def read_catalogue(document: Document) -> ReaderOutput:
    """Yield the document's claims about each model and dataset."""
    nodes = nodes_of(document)
    yield from coverage.unknown(_leaves(nodes), KEYS, "MLDCAT-AP 3.1")
    for where, key, dropped in without_meaning(document):
        what = f"{key[:120]!r} has no meaning in the document's @context: {dropped[:200]}"
        yield Problem(where, what, "define it there, or write its IRI", kind="key")
    subjects = [n for n in nodes.values if nodes.role(n) in ("MachineLearningModel", "Dataset")]
    if not subjects:
        what = "no it6:MachineLearningModel and no dcat:Dataset"
        yield Problem("/", what, "a node of one of these classes", kind="empty")
    for node in subjects:
        role = nodes.role(node)
        subject = _subject(nodes, node)
        kind = PG.Model if role == "MachineLearningModel" else PG.Dataset
        yield Claim(subject, RDF.type, kind)
        yield from _page(subject, node, kind)
        for predicate, values in nodes.values[node].items():
            known = _field(role, predicate)
            for value in values:
                yield from _value(nodes, subject, known, predicate, value, node)


def _subject(nodes: Nodes, node: str) -> Iri:
    """The IRI of a model or dataset: by Hub repository, by an IRI of this graph, or by title."""
    model = nodes.role(node) != "Dataset"
    if node.startswith(f"{iris.ID}{'model' if model else 'dataset'}/"):
        return Iri(node)
    repository = hub.address(node)
    wanted = hub.RepositoryKind.MODEL if model else hub.RepositoryKind.DATASET
    if repository is not None and repository.kind is wanted and repository.owner:
        return iris.model(repository.name) if model else iris.dataset(repository.name)
    name = nodes.text(node, "name" if model else "title") or nodes.text(node, "identifier")
    text = name or node.rstrip("/").rpartition("/")[2]
    if not model and not paths.is_local_name(text):
        return iris.dataset(text)
    kind = "model" if model else "dataset"
    return paths.named(SOURCE, kind, text, nodes.document, node)


def _page(subject: Iri, node: str, kind: Iri) -> ReaderOutput:
    repository = hub.address(node)
    if repository is not None and repository.owner:
        head = "datasets/" if repository.kind is hub.RepositoryKind.DATASET else ""
        yield Claim(subject, PG.hubRepository, statements.hub_page(head + repository.name))
    elif node.startswith(("http://", "https://")) and not node.startswith(iris.ID):
        yield statements.link(subject, PG.homepage if kind == PG.Model else SCHEMA.url, node, node)


def _value(
    nodes: Nodes, subject: Iri, known: ProfileField | None, predicate: str, value: Value, node: str
) -> ReaderOutput:
    """Yield the claims of one value of a model or dataset."""
    if predicate == RDF.type:
        return
    local = known.name.partition(".")[2] if known else _short(predicate)
    where = f"{node[:200]} {local}"
    if predicate in _DERIVATIONS or (predicate == PROV.wasDerivedFrom and _is_model(subject)):
        yield from _related(nodes, subject, Iri(predicate), value, where)
    elif predicate == PROV.qualifiedDerivation:
        yield from _pinned(nodes, subject, value.text)
    elif known is None or known.kind is ValueKind.STATED:
        yield from _stated(nodes, subject, local, value)
    elif known.kind is ValueKind.IDENTITY:
        if not str(subject).endswith(f"/{value.text}"):
            yield coverage.other(subject, local, value.text)
    elif known.term is not None:
        reader = _PARTS.get(known.kind)
        if reader is not None:
            yield from reader(nodes, subject, known.term, value, where)
        else:
            yield from _plain(nodes, subject, known, value, where)


def _is_model(subject: Iri) -> bool:
    return "/model/" in subject


def _pinned(nodes: Nodes, subject: Iri, node: str) -> ReaderOutput:
    """Yield the revision of a parent, as exports of this program write it."""
    stated = nodes.values.get(node, {})
    versions = [v.text for v in stated.get(SCHEMA.version, ()) if not v.is_node]
    for parent in stated.get(PROV.entity, ()):
        if parent.is_node and versions:
            yield from packages.pinned(subject, _subject(nodes, parent.text), versions[0])


def _licence(nodes: Nodes, subject: Iri, value: Value, where: str) -> ReaderOutput:
    """Yield a licence by its address; by its document's name where no table has the address."""
    if value.text.startswith(f"{iris.ID}licence/"):
        yield Claim(subject, DCTERMS.license, Iri(value.text), locator=where)
        return
    link = value.text if value.is_node else ""
    labels = [v.text for v in nodes.values.get(value.text, {}).get(RDFS.label, ()) if not v.is_node]
    name = next(iter(labels), "")
    own = value.text.partition("#")[0] in nodes.values
    if name and own and licence_names.normalise(value.text).value is None:
        # a local node of the document, which has only a name
        yield from statements.licensed(subject, name, locator=where)
        return
    yield from statements.licensed(subject, value.text, name=name, link=link, locator=where)


def _plain(
    nodes: Nodes, subject: Iri, known: ProfileField, value: Value, where: str
) -> ReaderOutput:
    """Yield the claim of a value that needs no other node."""
    term = known.term or PG.otherStatement
    if known.kind is ValueKind.DATE:
        yield statements.dated(subject, term, value.text, where)
    elif known.kind is ValueKind.COUNT:
        yield statements.quantity(subject, term, value.text, where)
    elif known.kind is ValueKind.LICENCE:
        yield from _licence(nodes, subject, value, where)
    elif known.kind is ValueKind.LINK:
        yield statements.link(subject, term, value.text, where)
    elif known.kind is ValueKind.LANGUAGE:
        authority = _LANGUAGE.fullmatch(value.text)
        text = authority[1].casefold() if authority else value.text
        yield languages.claim(subject, text)
    elif known.kind is ValueKind.REPOSITORY:
        repository = statements.hub_model(value.text)
        if not (repository and iris.model(repository) == subject):
            yield statements.link(subject, statements.link_property(value.text), value.text, where)
    else:
        yield coverage.stated(subject, term, value.text, where)


def _stated(nodes: Nodes, subject: Iri, local: str, value: Value) -> ReaderOutput:
    """Yield a value without a property as stated, with the texts of its node."""
    yield coverage.other(subject, local, value.text)
    if not value.is_node:
        return
    for leaf in _below(nodes, value.text):
        yield coverage.other(subject, f"{local}.{'.'.join(leaf.path)}", str(leaf.value))


def _below(nodes: Nodes, node: str) -> Iterator[Leaf]:
    """Yield the values of a node and its sub-nodes, without models and datasets."""
    waiting: list[tuple[str, tuple[str, ...]]] = [(node, ())]
    seen: set[str] = set()
    while waiting and len(seen) < MAX_PARTS:
        at, path = waiting.pop()
        role = nodes.role(at)
        if at in seen or role in ("", "MachineLearningModel", "Dataset", "Concept"):
            continue
        seen.add(at)
        for predicate, values in nodes.values[at].items():
            local = _local(role, predicate)
            if KEYS.treatment((role, local)) is Treatment.NOT_PROVENANCE:
                continue
            for value in values:
                yield Leaf((*path, local), at, value.text)
                if value.is_node and len(path) < 5:
                    waiting.append((value.text, (*path, local)))


def _agent(nodes: Nodes, subject: Iri, term: Iri, value: Value, _: str) -> ReaderOutput:
    name = nodes.text(value.text, "name") or value.text
    if value.is_node and name == value.text:
        repository = hub.address(f"{value.text.rstrip('/')}/x")
        name = repository.owner if repository is not None and repository.owner else name
    if value.is_node and value.text.startswith(f"{iris.ID}organization/"):
        who = Iri(value.text)
    else:
        who = statements.named_organization(name)
    yield from statements.is_a(who, PG.Organization, name)
    yield Claim(subject, term, who)


def _related(nodes: Nodes, subject: Iri, term: Iri, value: Value, where: str) -> ReaderOutput:
    """Yield a model or dataset that this one comes from, or was trained or tested on."""
    model = term in _DERIVATIONS or (term == PROV.wasDerivedFrom and _is_model(subject))
    if nodes.role(value.text) in ("MachineLearningModel", "Dataset"):
        target = _subject(nodes, value.text)
    else:
        repository = hub.address(value.text)
        name = repository.name if repository is not None and repository.owner else value.text
        if value.text.startswith(iris.ID):
            target = Iri(value.text)
        elif model:
            known = repository is not None and repository.owner
            target = (
                iris.model(name)
                if known
                else paths.named(SOURCE, "model", name, nodes.document, value.text)
            )
        else:
            target = iris.dataset(name)
        yield from statements.is_a(target, PG.Model if model else PG.Dataset)
    if target == subject:
        yield Problem(where, "a model derived from itself", "the model it was made from")
    else:
        yield Claim(subject, term, target)


def _modality(nodes: Nodes, subject: Iri, term: Iri, value: Value, _: str) -> ReaderOutput:
    kinds = nodes.of(value.text, "classification") or [value]
    for kind in kinds:
        text = iris.local_name(kind.text) if kind.is_node else kind.text
        known = modalities().get(text.casefold())
        if known is not None:
            yield Claim(subject, term, known)
        else:
            yield coverage.other(subject, iris.local_name(term), text)
    for size in nodes.of(value.text, "size"):
        yield coverage.other(subject, f"{iris.local_name(term)}.size", size.text)


def _reference(nodes: Nodes, subject: Iri, term: Iri, value: Value, where: str) -> ReaderOutput:
    links = nodes.of(value.text, "references")
    for link in links or [value]:
        if link.text.startswith("http"):
            yield statements.link(subject, term, link.text, where)
    for citation in nodes.of(value.text, "bibliographicCitation"):
        yield Claim(subject, PG.citeAs, coverage.brief(citation.text))


def _risk(nodes: Nodes, subject: Iri, term: Iri, value: Value, _: str) -> ReaderOutput:
    texts = [f"{leaf.path[-1]}: {leaf.value}" for leaf in _below(nodes, value.text)]
    yield Claim(subject, term, coverage.brief("; ".join(texts) or value.text))


def _file(nodes: Nodes, subject: Iri, _: Iri, value: Value, where: str) -> ReaderOutput:
    """Yield a file or distribution as an artifact, with addresses, digest, size and format."""
    node = value.text
    name = node.rstrip("/").rpartition("/")[2] if value.is_node else node
    if nodes.role(node) == "Distribution":
        name = nodes.text(node, "title") or nodes.text(node, "identifier") or name
    digests, unusable = digests_of(nodes, node)
    claims = list(packages.artifact(SOURCE, subject, name, digests))
    unnamed = name.startswith("_:")  # a blank node, which names no file
    yield from (c for c in claims if not (unnamed and c.predicate == PG.fileName))
    artifact = claims[0].subject
    for stated in unusable:
        yield Problem(where, f"{stated!r} is not a digest", "hexadecimal digits", kind="digest")
        yield coverage.other(artifact, "checksum", stated)
    for text in [each for local in ("id", "identifier", "title") for each in nodes.of(node, local)]:
        if text.text != name:
            yield Claim(artifact, SCHEMA.name, statements.literal(text.text))
    yield from described(nodes, artifact, node, where)
    for licence in nodes.of(node, "licence"):
        yield from _licence(nodes, subject, licence, where)
    role = nodes.role(node)
    for predicate, values in nodes.values.get(node, {}).items():
        key = BY_IRI.get((role, predicate))
        if key is not None and key.kind is ValueKind.STATED:
            for each in values:
                yield from _stated(nodes, subject, key.name.partition(".")[2], each)


_PARTS: Mapping[ValueKind, Callable[[Nodes, Iri, Iri, Value, str], ReaderOutput]] = {
    ValueKind.AGENT: _agent,
    ValueKind.MODEL: _related,
    ValueKind.DATASET: _related,
    ValueKind.MODALITY: _modality,
    ValueKind.REFERENCE: _reference,
    ValueKind.RISK: _risk,
    ValueKind.FILE: _file,
    ValueKind.DISTRIBUTION: _file,
}

SYNTAXES = ("json", "trig", "xml")

READER = Reader(
    format=SOURCE,
    title="MLDCAT-AP 3.1: models and datasets of a catalogue, as RDF",
    recognises=recognises,
    origin=origin,
    read=read_catalogue,
    version="4",
    keys=KEYS,
    leaves=leaves,
)
