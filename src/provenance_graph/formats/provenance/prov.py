"""PROV-JSON and PROV-O: entities, the activities that used and made them, and the agents.

An entity is a model or a dataset where its type says so (``prov:type``, ``prov-ml:type``). Other
entities are parts of a run: their values are kept as stated of the run, which is a training stage.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read, skip
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered
from provenance_graph.formats.fields import named, packages, runs
from provenance_graph.formats.provenance import prov_o
from provenance_graph.formats.provenance.prov_graph import (
    ELEMENTS,
    RELATIONS,
    ProvGraph,
    first,
    parsed,
    parts,
)
from provenance_graph.formats.statements import as_list, mapping, scalar_text

SOURCE = "prov"
MAX_CYCLES = 20
"""The most cycles of derivations that are reported."""

_MODEL = re.compile(r"(?:^|[^a-z])(?:ml)?model(?:version|file|weights)?$", re.IGNORECASE)
_DATA = re.compile(r"data(?:set)?(?:reference|item|schema)?$|collection$", re.IGNORECASE)
KEYS = KeyTable(
    (
        *skip("short names of vocabularies", "prefix/**"),
        *skip("the datatype of a value", "entity/*/type", "activity/*/type"),
        *read(
            "what it is and what is said of it, else as stated of the run",
            "entity/**",
            "activity/**",
        ),
        *read("`dcterms:creator`, or as stated of the run", "agent/**"),
        *read("derivation, training data, maker or version", "relation/**"),
        *later("other/**"),
    )
)


def recognises(features: Features) -> bool:
    """Whether a document has PROV-JSON's top-level keys, or PROV-O terms in its head."""
    if prov_o.is_prov_o(features):
        return True
    keys = features.keys & {*ELEMENTS, *RELATIONS, "prefix", "bundle"}
    return (
        features.syntax == "json"
        and isinstance(features.value, dict)
        and len(keys) >= 2
        and bool(keys & {"entity", "activity"})
        and "@context" not in features.value
    )


def _whole(document: Document) -> Any:
    """The document as PROV-JSON, from either syntax."""
    if prov_o.is_prov_o(document.features):
        return prov_o.as_json(document)
    return statements.sanitise(document.json, document.text)


@gathered
def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value, by the kind of its element or relation."""
    for where, part in parts(_whole(document)):
        for key, value in part.items():
            role = key if key in (*ELEMENTS, "prefix") else "other"
            role = "relation" if key in RELATIONS else role
            for leaf in coverage.leaves(value, (role,), f"{where}/{key}"):
                below = leaf.path[1:] if role == "other" else leaf.path[2:]
                name = (str(key),) if role == "other" else ()
                yield Leaf((role, *name, *below), leaf.location, leaf.value)


def _type_of(element: Mapping[str, list[Any]]) -> str:
    """``model``, ``dataset`` or empty, by the types of an element."""
    for key, values in element.items():
        if key.rpartition(":")[2] == "type":
            for value in values:
                local = re.split(r"[:#/]", scalar_text(value))[-1]
                if _MODEL.search(local):
                    return "model"
                if _DATA.search(local):
                    return "dataset"
    return ""


def origin(document: Document) -> Origin:
    """The origin: the first agent of the document that is no program as publisher, by its label."""
    agents = ProvGraph()
    for id_, about in mapping(mapping(_whole(document)).get("agent")).items():
        stated = {
            str(key): [mapping(value).get("$", value) for value in as_list(values)]
            for key, values in mapping(about).items()
        }
        if not any("SoftwareAgent" in scalar_text(kind) for kind in stated.get("prov:type", ())):
            agents.elements[str(id_)] = stated
    id_ = next(iter(agents.elements), "")
    name = agents.name(id_)
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization(
            (name if name != id_ else id_.rpartition(":")[2]) or "unnamed users of PROV"
        ),
        basis=Basis.MEASUREMENT,
        title="PROV-JSON",
    )


def read_prov(document: Document) -> Iterator[Claim | Problem]:
    """Yield a PROV document's claims about models, datasets and the run that made them."""
    graph, problems = parsed(_whole(document), document.url)
    yield from problems
    run = iris.entity(SOURCE, "run", paths.source_slug(document))
    for id_, element in graph.elements.items():
        kind = _type_of(element) if graph.kinds[id_] == "entity" else ""
        if kind:
            graph.subjects[id_] = _subject(graph.address(id_), id_, kind, document)
    for id_ in [i for i, kind in graph.kinds.items() if kind == "entity"]:
        graph.elements[id_]  # creates the entry of an entity without attributes
    yield Claim(run, RDF.type, PG.TrainingStage)
    for id_, kind in graph.kinds.items():
        yield from _element(id_, kind, graph, run)
    yield from _relations(graph, run)
    yield from _details(graph, run)
    yield from _cycles(graph)
    if not graph.subjects:
        what = "no entity whose type says that it is a model or a dataset"
        yield Problem("/entity", what, "prov:type: Model or Dataset", kind="empty")


def _subject(address: str, id_: str, kind: str, document: Document) -> Iri:
    """The Hub repository that an element's id names, else the entity of its address.

    An id without a declared prefix is local to its document.
    """
    repository = hub.address(address)
    if repository is not None and repository.owner:
        if kind == "model" and repository.kind is hub.RepositoryKind.MODEL:
            return iris.model(repository.name)
        if kind == "dataset" and repository.kind is hub.RepositoryKind.DATASET:
            return iris.dataset(repository.name)
    if iris.minted_kind(address) == kind and iris.is_iri(address):
        return Iri(address)  # an IRI of this graph names the entity
    if "://" in address:
        return iris.entity(SOURCE, kind, iris.slug(address.partition("://")[2]))
    return paths.named(SOURCE, kind, id_, document)


def _element(id_: str, kind: str, graph: ProvGraph, run: Iri) -> Iterator[Claim | Problem]:
    """Yield the attributes of an element: a model's or dataset's own, else the run's."""
    subject = graph.subjects.get(id_)
    if subject is not None:
        is_model = "/model/" in subject
        name = graph.name(id_)
        kind_ = PG.Model if is_model else PG.Dataset
        if name == id_ and (repository := hub.address(graph.address(id_))) is not None:
            name = repository.name
            yield from statements.called(subject, kind_, name)
        else:
            yield from statements.is_a(subject, kind_, name)
        if name != id_:
            yield coverage.other(subject, "id", id_)
    attributes = graph.elements.get(id_, {})
    values = {key.rpartition(":")[2]: vs for key, vs in attributes.items()}
    name, value = first(values, "name", "label"), first(values, "value")
    if first(values, "type").rpartition(":")[2] == "Parameter" and name and value:
        brief = coverage.brief(f"{name}: {value}")
        yield Claim(run, PG.hyperparameter, brief)
        values = {k: v for k, v in values.items() if k not in ("name", "label", "value", "type")}
    if subject is None and kind != "agent":
        yield coverage.other(run, kind, id_)
    for key, result in values.items():
        for each in result:
            text = scalar_text(each)
            digest = packages.digest(key, text) if key.casefold() in _DIGESTS else ""
            if subject is not None and digest:
                yield from packages.artifact(SOURCE, subject, "", [digest])
            elif text and subject is not None:
                known = named.claims(subject, key, text, f"/{kind}/{id_}")
                yield from known or [coverage.other(subject, key, text)]
            elif text:
                yield coverage.other(run, f"{id_} {key}", text)


def _relations(graph: ProvGraph, run: Iri) -> Iterator[Claim | Problem]:
    """Yield stated derivations, and those inferred from an activity's inputs and outputs."""
    used: dict[str, list[str]] = defaultdict(list)
    for activity, entity in graph.relations["used"]:
        used[activity].append(entity)
    for made, activity in graph.relations["wasGeneratedBy"]:
        for entity in used.get(activity, ()):
            role = graph.roles.get((activity, entity), "")
            yield from _from(graph, made, entity, inferred=True, role=role)
        model = graph.subjects.get(made)
        if model is not None and "/model/" in model:
            yield from _stage(graph, activity, model, used.get(activity, []), run)
    for (activity, entity), role in graph.roles.items():
        yield coverage.other(run, "used as", f"{activity} {entity}: {role}")
    for made, entity in graph.relations["wasDerivedFrom"]:
        yield from _from(graph, made, entity, inferred=False)
    for entity, agent in graph.relations["wasAttributedTo"]:
        if subject := graph.subjects.get(entity):
            called = graph.name(agent)
            who = statements.named_organization(called)
            yield from statements.is_a(who, PG.Organization, called)
            yield Claim(subject, DCTERMS.creator, who)
    for kind, ends in graph.relations.items():
        for left, right in ends:
            for end in (left, right):
                if end not in graph.kinds:
                    text = f"{end[:120]!r} names nothing in the document"
                    yield Problem(f"/{kind}", text, kind="reference")
            yield coverage.other(graph.subjects.get(left, run), kind, f"{left} {right}")


def _details(graph: ProvGraph, run: Iri) -> Iterator[Claim | Problem]:
    """Yield further attributes of relations: a time, a plan."""
    for kind, (left, right), key, text in graph.details:
        subject, word = graph.subjects.get(left), key.rpartition(":")[2]
        if subject and (kind, word) == ("wasGeneratedBy", "time"):
            yield statements.dated(subject, DCTERMS.created, text, f"/{kind}")
        else:
            yield coverage.other(subject or run, f"{kind} {word}", f"{left} {right}: {text}")


_DIGESTS = frozenset(("md5", "sha1", "sha256", "sha512"))
_TIMES = ("startTime", "startedAtTime", "endTime", "endedAtTime")
_NOT_SETTINGS = frozenset((*_TIMES, "type", "label", "name", "title", "description"))


def _stage(
    graph: ProvGraph, activity: str, model: Iri, used: list[str], run: Iri
) -> Iterator[Claim | Problem]:
    """Yield the activity that made a model, as a training stage."""
    values = {k.rpartition(":")[2]: v for k, v in graph.elements.get(activity, {}).items()}
    settings = tuple(
        (key, text)
        for key, items in values.items()
        if key not in _NOT_SETTINGS
        for item in items
        if (text := scalar_text(item))
    )
    agents = [agent for act, agent in graph.relations["wasAssociatedWith"] if act == activity]
    subjects = [s for entity in used if (s := graph.subjects.get(entity)) and s != model]
    yield from runs.stage(
        runs.TrainingRun(
            node=Iri(f"{run}/{iris.slug(activity)[:120]}"),
            name=graph.name(activity),
            started=first(values, *_TIMES[:2]),
            ended=first(values, *_TIMES[2:]),
            used=tuple(subjects),
            by=graph.name(agents[0]) if agents else "",
            revision=runs.revision_in(settings),
            settings=settings,
        ),
        model,
        f"/activity/{activity}",
    )


def _cycles(graph: ProvGraph) -> Iterator[Problem]:
    """Yield one problem for each cycle of derivations, at most MAX_CYCLES."""
    edges = list(dict.fromkeys(graph.relations["wasDerivedFrom"]))
    for _ in range(MAX_CYCLES):
        sorter: TopologicalSorter[str] = TopologicalSorter()
        for made, source in edges:
            sorter.add(made, source)
        try:
            sorter.prepare()
            return
        except CycleError as error:
            line = [str(each) for each in error.args[1]]
            text = " → ".join(dict.fromkeys(line))[:200]
            what = f"derived from itself: {text}"
            hint = "a derivation leads from what was made to what it was made from"
            yield Problem("/wasDerivedFrom", what, hint, kind="lineage")
            turns = {(b, a) for a, b in pairwise(line)} | set(pairwise(line))
            edges = [edge for edge in edges if edge not in turns]


def _from(
    graph: ProvGraph, made: str, source: str, *, inferred: bool, role: str = ""
) -> Iterator[Claim]:
    """Yield that one model or dataset was made from another."""
    subject, other = graph.subjects.get(made), graph.subjects.get(source)
    if subject is None or other is None or subject == other:
        return
    stated = "used by the activity that generated it" if inferred else ""
    yield from runs.made_from(subject, other, role=role, stated=stated)


SYNTAXES = ("json", "trig")

READER = Reader(
    format=SOURCE,
    title="PROV-JSON and PROV-O, with their machine-learning dialects",
    recognises=recognises,
    origin=origin,
    read=read_prov,
    version="8",
    keys=KEYS,
    leaves=leaves,
)
