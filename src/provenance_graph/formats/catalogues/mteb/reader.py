"""MTEB: metadata of embedding models, one JSON object a line.

Its list of training datasets distinguishes three states: datasets named, an empty list ("declared
empty"), and none given ("undisclosed").
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri, local_name
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, RDFS, SCHEMA
from provenance_graph.formats import mapping, model_names, statements
from provenance_graph.formats.catalogues import common, entries, keys
from provenance_graph.formats.document import (
    Document,
    Features,
    Origin,
    Reader,
    ReaderOutput,
    gathered,
)
from provenance_graph.formats.mapping import Parser, Row

SOURCE = "mteb"
_TABLE = 514
_NO_DAYS: Mapping[str, str] = MappingProxyType(
    {
        "2019-11-01": "the day of the library's paper, not the model's",
        "2022-03-02": "the day from which the Hub records creation, not the model's",
    }
)
_SETTINGS = re.compile(r"(?P<base>\S+)\s+\((?P<settings>.+)\)")
_FORMATS = frozenset({"safetensors", "gguf", "onnx"})


def _recognises(features: Features) -> bool:
    value = features.value
    return (
        features.syntax in ("jsonl", "json")
        and isinstance(value, dict)
        and (
            value.get("source") == "mteb"
            or {"name", "n_parameters", "embed_dim", "max_tokens", "training_datasets_status"}
            <= value.keys()
        )
    )


def _origin(document: Document) -> Origin:
    stem = (document.name or document.url).rpartition("/")[2].partition(".")[0]
    return Origin(
        local=iris.slug(statements.clean(stem)) or "models",
        publisher=iris.organization("MTEB"),
        title="MTEB: metadata of embedding models",
        licence="Apache-2.0",
        attribution="MTEB, Massive Text Embedding Benchmark, https://github.com/embeddings-benchmark/mteb",
    )


def _read(document: Document) -> ReaderOutput:
    known: set[str] = set()  # datasets whose label has been claimed
    for line in document.lines:
        if isinstance(line, Problem):
            syntax = line.kind == "syntax"
            yield replace(line, what=f"not JSON: {line.what}"[:200]) if syntax else line
            continue
        where, row = line
        if isinstance(row, dict):
            yield from _model(row, where, known)
        else:
            yield Problem(where, "a line that is not a mapping, or nests too deep", kind="shape")


def _model(row: dict[str, Any], where: str, known: set[str]) -> ReaderOutput:
    name = statements.scalar_text(row.get("name"))
    if not name:
        yield Problem(f"{where}/name", "a model without a name", kind="missing")
        return
    subject = yield from _subject(row, name, where)
    yield from _sound_licences(mapping.claims(subject, row, ROWS, where), row)
    yield from _training_data(subject, row, where, known)
    revision = statements.scalar_text(row.get("revision"))
    if hub.is_commit(revision):
        version = iris.entity(SOURCE, "version", f"{name}/{revision}")
        yield Claim(version, RDF.type, PG.ModelVersion)
        yield Claim(version, PROV.specializationOf, subject)
        yield Claim(version, SCHEMA.version, literals.text(revision))


def _entity(name: str, repository: str) -> tuple[Iri, Iri]:
    """The model or configuration that a name means, and the model that it configures."""
    settings = _SETTINGS.fullmatch(name)
    known = settings["base"] if settings else name
    own = bool(repository) and repository.casefold() == known.casefold()
    base = iris.model(repository) if own else iris.entity(SOURCE, "model", known)
    return (iris.entity(SOURCE, "configuration", iris.slug(name)) if settings else base), base


def _subject(row: dict[str, Any], name: str, where: str) -> Any:
    """Yield the claims of the named model; return its IRI (the Hub's, if the names agree)."""
    reference = statements.scalar_text(row.get("reference"))
    repository = statements.hub_model(reference)
    settings = _SETTINGS.fullmatch(name)
    known = settings["base"] if settings else name
    subject, base = _entity(name, repository)
    if repository and repository.casefold() == known.casefold():
        yield Claim(base, PG.hubRepository, statements.hub_page(repository))
    else:
        if repository and hub.is_name(known):
            what = f"{known} refers to another repository, {repository}"
            yield Problem(f"{where}/reference", what, kind="identity")
        if reference:
            yield statements.link(base, RDFS.seeAlso, reference, f"{where}/reference")
    stated = "" if base == iris.model(repository) else known.rpartition("/")[2]
    yield from statements.is_a(base, PG.Model, stated)
    if "/" in known:
        yield from statements.made_by(base, known.partition("/")[0])
    if settings:
        yield from statements.is_a(subject, PG.Configuration, name)
        yield Claim(subject, PROV.specializationOf, base)
    return subject


def _count(kind: str = "a number of parameters") -> Parser:
    """Parser of a count; MTEB writes "no limit" as infinity, which has no value."""
    finite = mapping.count(kind)

    def read(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
        if isinstance(value, float) and math.isinf(value):
            why = f"not {kind}"
            yield Claim(subject, property_, None, as_stated="infinite", locator=where, unusable=why)
            return
        yield from finite(subject, property_, value, where)

    return read


def _tokens(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the longest input; of RoBERTa's position table two places are reserved."""
    if value == _TABLE:
        tokens = literals.integer(_TABLE - 2)
        stated = f"{_TABLE}, two places of which are reserved"
        basis = Basis.INFERENCE
        yield Claim(subject, property_, tokens, as_stated=stated, locator=where, basis=basis)
        return
    yield from _count("a number of tokens")(subject, property_, value, where)


def _width(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the embedding dimension: one, or a list of truncations (the largest is claimed)."""
    widths = [
        w for w in statements.as_list(value) if isinstance(w, int) and not isinstance(w, bool)
    ]
    if not widths or len(widths) != len(statements.as_list(value)) or max(widths) <= 0:
        yield Problem(where, f"{common.brief(value)} is not a width")
        return
    full = literals.whole(max(widths))
    if full is None:
        yield Problem(where, f"{common.brief(value)} is not a width")
    elif len(widths) > 1:
        text = ", ".join(map(str, widths))[: statements.MAX_STATED]
        yield Claim(subject, property_, full, as_stated=text, locator=where)
    else:
        yield Claim(subject, property_, full)


def _released(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the release day of the revision that was measured, by MTEB's own definition.

    For a model with later revisions it is not the release day, so it is an inference. Two days that
    are given for many models are refused: that of a library's paper, and the day from which the Hub
    records creation.
    """
    if (why := _NO_DAYS.get(statements.scalar_text(value))) is not None:
        stated = statements.scalar_text(value)
        yield Claim(subject, property_, None, as_stated=stated, locator=where, unusable=why)
        return
    for item in mapping.date(subject, property_, value, where):
        yield _as_inferred(item, property_)


def _licence(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the licence; ``mit`` is inferred: contributors enter it where they did not look.

    Of 33 entries with ``mit`` whose repository states a licence too, five repositories state
    another, all of audio models, of which two agree; of 48 entries with another licence none
    differs. See ``_sound_licences``.
    """
    assumed = statements.scalar_text(value).casefold() == "mit"
    for item in mapping.licence(subject, property_, value, where):
        yield _as_inferred(item, property_) if assumed else item


def _sound_licences(items: Iterable[Claim | Problem], row: Mapping[Any, Any]) -> ReaderOutput:
    """Refuse ``mit`` for audio models: more of their repositories contradict it than agree."""
    heard = "audio" in statements.as_list(row.get("modalities"))
    for item in items:
        if (
            heard
            and isinstance(item, Claim)
            and item.predicate == DCTERMS.license
            and item.basis is Basis.INFERENCE
        ):
            why = "MIT is what the benchmark writes of models of sound: five of seven repositories give another"
            item = replace(
                item, value=None, as_stated=statements.scalar_text(row["license"]), unusable=why
            )
        yield item


def _as_inferred(item: Claim | Problem, property_: Iri) -> Claim | Problem:
    if isinstance(item, Claim) and item.predicate == property_ and item.value is not None:
        return replace(item, basis=Basis.INFERENCE)
    return item


def _framework(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    for index, item in enumerate(statements.as_list(value)):
        name = statements.scalar_text(item)
        if not isinstance(item, str) or not name:
            yield Problem(f"{where}/{index}", f"{common.brief(item)} is not a framework")
        elif name.casefold() in _FORMATS:
            yield Claim(subject, PG.fileFormat, literals.text(name.casefold()))
        elif name != "API":
            yield Claim(subject, property_, literals.text(name[:120]))


def _kind(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    kinds = {statements.scalar_text(kind) for kind in statements.as_list(value)}
    if kinds & {"dense", "late-interaction", "sparse"}:
        yield Claim(subject, property_, PG.Embedding, basis=Basis.INFERENCE, locator=where)


def _code(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    if isinstance(value, str):
        yield statements.link(subject, property_, value, where)
    else:
        yield Problem(where, f"{common.brief(value)} is not a web address", kind="link")


def _base(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    """Parser of the model that this one was adapted from; MTEB does not state how.

    An earlier version of one series is a predecessor, not a base, unless another source says so:
    e5-base-v2 was tuned from BERT as e5-base was.
    """
    name = statements.scalar_text(value)
    name = statements.hub_model(name) or name
    if hub.is_name(name):
        target = iris.model(name)
        if target == subject:
            yield Problem(where, f"{name} names itself as its base", kind="lineage")
            return
        if model_names.is_later_version(local_name(subject), local_name(target)):
            why = "an earlier version of one line, and nothing says that it was trained from it"
            yield Claim(subject, property_, None, as_stated=name, locator=where, unusable=why)
            return
        yield Claim(subject, property_, target, basis=Basis.INFERENCE, locator=where)
        return
    if not name:
        yield Problem(where, f"{common.brief(value)} is not a model's name", kind="lineage")
        return
    if name.startswith(("/", "~/")):  # a local path identifies nothing
        name = "…/" + name.rstrip("/").rpartition("/")[2]
    node = iris.entity(SOURCE, "unresolved", iris.slug(name)[:120])
    yield Claim(node, RDF.type, PG.UnresolvedReference)
    yield Claim(node, PG.unresolvedText, literals.text(name[: statements.MAX_STATED]))
    yield Claim(subject, property_, node, basis=Basis.INFERENCE, locator=where)
    yield Problem(where, f"base {name[:60]!r} is not a repository", "owner/name", kind="lineage")


def _successor(subject: Iri, property_: Iri, value: Any, where: str) -> ReaderOutput:
    name = statements.scalar_text(value)
    if hub.is_name(name):
        yield Claim(iris.model(name), property_, subject)
    else:
        yield Problem(where, f"{common.brief(value)} is not a repository", "owner/name")


ROWS: tuple[Row, ...] = (
    Row("release_date", DCTERMS.issued, _released),
    Row("n_parameters", PG.parameterCount, _count()),
    Row("n_active_parameters", PG.activeParameterCount, _count()),
    Row("n_embedding_parameters", PG.embeddingParameterCount, _count()),
    Row("max_tokens", PG.contextLength, _tokens),
    Row("embed_dim", PG.embeddingDimension, _width),
    Row("license", DCTERMS.license, _licence),
    Row("open_weights", PG.weightsAvailability, mapping.either(PG.OpenWeights, PG.ApiOnly)),
    Row("framework", PG.framework, _framework),
    Row("modalities", PG.inputModality, mapping.modalities),
    Row("model_type", PG.outputModality, _kind),
    Row("public_training_code", PG.trainingCode, _code),
    Row("adapted_from", PROV.wasDerivedFrom, _base),
    Row("superseded_by", DCTERMS.replaces, _successor),
)


_dataset = lru_cache(maxsize=4096)(iris.dataset)


def _training_data(subject: Iri, row: dict[str, Any], where: str, known: set[str]) -> ReaderOutput:
    """Yield the benchmark tasks that overlap with the training data, translations included.

    They show which scores are contaminated, and are no list of a model's training data.
    """
    status = statements.scalar_text(row.get("training_datasets_status"))
    at = f"{where}/training_datasets"
    if status == "declared-empty":
        yield statements.not_given(
            subject, PG.trainedOn, Stance.DECLARED_EMPTY, "declared empty", at
        )
    elif status == "undisclosed":
        yield statements.not_given(
            subject, PG.trainedOn, Stance.REPORTS_UNDISCLOSED, "undisclosed", at
        )
    elif status == "unparsed":
        yield Problem(
            at, "the datasets are computed in code and were not extracted", kind="missing"
        )
    for index, item in enumerate(statements.as_list(row.get("training_datasets"))):
        name = statements.scalar_text(item)
        if isinstance(item, str) and name:
            dataset = _dataset(name)
            if name not in known:
                known.add(name)
                yield from statements.is_a(dataset, PG.Dataset, name)
            yield Claim(subject, PG.benchmarkDataSeen, dataset)
        else:
            yield Problem(f"{at}/{index}", f"{common.brief(item)} is not a dataset's name")


SYNTAXES = ("json", "jsonl")


def _of_line(row: Mapping[Any, Any]) -> Iri | None:
    """The model of a line, or None where it has no name."""
    name = statements.scalar_text(row.get("name"))
    repository = statements.hub_model(statements.scalar_text(row.get("reference")))
    return _entity(name, repository)[0] if name else None


_SUBJECTS = entries.lines(_of_line)
_LEAVES = gathered(keys.lines("entry"))
_READ = entries.with_rest(_read, keys.MTEB, _LEAVES, _SUBJECTS)

READER = Reader(
    SOURCE,
    "MTEB: metadata of embedding models (JSON lines)",
    _recognises,
    _origin,
    _READ,
    version="6",
    keys=keys.MTEB,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
