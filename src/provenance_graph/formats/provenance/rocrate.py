"""RO-Crate: a research object with its datasets, models, software, people and the runs between them.

The root of the crate is a dataset; nodes typed as models or datasets are what they say. A
``CreateAction`` makes its results from its objects. Responsible-AI and datasheet terms become the
properties that Croissant's become.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read, skip, text
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered, once
from provenance_graph.formats.fields import jsonld, packages, runs
from provenance_graph.formats.statements import as_list, mapping, scalar_text

SOURCE = "rocrate"
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
    """Whether its graph describes itself as an RO-Crate does."""
    return features.syntax == "json" and jsonld.is_crate(features.value)


class Crate:
    """The nodes of a crate by id, with what each is."""

    def __init__(self, document: Document) -> None:
        whole = mapping(statements.sanitise(document.json, document.text))
        self.context, result = jsonld.nodes(whole)
        self.beside = (
            {k: v for k, v in whole.items() if k != "@context"} if "@graph" in whole else {}
        )
        self.beside.pop("@graph", None)
        self.context.vocabulary = self.context.vocabulary or jsonld.SCHEMA
        self.nodes = [(where, node) for where, node in result]
        self.by_id = {scalar_text(node.get("@id")): node for _, node in result}
        self.root = next(
            (
                scalar_text(mapping(node.get("about")).get("@id"))
                for _, node in result
                if "ro-crate-metadata.json" in scalar_text(node.get("@id"))
            ),
            "./",
        )
        self.local = paths.source_slug(document)

    def role(self, node: dict[Any, Any]) -> str:
        """What a node is to the graph."""
        id_ = scalar_text(node.get("@id"))
        kinds = {re.split(r"[:#/]", scalar_text(kind))[-1] for kind in as_list(node.get("@type"))}
        if "ro-crate-metadata.json" in id_:
            return "descriptor"
        if kinds & {"MLModel", "Model", "MachineLearningModel"}:
            return "model"
        if kinds & {"Dataset", "ROCrate"} or id_ == self.root:
            return "dataset"
        if kinds & {"File", "MediaObject"}:
            return "file"
        return "action" if kinds & {"CreateAction", "Computation", "Action"} else "other"

    def subject(self, id_: str) -> Iri | None:
        """The model or dataset that an id means, or None."""
        node = self.by_id.get(id_)
        if node is None:
            return None
        role = self.role(node)
        if role not in ("model", "dataset"):
            return None
        place = hub.address(id_) or hub.address(jsonld.link_of(node.get("url")))
        if place is not None and place.kind in (
            hub.RepositoryKind.MODEL,
            hub.RepositoryKind.DATASET,
        ):
            data = place.kind is hub.RepositoryKind.DATASET
            return iris.dataset(place.name) if data else iris.model(place.name)
        if iris.minted_kind(id_) == role and iris.is_iri(id_):
            return Iri(id_)  # whoever writes our name for it means it
        name = jsonld.text_of(node.get("name"))
        head = self.local if id_ in ("./", "") else ""
        return iris.entity(SOURCE, role, iris.slug(head or name or id_[-120:]))

    def name(self, value: Any) -> str:
        """The name of what a value points to, or the text that it is."""
        id_ = scalar_text(mapping(value).get("@id"))
        node = self.by_id.get(id_)
        if node is not None:
            return jsonld.text_of(node.get("name")) or id_
        return jsonld.text_of(value) or id_


@once
def crate_of(document: Document) -> Crate:
    """The document as a crate."""
    return Crate(document)


@gathered
def leaves(document: Document) -> Iterator[Leaf]:
    """Every value of the crate, below what its node is."""
    crate = crate_of(document)
    context = mapping(document.json).get("@context")
    yield from coverage.leaves(context, ("context",), "/@context")
    yield from coverage.leaves(crate.beside, ("document",), "")
    for where, node in crate.nodes:
        yield from _leaves_of(crate, where, node)


def _leaves_of(crate: Crate, where: str, node: dict[Any, Any]) -> Iterator[Leaf]:
    below = coverage.leaves(node, (crate.role(node),), where)
    yield from jsonld.leaves(below, crate.context)


def origin(document: Document) -> Origin:
    """Whoever published the crate, else its first author."""
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
    """Yield what a crate says of its datasets, models and files."""
    crate = crate_of(document)
    beside = coverage.leaves(crate.beside, ("document",), "")
    yield from coverage.unknown(beside, KEYS, "an RO-Crate, whose nodes stand in @graph")
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
    digests = [
        packages.digest(a, scalar_text(stated.get(a))) for a in ("sha256", "md5") if stated.get(a)
    ]
    if any(digests):
        yield from packages.artifact(SOURCE, subject, "", [d for d in digests if d])
    yield from coverage.claims(subject, _leaves_of(crate, where, node), KEYS)


def _made(crate: Crate, subject: Iri, stated: dict[str, Any], where: str) -> Iterator[Claim]:
    """Licence, makers and publisher."""
    for value in as_list(stated.get("license")):
        text_ = jsonld.text_of(value) or jsonld.link_of(value)
        yield from statements.licensed(subject, text_, locator=f"{where}/license")
    for key in ("author", "creator"):
        for value in as_list(stated.get(key)):
            yield from statements.made_by(subject, crate.name(value))
    for value in as_list(stated.get("publisher")):
        if maker := crate.name(value):
            organization = statements.named_organization(maker)
            yield from statements.is_a(organization, PG.Organization, maker)
            yield Claim(subject, PG.suppliedBy, organization)


def _dated(subject: Iri, stated: dict[str, Any], where: str) -> Iterator[Claim | Problem]:
    """Dates, version and addresses."""
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
            other = crate.subject(scalar_text(mapping(value).get("@id")))
            if other is None or other == subject:
                yield coverage.other(subject, key, crate.name(value))
            elif model and "/dataset/" in other:
                yield Claim(subject, PG.trainedOn, other)
            else:
                yield Claim(subject, PROV.wasDerivedFrom, other)


def _action(crate: Crate, where: str, node: dict[Any, Any]) -> Iterator[Claim | Problem]:
    """What a run made, from what."""
    used = [scalar_text(mapping(value).get("@id")) for value in as_list(node.get("object"))]
    for value in as_list(node.get("result")):
        made = crate.subject(scalar_text(mapping(value).get("@id")))
        if made is None:
            continue
        if "/model/" in made:
            yield from _stage(crate, where, node, made, used)
        for id_ in used:
            other = crate.subject(id_)
            if other is None or other == made:
                yield coverage.other(made, "made from", id_)
            else:
                trained = "/model/" in made and "/dataset/" in other
                yield Claim(made, PG.trainedOn if trained else PROV.wasDerivedFrom, other)
        for leaf in _leaves_of(crate, where, node):
            if leaf.path[1] not in ("object", "result", "@id"):
                yield coverage.other(
                    made, f"run {'.'.join(leaf.path[1:])}", scalar_text(leaf.value)
                )


def _stage(
    crate: Crate, where: str, node: dict[Any, Any], made: Iri, used: list[str]
) -> Iterator[Claim | Problem]:
    """The run that made a model, as a stage of its training."""
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
    """A file of the crate, with its size, form and digests."""
    root = crate.subject(crate.root)
    name = scalar_text(node.get("@id")) or jsonld.text_of(node.get("name"))
    if root is None or not name:
        return
    digests = [
        packages.digest(a, scalar_text(node.get(a))) for a in ("sha256", "md5") if node.get(a)
    ]
    claims = list(packages.artifact(SOURCE, root, name[:200], [d for d in digests if d]))
    yield from claims
    artifact = claims[0].subject
    if (label := jsonld.text_of(node.get("name"))) and label != name:
        yield Claim(artifact, SCHEMA.name, statements.literal(label))
    if (size := node.get("contentSize")) is not None:
        yield packages.sized(artifact, size, f"{where}/contentSize")
    for value in as_list(node.get("encodingFormat")):
        if form := jsonld.text_of(value) or jsonld.link_of(value):
            yield Claim(artifact, PG.fileFormat, statements.literal(form))
    yield from coverage.claims(artifact, _leaves_of(crate, where, node), KEYS)


SYNTAXES = ("json",)

READER = Reader(
    format=SOURCE,
    title="RO-Crate research objects (JSON-LD)",
    recognises=recognises,
    origin=origin,
    read=read_crate,
    version="4",
    keys=KEYS,
    leaves=leaves,
)
