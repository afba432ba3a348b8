"""Reader of bundles: excerpts of each record about each subject, as the sender reports them.

A bundle that was changed is refused. The records are excerpts, one per record and subject, so that
a later reading replaces an earlier one subject by subject, whoever sends it and in any order.
Entities have the IRIs that the bundle's identity rows give. Custody is *assumed*: only the
importer, who may know the signing key, can state more (see ``ingest.received``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from provenance_graph.core import canonical, graph_names, iris, rdf
from provenance_graph.core.claims import Claim, Custody, Header, Problem, Quad, Record, undated
from provenance_graph.core.errors import RecordError, Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SKOS
from provenance_graph.formats import coverage
from provenance_graph.formats.bundles import envelope
from provenance_graph.formats.coverage import KeyTable, Leaf, coded, skip
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.records import claims_of

FORMAT = "bundle"
_IDENTITY = (graph_names.IDENTITY, graph_names.IDENTITY_BY_RULE)
_NOT_RECORDS = frozenset({*_IDENTITY, graph_names.REFERENCE})
_MAX_CHAIN = 50


KEYS = KeyTable(
    (
        *coded("a claim of the excerpt of its record", "record/claim"),
        *coded("the header of the excerpt", "record/header"),
        *coded("the name that the excerpt gives its entity", "identity"),
        *skip(
            "what the sender's store accepted: the reader's store decides for itself",
            "accepted",
            "policy",
        ),
        *skip("exports say what the records say", "export"),
        *skip(
            "what is checked before anything is read: form, digests, who signed",
            "mediaType",
            "payloadDigest",
            "envelope/**",
        ),
    )
)


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield the parts of the file, and every quad inside by the kind of its graph."""
    file = envelope.read(document.data, document.url)
    whole = document.json
    for key in ("mediaType", "payloadDigest"):
        yield Leaf((key,), f"/{key}", str(whole.get(key, "")))
    yield from coverage.leaves(whole.get("envelope"), ("envelope",), "/envelope")
    for name in file.exports:
        yield Leaf(("export",), f"/exports/{name}", name)
    for subject, predicate, _, graph in canonical.parse(file.content, document.url).quads:
        if graph is None:
            path: tuple[str, ...] = ("accepted",)
        elif graph in _IDENTITY:
            path = ("identity",)
        elif graph in _NOT_RECORDS:
            path = ("policy",)
        else:
            path = ("record", "header" if subject == graph else "claim")
        yield Leaf(path, "/content", predicate)


def recognises(features: Features) -> bool:
    """Whether a document is the file of a bundle."""
    return envelope.is_bundle(features.value)


def records(document: Document) -> Iterator[Record | Problem]:
    """Yield the excerpts of a bundle; raises Unreadable where any digest in it differs."""
    file = envelope.read(document.data, document.url)
    if changed := envelope.altered(file):
        raise Unreadable(document.url, f"changed since it was made: {changed[0]}")
    parsed = canonical.parse(file.content, document.url)
    by_graph: dict[Iri, list[Quad]] = defaultdict(list)
    for quad in parsed.quads:
        if quad[3] is not None:
            by_graph[quad[3]].append(quad)
    names = _names(by_graph)
    read: list[Record] = []
    for graph, quads in sorted(by_graph.items()):
        if graph in _NOT_RECORDS:
            continue
        try:
            read.append(rdf.from_quads(quads))
        except (RecordError, ValueError) as error:
            yield Problem(graph, str(error), kind="record")
    yield from _excerpts(read, names)


def _names(by_graph: Mapping[Iri, list[Quad]]) -> Mapping[Iri, Iri]:
    """The canonical IRI of each name by the identity rows inside, decisions first."""
    step: dict[Iri, Iri] = {}
    for graph in reversed(_IDENTITY):
        step |= {
            name: target
            for name, predicate, target, _ in sorted(by_graph.get(graph, ()), key=str, reverse=True)
            if predicate == SKOS.exactMatch and isinstance(target, Iri)
        }
    matches = {}
    for name in step:
        end = name
        for _ in range(_MAX_CHAIN):
            if end not in step:
                break
            end = step[end]
        matches[name] = end
    return matches


def _excerpts(read: list[Record], names: Mapping[Iri, Iri]) -> Iterator[Record]:
    about: dict[Iri, set[Iri]] = defaultdict(set)
    claims: dict[tuple[Iri, Iri], list[Claim]] = defaultdict(list)
    for record in read:
        for claim in record.claims:
            named = _named(claim, names)
            about[record.header.of_document].add(named.subject)
            claims[record.header.record, named.subject].append(named)
    for record in read:
        header = record.header
        for subject in sorted(about[header.of_document]):
            # an excerpt without claims is stored too: it replaces the earlier one about its subject
            yield _excerpt(header, subject, claims.get((header.record, subject), []))


def _named(claim: Claim, names: Mapping[Iri, Iri]) -> Claim:
    value = claim.value
    return replace(
        claim,
        subject=names.get(claim.subject, claim.subject),
        value=names.get(value, value) if isinstance(value, Iri) else value,
    )


def _excerpt(header: Header, subject: Iri, claims: list[Claim]) -> Record:
    """A record of one record's claims about one subject, named by a digest of its content."""
    text = canonical.canonical_text(rdf.to_quads(Record(header, tuple(claims)).sort()))
    mark = canonical.digest(subject)[:12]
    whole = undated(header.record)
    tail = header.record[len(whole) :] or f"/{header.retrieved}"
    name = Iri(f"{whole}/excerpt-{mark}/{canonical.digest(text)[:12]}{tail}")
    made = replace(
        header,
        record=name,
        of_document=Iri(f"{header.of_document}/excerpt-{mark}"),
        custody=Custody.DERIVED if header.custody is Custody.DERIVED else Custody.ASSUMED,
        exported_from=header.exported_from or header.record,
    )
    return Record(made, tuple(claims)).sort()


def _origin(document: Document) -> Origin:
    return Origin(
        local=iris.slug(document.name or "bundle"), publisher=iris.organization("unstated")
    )


SYNTAXES = ("json", "jsonl", "yaml", "toml")

READER = Reader(
    format=FORMAT,
    title="Bundles of this software: claims with their headers, signed or not",
    recognises=recognises,
    origin=_origin,
    read=lambda document: claims_of(records(document)),
    records=records,
    keys=KEYS,
    leaves=leaves,
)
