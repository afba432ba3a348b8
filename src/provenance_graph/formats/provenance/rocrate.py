"""RO-Crate: a research object with datasets, models, software, people and runs.

The root of the crate is a dataset; nodes typed as models or datasets are models or datasets. A
``CreateAction`` makes its results from its objects. Responsible-AI and datasheet terms have the
same properties as in Croissant.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read, skip, text
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered
from provenance_graph.formats.fields import jsonld, packages, runs
from provenance_graph.formats.provenance.crate import (
    FILE,
    SOURCE,
    Crate,
    crate_of,
    kinds_of,
    outside,
)
from provenance_graph.formats.statements import as_list, mapping, scalar_text

_PARTS = "what the crate holds; each node that is a model, dataset or file is read by itself"
_DATES = (
    ("datePublished", DCTERMS.issued),
    ("dateCreated", DCTERMS.created),
    ("dateModified", DCTERMS.modified),
)


def _described(role: str) -> tuple[coverage.Key, ...]:
    return (
        *skip("the class of the node", f"{role}/@type"),
        *read("the id and name of the subject", f"{role}/@id", f"{role}/name"),
        *text(SCHEMA.description, f"{role}/description"),
        *read("`dcterms:license`", f"{role}/license", f"{role}/license/@id"),
        *read(
            "`dcterms:creator`",
            f"{role}/author",
            f"{role}/author/@id",
            f"{role}/creator",
            f"{role}/creator/@id",
        ),
        *read("`pg:suppliedBy`", f"{role}/publisher", f"{role}/publisher/@id"),
        *read("dates", *(f"{role}/{key}" for key, _ in _DATES)),
        *read("`schema:version`", f"{role}/version"),
        *read("`schema:url`", f"{role}/url", f"{role}/contentUrl"),
        *text(PG.citeAs, f"{role}/citation", f"{role}/cr:citeAs"),
        *skip(
            _PARTS,
            f"{role}/hasPart",
            f"{role}/hasPart/@id",
            f"{role}/mentions/@id",
            f"{role}/mainEntity/@id",
        ),
        *text(PG.collectionProcess, f"{role}/rai:dataCollection", f"{role}/rai:dataCollectionType"),
        *text(
            PG.dataPreprocessing,
            f"{role}/rai:dataPreprocessingProtocol",
            f"{role}/rai:dataManipulationProtocol",
            f"{role}/rai:dataImputationProtocol",
        ),
        *text(PG.usesSensitiveData, f"{role}/rai:personalSensitiveInformation"),
        *text(PG.knownBias, f"{role}/rai:dataBiases"),
        *text(PG.knownLimitation, f"{role}/rai:dataLimitations"),
        *text(PG.intendedUse, f"{role}/rai:dataUseCases"),
        *text(PG.updateMechanism, f"{role}/rai:dataReleaseMaintenancePlan"),
        *text(PG.confidentialityLevel, f"{role}/confidentialityLevel"),
        *read(
            "`prov:wasDerivedFrom`, or `pg:trainedOn` of a model",
            f"{role}/prov:wasDerivedFrom/@id",
            f"{role}/isBasedOn/@id",
            f"{role}/trainingDataset/@id",
        ),
        *read("`pg:digest`", f"{role}/sha256", f"{role}/md5"),
        *read(
            "`pg:byteSize`, `pg:fileFormat` of the file that it is",
            f"{role}/contentSize",
            f"{role}/encodingFormat",
            f"{role}/encodingFormat/@id",
        ),
        *later(f"{role}/**"),
    )


KEYS = KeyTable(
    (
        *skip("what the names mean", "context", "context/**"),
        *_described("dataset"),
        *_described("model"),
        *read(
            "what the run used and made",
            "action/object/@id",
            "action/result/@id",
            "action/name",
            "action/@type",
        ),
        *later("action/**"),
        *read("`pg:Artifact` of the crate", "file/@id", "file/name"),
        *read(
            "`pg:byteSize`, `pg:fileFormat`, `pg:digest`",
            "file/contentSize",
            "file/encodingFormat",
            "file/sha256",
            "file/md5",
        ),
        *skip("that it is a file", "file/@type"),
        *later("file/**"),
        *skip("the file that describes the crate", "descriptor/**"),
        *skip(
            "a person, place, term or program; its name is taken where it is pointed to", "other/**"
        ),
    )
)


def recognises(features: Features) -> bool:
    """Whether a document is an RO-Crate."""
    return features.syntax == "json" and jsonld.is_crate(features.value)


@gathered
def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value of the crate, by the role of its node."""
    crate = crate_of(document)
    context = mapping(document.json).get("@context")
    yield from coverage.leaves(context, ("context",), "/@context")
    yield from coverage.leaves(crate.outside_graph, ("document",), "")
    for where, node in crate.nodes:
        yield from _leaves_of(crate, where, node)


def _leaves_of(crate: Crate, where: str, node: dict[Any, Any]) -> Iterator[Leaf]:
    below = coverage.leaves(node, (crate.role(node),), where)
    yield from jsonld.leaves(below, crate.context)


def origin(document: Document) -> Origin:
    """The origin: the publisher of the crate, else its first author."""
    crate = crate_of(document)
    root = crate.by_id.get(crate.root, {})
    makers = [*as_list(root.get("publisher")), *as_list(root.get("author"))]
    maker = next((name for value in makers if (name := crate.name(value))), "")
    return Origin(
        local=crate.local,
        publisher=iris.organization(maker or "unnamed authors of research objects"),
        basis=Basis.THIRD_PARTY,
        title=f"RO-Crate {jsonld.text_of(root.get('name'))}".strip(),
        attribution=maker,
    )


def read_crate(document: Document) -> Iterator[Claim | Problem]:
    """Yield a crate's claims about its datasets, models and files."""
    crate = crate_of(document)
    others = coverage.leaves(crate.outside_graph, ("document",), "")
    yield from coverage.unknown(others, KEYS, "an RO-Crate, whose nodes stand in @graph")
    if crate.root not in crate.by_id:
        yield Problem("/@graph", "the crate has no root", "a node that the descriptor is about")
    for where, node in crate.nodes:
        match crate.role(node):
            case "model" | "dataset":
                yield from _entity(crate, where, node)
            case "action":
                yield from _action(crate, where, node)
            case "file":
                yield from _file(crate, where, node)


def _entity(crate: Crate, where: str, node: dict[Any, Any]) -> Iterator[Claim | Problem]:
    id_ = scalar_text(node.get("@id"))
    subject = crate.subject(id_)
    if subject is None:
        return
    model = crate.role(node) == "model"
    name = jsonld.text_of(node.get("name"))
    yield from statements.is_a(subject, PG.Model if model else PG.Dataset, name)
    if id_.startswith("http"):
        yield statements.link(subject, SCHEMA.sameAs, id_, f"{where}/@id")
    elif id_ not in ("./", "") and id_ != name:
        yield coverage.other(subject, "@id", id_)
    stated = {jsonld.short(crate.context.expand(str(key))): value for key, value in node.items()}
    yield from _made(crate, subject, stated, where)
    yield from _dated(subject, stated, where)
    yield from _origins(crate, subject, stated, model=model)
    file = "" if id_.startswith(("#", "_:")) or not FILE & kinds_of(node) else id_
    if file or stated.keys() & {"sha256", "md5", "contentSize", "encodingFormat"}:
        yield from _stored(subject, file, stated, where)
    own = [crate.resolved(leaf) for leaf in _leaves_of(crate, where, node)]
    yield from coverage.claims(subject, own, KEYS)


def _made(crate: Crate, subject: Iri, stated: dict[str, Any], where: str) -> Iterator[Claim]:
    """Yield licence, creators and publisher."""
    for value in as_list(stated.get("license")):
        about = crate.meant(value)
        link = jsonld.link_of(about.get("url")) or jsonld.link_of(value)
        name = jsonld.text_of(about) or jsonld.text_of(value)
        text = link if link.startswith("http") else ""
        yield from statements.licensed(
            subject,
            name or link,
            name=name if text else "",
            link=text if name else "",
            locator=f"{where}/license",
        )
        for key in ("description", "text"):
            if words := jsonld.text_of(about.get(key)):
                yield coverage.other(subject, f"license.{key}", words)
    for key in ("author", "creator"):
        for value in as_list(stated.get(key)):
            yield from statements.made_by(subject, crate.name(value))
    for value in as_list(stated.get("publisher")):
        if maker := crate.name(value):
            organization = statements.named_organization(maker)
            yield from statements.is_a(organization, PG.Organization, maker)
            yield Claim(subject, PG.suppliedBy, organization)


def _dated(subject: Iri, stated: dict[str, Any], where: str) -> Iterator[Claim | Problem]:
    """Yield dates, version and addresses."""
    for key, predicate in _DATES:
        for value in as_list(stated.get(key)):
            yield statements.dated(subject, predicate, jsonld.text_of(value), f"{where}/{key}")
    for value in as_list(stated.get("version")):
        yield coverage.stated(subject, SCHEMA.version, scalar_text(value), f"{where}/version")
    for key in ("url", "contentUrl"):
        for value in as_list(stated.get(key)):
            if (url := jsonld.link_of(value)).startswith("http"):
                yield statements.link(subject, SCHEMA.url, url, f"{where}/{key}")
            elif url:
                yield coverage.other(subject, key, url)


def _origins(crate: Crate, subject: Iri, stated: dict[str, Any], *, model: bool) -> Iterator[Claim]:
    for key in ("prov:wasDerivedFrom", "isBasedOn", "trainingDataset"):
        for value in as_list(stated.get(key)):
            other = crate.subject(scalar_text(mapping(value).get("@id"))) or outside(value)
            if other is None or other == subject:
                yield coverage.other(subject, key, crate.name(value))
            elif model and "/dataset/" in other:
                yield Claim(subject, PG.trainedOn, other)
            else:
                yield Claim(subject, PROV.wasDerivedFrom, other)


def _action(crate: Crate, where: str, node: dict[Any, Any]) -> Iterator[Claim | Problem]:
    """Yield the results and inputs of a run; a failed run makes nothing and is kept as stated."""
    state = f"{jsonld.link_of(node.get('actionStatus'))} {jsonld.text_of(node.get('actionStatus'))}"
    failed = "FailedActionStatus" in state
    used = [scalar_text(mapping(value).get("@id")) for value in as_list(node.get("object"))]
    for value in as_list(node.get("result")):
        made = crate.subject(scalar_text(mapping(value).get("@id")))
        if made is None:
            continue
        if "/model/" in made and not failed:
            yield from _stage(crate, where, node, made, used)
        for id_ in used:
            other = crate.subject(id_)
            if other is None or other == made or failed:
                yield coverage.other(made, "made from", id_)
            else:
                trained = "/model/" in made and "/dataset/" in other
                yield Claim(made, PG.trainedOn if trained else PROV.wasDerivedFrom, other)
        for leaf in map(crate.resolved, _leaves_of(crate, where, node)):
            if leaf.path[1] not in ("object", "result", "@id"):
                yield coverage.other(
                    made, f"run {'.'.join(leaf.path[1:])}", scalar_text(leaf.value)
                )


def _stage(
    crate: Crate, where: str, node: dict[Any, Any], made: Iri, used: list[str]
) -> Iterator[Claim | Problem]:
    """Yield the run that made a model, as a training stage."""
    settings = [
        (jsonld.text_of(about.get("name")), jsonld.text_of(about.get("value")))
        for id_ in used
        if (about := crate.by_id.get(id_, {})).get("@type") == "PropertyValue"
    ]
    code = crate.by_id.get(scalar_text(mapping(node.get("instrument")).get("@id")), {})
    agents = [name for value in as_list(node.get("agent")) if (name := crate.name(value))]
    subjects = [s for id_ in used if (s := crate.subject(id_)) and s != made]
    id_ = scalar_text(node.get("@id")) or where
    yield from runs.stage(
        runs.TrainingRun(
            node=iris.entity(SOURCE, "run", f"{crate.local}/{iris.slug(id_)[:120]}"),
            name=jsonld.text_of(node.get("name")),
            started=jsonld.text_of(node.get("startTime")),
            ended=jsonld.text_of(node.get("endTime")),
            used=tuple(subjects),
            by=agents[0] if agents else "",
            code=jsonld.link_of(code.get("codeRepository")),
            revision=jsonld.text_of(code.get("version")) or runs.revision_in(settings),
            settings=tuple((name, value) for name, value in settings if name),
        ),
        made,
        where,
    )


def _file(crate: Crate, where: str, node: dict[Any, Any]) -> Iterator[Claim | Problem]:
    """Yield a file of the crate, with its size, format and digests."""
    root = crate.subject(crate.root)
    name = scalar_text(node.get("@id")) or jsonld.text_of(node.get("name"))
    if root is None or not name:
        return
    artifact = None
    for claim in _stored(root, name, node, where):
        if isinstance(claim, Claim) and artifact is None:
            artifact = claim.subject
        yield claim
    if artifact is None:
        return
    if (label := jsonld.text_of(node.get("name"))) and label != name:
        yield Claim(artifact, SCHEMA.name, statements.literal(label))
    own = [crate.resolved(leaf) for leaf in _leaves_of(crate, where, node)]
    yield from coverage.claims(artifact, own, KEYS)


def _stored(of: Iri, name: str, stated: dict[Any, Any], where: str) -> Iterator[Claim | Problem]:
    """Yield digests, size and format of a stored file."""
    digests = [
        packages.digest(a, scalar_text(stated.get(a))) for a in ("sha256", "md5") if stated.get(a)
    ]
    claims = list(packages.artifact(SOURCE, of, name[:200], [d for d in digests if d]))
    yield from claims
    artifact = claims[0].subject
    if (size := stated.get("contentSize")) is not None:
        yield packages.sized(artifact, size, f"{where}/contentSize")
    for value in as_list(stated.get("encodingFormat")):
        if form := jsonld.text_of(value) or jsonld.link_of(value):
            yield Claim(artifact, PG.fileFormat, statements.literal(form))


SYNTAXES = ("json",)

READER = Reader(
    format=SOURCE,
    title="RO-Crate research objects (JSON-LD)",
    recognises=recognises,
    origin=origin,
    read=read_crate,
    version="8",
    keys=KEYS,
    leaves=leaves,
)
