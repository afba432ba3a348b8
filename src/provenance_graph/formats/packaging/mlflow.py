"""MLflow: ``MLmodel`` files (a logged model, its run, the model it started from), and runs.

Runs are read in ``mlflow_run``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read, skip, text
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import named, packages
from provenance_graph.formats.packaging import mlflow_run
from provenance_graph.formats.statements import mapping, scalar_text

SOURCE = "mlflow"
_VERSION = "_version"
_LIBRARIES = {"xgb": "xgboost", "lgb": "lightgbm", "sklearn": "scikit-learn", "pytorch": "torch"}
"""Libraries whose version key in MLflow has a shorter name."""
_NO_NAMES = frozenset(("artifacts", "model", "models", "mlruns", "outputs", ".", ".."))
"""Folders that MLflow and its users create for every model; none is a model's name."""

KEYS = KeyTable(
    (
        *mlflow_run.RUN_KEYS,
        *read(
            "the model and `dcterms:identifier`; its name is its folder's", "model_uuid", "model_id"
        ),
        *read("the run that made it, as a version", "run_id"),
        *read("`dcterms:created`", "utc_time_created"),
        *read("a parent: `prov:wasDerivedFrom`", "flavors/*/source_model_name"),
        *read("`pg:derivedFromVersion`", "flavors/*/source_model_revision"),
        *read("`pg:adapterOf`", "flavors/*/peft_adaptor", "flavors/*/peft_adapter"),
        *text(PG.task, "flavors/*/task"),
        *read("`pg:byteSize` of its files", "model_size_bytes"),
        *read(
            "`pg:framework` and `pg:softwareDependency`",
            "flavors/*/transformers_version",
            "flavors/*/sklearn_version",
            "flavors/*/pytorch_version",
            "flavors/*/torch_version",
            "flavors/*/xgb_version",
            "flavors/*/lgb_version",
            "flavors/*/tensorflow_version",
            "flavors/*/python_version",
        ),
        *read("`schema:name`, unless it is a place or names no model", "artifact_path"),
        *skip(
            "where MLflow keeps it",
            "flavors/*/model_binary",
            "flavors/*/pickled_model",
            "flavors/*/data",
            "flavors/*/model_path",
            "flavors/*/code",
            "flavors/*/env/**",
            "flavors/*/loader_module",
        ),
        *read("by the name: a property, else as stated", "metadata/*"),
        *later(
            "mlflow_version",
            "signature/**",
            "saved_input_example_info/**",
            "metadata/**",
            "flavors/**",
            "type_hint",
            "prompts",
            "databricks_runtime",
            "is_signature_from_type_hint",
            "type_hint_from_example",
            "resources/**",
            "auth_policy/**",
        ),
    )
)


def recognises(features: Features) -> bool:
    """Whether a document is a run, or has flavors with an id, or with the file name MLmodel.

    The id is a model's or MLflow's version; early versions of MLflow wrote neither of the two.
    """
    if mlflow_run.is_run(features):
        return True
    if features.syntax == "yaml" and "flavors" in features.keys:
        ids = {"mlflow_version", "model_uuid", "model_id"}
        return features.name.rsplit("/", 1)[-1] == "MLmodel" or bool(features.keys & ids)
    return False


def origin(document: Document) -> Origin:
    """The origin: an unnamed user of MLflow, since the file does not state who ran it."""
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization("unnamed users of MLflow"),
        basis=Basis.MEASUREMENT if mlflow_run.is_run(document.features) else Basis.ARTIFACT,
        title="MLflow run" if mlflow_run.is_run(document.features) else "MLflow model",
    )


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every value of the file."""
    if mlflow_run.is_run(document.features):
        yield from mlflow_run.leaves(document)
        return
    for leaf in coverage.leaves(document.yaml, ("model",), ""):
        yield Leaf(leaf.path[1:] or ("model",), leaf.location, leaf.value)


def read_model(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of an MLmodel file about its model, or of a run about its models."""
    if mlflow_run.is_run(document.features):
        yield from mlflow_run.read_run(document)
        return
    raw = mapping(document.yaml)
    yield from coverage.unknown(leaves(document), KEYS, "MLflow's MLmodel")
    id_ = scalar_text(raw.get("model_uuid")) or scalar_text(raw.get("model_id"))
    path = paths.source_slug(document)
    by_id = iris.entity(SOURCE, "model", iris.slug(id_)) if id_ else None
    model = by_id or paths.by_path(SOURCE, path, document)
    yield from statements.is_a(model, PG.Model)
    for stated in dict.fromkeys(scalar_text(raw.get(key)) for key in ("model_uuid", "model_id")):
        if stated:
            yield Claim(model, DCTERMS.identifier, statements.literal(stated))
    stated = statements.stated_name(raw.get("artifact_path"))
    if stated and stated not in _NO_NAMES and not re.search(r"[:/\\\\]", stated):
        yield Claim(model, SCHEMA.name, statements.literal(stated))
    elif name := _folder(document) or id_:
        yield Claim(model, SCHEMA.name, statements.literal(name), basis=Basis.INFERENCE)
    if run := scalar_text(raw.get("run_id")):
        yield from packages.version_of(SOURCE, model, run[: statements.MAX_STATED])
    if (created := raw.get("utc_time_created")) is not None:
        yield statements.dated(model, DCTERMS.created, created, "/utc_time_created")
    if (size := raw.get("model_size_bytes")) is not None:
        claims = list(packages.artifact(SOURCE, model, "", []))
        yield from claims
        yield statements.quantity(claims[0].subject, PG.byteSize, size, "/model_size_bytes")
    for flavor, about in mapping(raw.get("flavors")).items():
        yield from _flavor(model, scalar_text(flavor), mapping(about), f"/flavors/{flavor}")
    for leaf in leaves(document):
        row = KEYS.find(leaf.path)
        if leaf.path[0] == "metadata" and len(leaf.path) == 2:
            text = scalar_text(leaf.value)
            known = named.claims(model, leaf.path[1], text, leaf.where)
            yield from known or [coverage.other(model, f"metadata.{leaf.path[1]}", text)]
        elif row is None or row.treatment is coverage.Treatment.NOT_READ:
            yield coverage.other(model, ".".join(leaf.path), scalar_text(leaf.value))
        elif row.property is not None:
            yield coverage.stated(model, row.property, scalar_text(leaf.value), leaf.where)


def _folder(document: Document) -> str:
    """The folder that the model was logged into, as its name: an MLmodel file has only ids."""
    folders = [document.folder, *document.name.split("/")[:-1]]
    return next((one for one in reversed(folders) if one and one not in _NO_NAMES), "")


def _flavor(
    model: Iri, name: str, about: dict[str, object], where: str
) -> Iterator[Claim | Problem]:
    """Yield the library that runs the model, its version, and the model that it was made from."""
    yield Claim(model, PG.framework, statements.literal(name))
    for key, value in about.items():
        if (
            str(key).endswith(_VERSION)
            and KEYS.treatment(("flavors", name, str(key))) is coverage.Treatment.READ
        ):
            short = str(key).removesuffix(_VERSION)
            library = f"{_LIBRARIES.get(short, short)} {scalar_text(value)}"
            yield Claim(model, PG.softwareDependency, statements.literal(library))
    stated = scalar_text(about.get("source_model_name"))
    if not stated:
        return
    adapter = scalar_text(about.get("peft_adaptor")) or scalar_text(about.get("peft_adapter"))
    if adapter:
        yield coverage.other(model, "peft_adaptor", adapter)
    repository = hub.reference(stated)
    if repository is not None and repository.kind is hub.RepositoryKind.MODEL and repository.owner:
        parent = iris.model(repository.name)
        yield from statements.is_a(parent, PG.Model)
    else:
        parent = iris.entity(SOURCE, "unresolved", iris.slug(stated)[:120])
        yield Claim(parent, RDF.type, PG.UnresolvedReference)
        yield Claim(parent, PG.unresolvedText, statements.literal(stated))
    kinds = ["adapterOf"] if adapter else []
    revision = scalar_text(about.get("source_model_revision"))[: statements.MAX_STATED]
    location = f"{where}/source_model_name"
    yield from packages.descends(model, parent, stated, location, kinds, revision)


READER = Reader(
    format=SOURCE,
    title="MLflow models (MLmodel) and runs",
    recognises=recognises,
    origin=origin,
    read=read_model,
    version="8",
    keys=KEYS,
    leaves=leaves,
)
