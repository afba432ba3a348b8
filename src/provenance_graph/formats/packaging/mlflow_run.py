"""MLflow's run metadata: ``mlflow runs describe``, or the REST API's answer to ``runs/get``.

A run with its parameters, metrics, tags and datasets becomes a training stage of the models that it
logged. Parameters, metrics and tags are mappings in the first form and lists of key and value in
the second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.lexical_forms import is_digits
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.coverage import Key, Leaf, coded, later, read, skip
from provenance_graph.formats.document import Document, Features
from provenance_graph.formats.fields import runs
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "mlflow"
_COMMIT = "mlflow.source.git.commit"
_CODE = "mlflow.source.git.repoURL"
_LOGGED = "mlflow.log-model.history"
_CONTEXT = "mlflow.data.context"

RUN_KEYS: tuple[Key, ...] = (
    *read(
        "`pg:TrainingStage` of the models that it logged",
        "run/info/run_id",
        "run/info/run_uuid",
        "run/info/run_name",
        "run/info/user_id",
    ),
    *coded("`prov:startedAtTime`, `prov:endedAtTime`", "run/info/start_time", "run/info/end_time"),
    *coded("as stated of a run that did not finish", "run/info/status"),
    *skip(
        "whether the run is deleted, and where MLflow keeps it",
        "run/info/lifecycle_stage",
        "run/info/artifact_uri",
        "run/info/experiment_id",
    ),
    *read("`pg:hyperparameter`", "run/data/params/**"),
    *read(
        "as stated of the models",
        "run/data/metrics/key",
        "run/data/metrics/value",
        "run/data/metrics/*",
    ),
    *skip("when and in which step a metric was logged", "run/data/metrics/**"),
    *coded("code and revision, models, else as stated", "run/data/tags/key"),
    *read("code and revision, models, else as stated", "run/data/tags/**"),
    *coded("for what the data were used", "run/inputs/dataset_inputs/tags/key"),
    *read(
        "`pg:trainedOn`, `pg:validatedOn` or `pg:testedOn`, by the context",
        "run/inputs/dataset_inputs/**",
    ),
    *read("the models that the run logged", "run/outputs/model_outputs/model_id"),
    *read("models that the run started from", "run/inputs/model_inputs/model_id"),
    *later("run/**"),
)


def is_run(features: Features) -> bool:
    """Whether a document is a run with info and data, alone or in the API's answer."""
    if features.syntax != "json" or not isinstance(features.value, dict):
        return False
    run = _run_in(features.value)
    info = mapping(run.get("info"))
    return bool(info.keys() & {"run_id", "run_uuid"}) and isinstance(run.get("data"), dict)


def _run_in(whole: dict[Any, Any]) -> dict[Any, Any]:
    return mapping(whole.get("run")) if "run" in whole else whole


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value of the run."""
    whole = mapping(statements.sanitise(document.json, document.text))
    yield from coverage.leaves(_run_in(whole), ("run",), "/run" if "run" in whole else "")


def read_run(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of a run about the models that it logged and the data that it used."""
    whole = mapping(statements.sanitise(document.json, document.text))
    run = _run_in(whole)
    info, data = mapping(run.get("info")), mapping(run.get("data"))
    run_id = scalar_text(info.get("run_id")) or scalar_text(info.get("run_uuid"))
    tags = dict(_pairs(data.get("tags")))
    models = [_model(id_) for id_ in dict.fromkeys(_logged(run, tags))]
    for model in models:
        yield from statements.is_a(model, PG.Model)
    used: list[Iri] = []
    for n, raw in enumerate(as_list(mapping(run.get("inputs")).get("dataset_inputs"))):
        yield from _dataset(mapping(raw), models, f"/inputs/dataset_inputs/{n}", used, document)
    started_from = as_list(mapping(run.get("inputs")).get("model_inputs"))
    ids = (scalar_text(mapping(raw).get("model_id")) for raw in started_from)
    used.extend(_model(id_) for id_ in ids if id_)
    stage = runs.TrainingRun(
        node=iris.entity(SOURCE, "run", iris.slug(run_id)),
        name=stated_name(info.get("run_name")) or run_id,
        started=_moment(info.get("start_time")),
        ended=_moment(info.get("end_time")),
        used=tuple(used),
        by=stated_name(info.get("user_id")),
        code=tags.get(_CODE, ""),
        revision=tags.get(_COMMIT, ""),
        settings=tuple(_pairs(data.get("params"))),
    )
    for made in models:
        yield from runs.stage(stage, made, "/info")
    yield from _as_stated(run, stage.node, models, tags)
    if (state := scalar_text(info.get("status"))) not in ("", "FINISHED", "3"):
        for about in (stage.node, *models):  # what it logged before is there all the same
            yield coverage.other(about, "status of the run", state)
    if not models:
        yield from runs.stage(stage, None, "/info")
        what = "a run that logged no model; kept as a stage by itself"
        yield Problem("/outputs/model_outputs", what, "model_id", kind="missing")


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    """Yield names and values, given as a mapping or as a list of key and value."""
    if isinstance(value, dict):
        yield from ((str(key), scalar_text(inner)) for key, inner in value.items())
        return
    for raw in as_list(value):
        if key := scalar_text(mapping(raw).get("key")):
            yield key, scalar_text(mapping(raw).get("value"))


def _logged(run: dict[Any, Any], tags: dict[str, str]) -> Iterator[str]:
    """Yield the ids of the models that a run logged: its outputs, and MLflow 2's history tag."""
    for raw in as_list(mapping(run.get("outputs")).get("model_outputs")):
        if id_ := scalar_text(mapping(raw).get("model_id")):
            yield id_
    try:
        history = json.loads(tags.get(_LOGGED, "[]"))
    except (ValueError, RecursionError):
        return  # an unparsable tag is kept as stated
    for raw in as_list(history):
        if id_ := scalar_text(mapping(raw).get("model_uuid")):
            yield id_


def _model(id_: str) -> Iri:
    """The IRI of a model by its id, the same as for an MLmodel file."""
    return iris.entity(SOURCE, "model", iris.slug(id_))


def _moment(value: Any) -> str:
    """Milliseconds since 1970 as an ISO time; any other text unchanged."""
    text = scalar_text(value)
    if is_digits(text) and len(text) < 15:
        return datetime.fromtimestamp(int(text) / 1000, UTC).isoformat(timespec="seconds")
    return text


def _dataset(
    raw: dict[Any, Any], models: list[Iri], where: str, used: list[Iri], document: Document
) -> Iterator[Claim | Problem]:
    """Yield a dataset that a run used, with its digest and with the use that its context states."""
    about = mapping(raw.get("dataset"))
    name, digest = stated_name(about.get("name")), scalar_text(about.get("digest"))
    tags = dict(_pairs(raw.get("tags")))
    context = tags.pop(_CONTEXT, "")
    path = _source_path(scalar_text(about.get("source")))
    on_hub = scalar_text(about.get("source_type")) == "hugging_face" and hub.is_name(path)
    if not name and not path:
        yield Problem(where, "a dataset without name and source", "dataset: name", kind="missing")
        return
    # a dataset name is shared by the runs of one server, not across servers
    local = "/".join(filter(None, (document.collection, iris.slug(name or path))))
    subject = iris.dataset(path) if on_hub else iris.entity(SOURCE, "dataset", local)
    yield from statements.is_a(subject, PG.Dataset, name or path)
    state, claims = runs.at_version(SOURCE, subject, digest)
    used.append(state)
    yield from claims
    for model in models:
        yield Claim(model, runs.data_relation(context), subject)
    for leaf in coverage.leaves(about, ("dataset",), f"{where}/dataset"):
        if leaf.path[1:] not in (("name",), ("digest",)):
            yield coverage.other(subject, ".".join(leaf.path[1:]), scalar_text(leaf.value))
    for key, value in (("context", context), *tags.items()):
        if value:
            yield coverage.other(subject, key, value)


def _source_path(source: str) -> str:
    """The repository or location in a dataset's source, which MLflow writes as a JSON text."""
    try:
        value = mapping(json.loads(source))
    except (ValueError, RecursionError):
        return ""
    return scalar_text(value.get("path")) or scalar_text(value.get("uri"))


def _as_stated(
    run: dict[Any, Any], stage: Iri, models: list[Iri], tags: dict[str, str]
) -> Iterator[Claim]:
    """Yield metrics of the models, tags of the run, and values without a property, as stated."""
    data = mapping(run.get("data"))
    for name, value in _pairs(data.get("metrics")):
        for subject in models or [stage]:
            yield coverage.other(subject, "metric", f"{name} = {value}")
    for name, value in tags.items():
        if name not in (_CODE, _COMMIT):
            yield coverage.other(stage, name, value)
    keys = coverage.KeyTable(RUN_KEYS)
    for leaf in coverage.leaves(run, ("run",), ""):
        row = keys.find(leaf.path)
        if row is None or row.treatment is coverage.Treatment.NOT_READ:
            yield coverage.other(stage, ".".join(leaf.path[1:]), scalar_text(leaf.value))
