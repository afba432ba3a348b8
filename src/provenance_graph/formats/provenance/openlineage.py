"""OpenLineage run events: a job's inputs and outputs; one event, a list, or one a line.

An output that states that it is a model (its ``datasetType`` facet, or its name) was trained on the
inputs; other outputs are datasets derived from them. A bad line of a stream is a problem with its
number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, SCHEMA
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, coded, later, read, skip, text
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import runs
from provenance_graph.formats.provenance.open_runs import MAX_FACTS, OpenRun
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "openlineage"
MAX_PROBLEMS = 100
MAX_OPEN = 10_000
"""The most unfinished runs that are remembered; the facts of further runs stay with their event."""
_FAILED = frozenset(("FAIL", "ABORT"))
"""Final states of a run without usable outputs."""
_LAST = frozenset(("COMPLETE", *_FAILED))
MAX_KNOWN = 10_000
"""The most datasets of a stream that are cached."""
_PUBLISHED_BY = "the program that sent the event, and the schema it follows"
KEYS = KeyTable(
    (
        *read("the dataset or model", "dataset/name"),
        *coded("the dataset or model", "dataset/namespace"),
        *skip(
            _PUBLISHED_BY,
            "*/_producer",
            "*/_schemaURL",
            "*/*/_producer",
            "*/*/_schemaURL",
            "*/*/*/_producer",
            "*/*/*/_schemaURL",
            "*/*/*/*/_producer",
            "*/*/*/*/_schemaURL",
        ),
        *read(
            "whether it is a model",
            "dataset/facets/datasetType/datasetType",
            "dataset/facets/datasetType/subType",
        ),
        *text(SCHEMA.description, "dataset/facets/documentation/description"),
        *read("`schema:version`", "dataset/facets/version/datasetVersion"),
        *read(
            "`pg:dataGovernance`",
            "dataset/facets/ownership/owners/name",
            "dataset/facets/ownership/owners/type",
        ),
        *read(
            "`pg:recordStructure`",
            "dataset/facets/schema/fields/name",
            "dataset/facets/schema/fields/type",
        ),
        *later("dataset/facets/**", "dataset/inputFacets/**", "dataset/outputFacets/**"),
        *read(
            "as stated of what the run wrote",
            "event/job/namespace",
            "event/job/name",
            "event/run/runId",
        ),
        *read(
            "`pg:codeRevision`, `pg:trainingCode`",
            "event/job/facets/sourceCodeLocation/version",
            "event/job/facets/sourceCodeLocation/url",
        ),
        *read(
            "`dcterms:created` of what was written, where the run is complete", "event/eventTime"
        ),
        *coded("a run that failed or was aborted derives nothing", "event/eventType"),
        *skip(_PUBLISHED_BY, "event/producer", "event/schemaURL"),
        *later("event/**"),
    )
)


def recognises(features: Features) -> bool:
    """Whether a document is an event of a run, or a list or stream of events."""
    value = (
        features.value[0] if isinstance(features.value, list) and features.value else features.value
    )
    event = mapping(value)
    if features.syntax not in ("json", "jsonl"):
        return False
    about = "job" in event or ("dataset" in event and "schemaURL" in event)
    return "producer" in event and about and ("run" in event or "eventTime" in event)


def events(document: Document) -> Iterator[tuple[str, dict[Any, Any]] | Problem]:
    """Yield every event with its location; a problem for an entry that is none.

    Raises Unreadable where the document is no JSON object, list or lines of objects.
    """
    if document.features.syntax == "jsonl":
        # parsed again each time: a stream of a million events must not be held in memory
        for line in document.json_lines():
            if isinstance(line, Problem):
                yield replace(line, hint="one event a line") if line.kind == "syntax" else line
            elif isinstance(line[1], dict):
                yield line[0], mapping(line[1])
            else:
                what = "an object with run, job, inputs, outputs"
                yield Problem(line[0], "not an event", what)
        return
    whole = statements.sanitise(document.json, document.text)
    if not isinstance(whole, (dict, list)):
        raise Unreadable(document.url, "an event is a JSON object")
    for n, event in enumerate(as_list(whole)):
        where = f"/{n}" if isinstance(whole, list) else ""
        if isinstance(event, dict):
            yield where, event
        else:
            yield Problem(where, "not an event", "an object with run, job, inputs, outputs")


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value of the events; those of inputs and outputs under ``dataset``."""
    for item in events(document):
        if not isinstance(item, Problem):
            yield from _leaves_of(*item)


def _leaves_of(where: str, event: dict[Any, Any]) -> Iterator[Leaf]:
    yield from _own_leaves(where, event)
    for key in ("inputs", "outputs"):
        for n, item in enumerate(as_list(event.get(key))):
            yield from coverage.leaves(item, ("dataset",), f"{where}/{key}/{n}")
    yield from coverage.leaves(event.get("dataset"), ("dataset",), f"{where}/dataset")


def _own_leaves(where: str, event: dict[Any, Any]) -> Iterator[Leaf]:
    """Yield the values of an event's job and run."""
    return coverage.leaves(event, ("event",), where, ("inputs", "outputs", "dataset"))


def origin(document: Document) -> Origin:
    """The origin: an unnamed operator, with the first event's job namespace in the title."""
    first = next((e for e in events(document) if not isinstance(e, Problem)), ("", {}))
    job = mapping(first[1].get("job"))
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization("unnamed operators of data pipelines"),
        basis=Basis.MEASUREMENT,
        title=f"OpenLineage events of {stated_name(job.get('namespace')) or 'a pipeline'}",
    )


def read_events(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims about the inputs and outputs of runs."""
    bad = 0
    stream = _Stream()
    done: set[Claim | Problem] = set()  # a stream repeats its datasets with every run
    for item in events(document):
        if isinstance(item, Problem):
            bad += 1
            if bad <= MAX_PROBLEMS:
                yield item
            continue
        for result in _event(*item, stream):
            if result not in done:
                done.add(result)
                yield result
    for run in stream.open.values():  # runs whose end no event states
        for result in _lineage(run.last[1], run.last[0], run):
            if result not in done:
                done.add(result)
                yield result
    yield from coverage.unknown(stream.odd, KEYS, "OpenLineage")
    if bad > MAX_PROBLEMS:
        yield Problem("", f"{bad - MAX_PROBLEMS:,} more lines that are no events", kind="syntax")


@dataclass(slots=True)
class _Stream:
    """State shared by the events of a document.

    ``odd`` collects values under keys that the standard does not have. ``known`` caches datasets by
    their description, which most events of a stream repeat word for word. ``open`` holds runs that
    have begun and not ended.
    """

    odd: list[Leaf] = field(default_factory=list)
    known: dict[str, tuple[Iri | None, Iri, list[Leaf]]] = field(default_factory=dict)
    open: dict[str, OpenRun] = field(default_factory=dict)

    def run_of(self, event: dict[Any, Any]) -> OpenRun:
        """The state of the run that an event belongs to."""
        name = scalar_text(mapping(event.get("run")).get("runId"))
        run = self.open.pop(name, None) or OpenRun()
        ended = event.get("eventType") in _LAST
        run.open = bool(name) and not ended and len(self.open) < MAX_OPEN
        if run.open:
            self.open[name] = run
        return run

    def described(self, raw: Any, where: str, new: list[Claim | Problem]) -> tuple[Iri | None, Iri]:
        """The dataset or model described; claims about a new one are added to ``new``."""
        item = mapping(raw)
        text_ = json.dumps(item, sort_keys=True, default=str)
        result = self.known.get(text_)
        if result is None:
            subject, kind = _entity(item)
            leafs = list(coverage.leaves(item, ("dataset",), where))
            odd = [leaf for leaf in leafs if KEYS.find(leaf.path) is None]
            new += _described(item, subject, kind, where, leafs)
            result = subject, kind, odd
            if len(self.known) < MAX_KNOWN:
                self.known[text_] = result
        self.odd += result[2]
        return result[0], result[1]


def _event(where: str, event: dict[Any, Any], stream: _Stream) -> Iterator[Claim | Problem]:
    """Yield the claims of one event, with the facts of earlier events of its run."""
    new: list[Claim | Problem] = []
    own = list(_own_leaves(where, event))
    stream.odd += (leaf for leaf in own if KEYS.find(leaf.path) is None)
    run = stream.run_of(event)
    run.add(event, own)
    for n, raw in enumerate(as_list(event.get("inputs"))):
        source, of = stream.described(raw, f"{where}/inputs/{n}", new)
        if source is not None and len(run.inputs) < MAX_FACTS:
            run.inputs[source, of] = None
            state, claims = runs.at_version(SOURCE, source, _version(mapping(raw)))
            run.uses(source, state)
            yield from claims
    for n, raw in enumerate(as_list(event.get("outputs"))):
        result, kind = stream.described(raw, f"{where}/outputs/{n}", new)
        if result is not None and len(run.made) < MAX_FACTS:
            run.made[result, kind] = None
    for made, _ in run.made:
        yield from _run(made, event, where, run)
    if run.open:
        run.last = where, event  # the source of the run's lineage if no event states its end
    elif event.get("eventType") not in _FAILED:
        yield from _lineage(event, where, run)
    if event.get("dataset"):  # a dataset event, without a run
        stream.described(event["dataset"], f"{where}/dataset", new)
    elif not as_list(event.get("inputs")) and not as_list(event.get("outputs")):
        yield Problem(where or "/", "an event without inputs and outputs", kind="empty")
    yield from new


def _lineage(event: dict[Any, Any], where: str, run: OpenRun) -> Iterator[Claim | Problem]:
    """Yield that a run's outputs come from its inputs, and the training stage of a model."""
    for made, kind in run.made:
        for source, of in run.inputs:
            if source != made:
                trained = kind == PG.Model and of == PG.Dataset
                yield Claim(made, PG.trainedOn if trained else PROV.wasDerivedFrom, source)
        if kind == PG.Model:
            yield from _stage(made, event, where, run)


def _name(event: dict[Any, Any]) -> str:
    job = mapping(event.get("job"))
    name = f"{stated_name(job.get('namespace'))}/{stated_name(job.get('name'))}".strip("/")
    return f"{name} {scalar_text(mapping(event.get('run')).get('runId'))}".strip()


def _run(made: Iri, event: dict[Any, Any], where: str, run: OpenRun) -> Iterator[Claim | Problem]:
    """Yield the run, time and code of an output; other values of its events as stated."""
    yield coverage.other(made, "run", _name(event))
    if (state := scalar_text(event.get("eventType"))) in _FAILED:
        yield coverage.other(made, "eventType", state)
    if event.get("eventTime") is not None:
        if scalar_text(event.get("eventType")) in ("", "COMPLETE"):
            yield statements.dated(made, DCTERMS.created, event["eventTime"], f"{where}/eventTime")
        else:
            yield coverage.other(made, "eventTime", scalar_text(event["eventTime"]))
    if run.revision:
        yield Claim(made, PG.codeRevision, statements.literal(run.revision))
    if run.code:
        location = f"{where}/job/facets/sourceCodeLocation/url"
        yield statements.link(made, PG.trainingCode, run.code, location)
    yield from coverage.claims(made, run.own, KEYS)


def _stage(made: Iri, event: dict[Any, Any], where: str, run: OpenRun) -> Iterator[Claim | Problem]:
    """Yield the run that wrote a model as a training stage, with its facets as settings."""
    name = _name(event)
    result = runs.TrainingRun(
        node=iris.entity(SOURCE, "run", iris.slug(name)[:200]),
        name=name,
        started=run.started,
        ended=run.ended,
        used=tuple(run.used),
        code=run.code,
        revision=run.revision,
        settings=tuple(run.settings.items()),
    )
    yield from runs.stage(result, made, where)


def _version(item: dict[Any, Any]) -> str:
    return scalar_text(mapping(mapping(item.get("facets")).get("version")).get("datasetVersion"))


_HUB = frozenset(
    ("huggingface", "hugging face", "hf", "huggingface.co", "hf.co", "huggingface-hub")
)
"""Names of the Hub as a namespace in pipelines."""


def _entity(item: dict[Any, Any]) -> tuple[Iri | None, Iri]:
    """The dataset or model by namespace and name (Hub repositories by our IRIs), and its class."""
    namespace, name = stated_name(item.get("namespace")), stated_name(item.get("name"))
    facets = mapping(item.get("facets"))
    stated = mapping(facets.get("datasetType"))
    kinds = (
        f"{scalar_text(stated.get('datasetType'))} {scalar_text(stated.get('subType'))}".casefold()
    )
    model = "model" in kinds or any("model" in str(key).casefold() for key in facets)
    kind = PG.Model if model else PG.Dataset
    if not name:
        return None, kind
    spaced = hub.PAGE if namespace.casefold() in _HUB else f"{namespace.rstrip('/')}/"
    repository = hub.address(f"{spaced}{name}") or hub.address(name)
    if repository is not None and repository.kind is hub.RepositoryKind.DATASET:
        return iris.dataset(repository.name), PG.Dataset
    if repository is not None and repository.kind is hub.RepositoryKind.MODEL:
        return iris.model(repository.name), PG.Model
    label = "model" if model else "dataset"
    local = "/".join(iris.slug(part) for part in (namespace, name) if part)
    return iris.entity(SOURCE, label, local), kind


def _described(
    item: dict[Any, Any], subject: Iri | None, kind: Iri, where: str, leafs: list[Leaf]
) -> Iterator[Claim | Problem]:
    """Yield an event's claims about one of its inputs or outputs."""
    if subject is None:
        yield Problem(where, "a dataset without a name", "namespace and name")
        return
    name = stated_name(item.get("name"))
    repository = name.removeprefix("datasets/")
    if subject in (iris.dataset(repository), iris.model(repository)):
        yield from statements.called(subject, kind, repository)
    else:
        yield from statements.is_a(subject, kind, name)
    facets = mapping(item.get("facets"))
    if version := _version(item):
        yield Claim(subject, SCHEMA.version, statements.literal(version))
    for raw in as_list(mapping(facets.get("ownership")).get("owners")):
        owner = mapping(raw)
        owned_by = f"{scalar_text(owner.get('type')) or 'owner'}: {scalar_text(owner.get('name'))}"
        yield Claim(subject, PG.dataGovernance, statements.literal(owned_by))
    fields = [
        f"{scalar_text(mapping(f).get('name'))} ({scalar_text(mapping(f).get('type'))})"
        for f in as_list(mapping(facets.get("schema")).get("fields"))
    ]
    if fields:
        yield Claim(subject, PG.recordStructure, coverage.brief(f"schema: {', '.join(fields)}"))
    about = mapping(facets.get("datasetType")).items()
    stated = " ".join(scalar_text(value) for key, value in about if not str(key).startswith("_"))
    if stated and not re.search("model", stated, re.IGNORECASE):
        yield Claim(subject, PG.dataType, statements.literal(stated))
    elif stated:
        yield coverage.other(subject, "datasetType", stated)
    yield from coverage.claims(subject, leafs, KEYS)


SYNTAXES = ("json", "jsonl")

READER = Reader(
    format=SOURCE,
    title="OpenLineage run events",
    recognises=recognises,
    origin=origin,
    read=read_events,
    version="6",
    keys=KEYS,
    leaves=leaves,
)
