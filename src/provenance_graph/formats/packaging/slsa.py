"""SLSA provenance of a model, 1.x and 0.2: the build's inputs, settings and times.

A build that took data or calls itself training becomes a ``pg:TrainingStage`` with its inputs at
their version. For any other build, such as a conversion, the output is derived from the input
model, and everything else is kept as stated of the output.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.fields import packages, runs
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

SOURCE = "modelsigning"
TYPES = ("https://slsa.dev/provenance/v1", "https://slsa.dev/provenance/v0.2")
MAX_INPUTS = 10_000
_SETTINGS = frozenset(
    ("hyperparameters", "parameters", "params", "inputs", "args", "arguments", "trainingarguments")
)
"""Steps below which the parameters of a build are settings of the program run."""


@dataclass(frozen=True, slots=True)
class _SlsaBuild:
    """One build, independent of the predicate's version."""

    kind: str
    builder: str
    parameters: Mapping[Any, Any]
    inputs: list[tuple[str, dict[Any, Any]]]
    started: str
    ended: str
    invocation: str
    source: Mapping[Any, Any]

    @classmethod
    def of(cls, predicate: Mapping[Any, Any]) -> _SlsaBuild:
        """The build that a predicate states."""
        definition, details = (mapping(predicate.get(k)) for k in ("buildDefinition", "runDetails"))
        if definition or details:
            location = "buildDefinition/resolvedDependencies"
            inputs = definition.get("resolvedDependencies")
            kind, builder = definition.get("buildType"), details.get("builder")
            parameters = definition.get("externalParameters")
            metadata, source = details.get("metadata"), None
            names = ("startedOn", "finishedOn", "invocationId")
        else:  # 0.2
            location, inputs = "materials", predicate.get("materials")
            kind, builder = predicate.get("buildType"), predicate.get("builder")
            invocation = mapping(predicate.get("invocation"))
            parameters, source = invocation.get("parameters"), invocation.get("configSource")
            metadata = predicate.get("metadata")
            names = ("buildStartedOn", "buildFinishedOn", "buildInvocationId")
        started, ended, run = (scalar_text(mapping(metadata).get(name)) for name in names)
        rows = ((f"{location}/{n}", mapping(raw)) for n, raw in enumerate(as_list(inputs)))
        return cls(
            stated_name(kind),
            stated_name(mapping(builder).get("id")),
            mapping(parameters),
            list(islice(rows, MAX_INPUTS)),
            started,
            ended,
            run,
            mapping(source),
        )


def read(statement: Mapping[Any, Any], made: Iri, where: str) -> Iterator[Claim | Problem]:
    """Yield the claims of a model's build; none where the predicate is no SLSA provenance."""
    if not scalar_text(statement.get("predicateType")).startswith(TYPES):
        return
    build = _SlsaBuild.of(mapping(statement.get("predicate")))
    inputs = _Inputs()
    for location, item in build.inputs:
        inputs.take(location, item, made)
    yield from inputs.claims
    settings, others = _parameters(build.parameters)
    others += [
        ("buildType", build.kind),
        ("builder", build.builder),
        ("invocation", build.invocation),
    ]
    others += inputs.stated
    code, revision = inputs.code if not _code(build.source)[0] else _code(build.source)
    about = made
    if inputs.data or any(runs.is_training(text) for _, text in others):
        name = iris.slug(build.invocation or build.started or "build")[:120]
        about = iris.entity(SOURCE, "run", f"{iris.slug(iris.short_id(made))}/{name}")
        run = runs.TrainingRun(
            node=about,
            name=build.kind,
            started=build.started,
            ended=build.ended,
            used=tuple(inputs.used),
            code=code,
            revision=revision,
            settings=tuple(settings),
        )
        yield from runs.stage(run, made, f"{where}/predicate")
    else:
        others += [*settings, ("startedOn", build.started), ("finishedOn", build.ended)]
        others.append(("code", f"{code} {revision}".strip()))
    for key, text in others:
        if text:
            yield coverage.other(about, key, text)


@dataclass(slots=True)
class _Inputs:
    """A build's inputs: models and data at their version, the code, and all inputs as stated."""

    claims: list[Claim] = field(default_factory=list)
    used: list[Iri] = field(default_factory=list)
    data: bool = False
    code: tuple[str, str] = ("", "")
    stated: list[tuple[str, str]] = field(default_factory=list)

    def take(self, location: str, item: dict[Any, Any], made: Iri) -> None:
        """Add one input."""
        uri = scalar_text(item.get("uri")) or scalar_text(item.get("downloadLocation"))
        name = scalar_text(item.get("name"))
        entity = _entity(uri)
        if entity is not None and entity[0] != made:
            subject, called, version = entity
            is_data = "/dataset/" in subject
            self.claims += statements.is_a(subject, PG.Dataset if is_data else PG.Model, called)
            stated = f"{location}: {uri}"[: statements.MAX_STATED]
            self.claims += runs.made_from(made, subject, role=name, stated=stated)
            state, claims = runs.at_version(SOURCE, subject, version or _commit(item))
            self.claims += claims
            self.used.append(state)
            self.data = self.data or is_data
        elif not self.code[0]:
            self.code = _code(item)
        digests = [f"{k}:{scalar_text(v)}" for k, v in mapping(item.get("digest")).items()]
        self.stated.append(("input", " ".join(text for text in (uri, name, *digests) if text)))


def _commit(item: Mapping[Any, Any]) -> str:
    digests = mapping(item.get("digest"))
    return scalar_text(digests.get("gitCommit")) or scalar_text(digests.get("sha1"))


def _code(item: Mapping[Any, Any]) -> tuple[str, str]:
    """The address and commit of a source repository; empty where the input is none."""
    uri = scalar_text(item.get("uri"))
    if not uri.startswith("git+https://"):
        return "", ""
    return uri.removeprefix("git+").partition("@")[0], _commit(item)


def _parameters(
    parameters: Mapping[Any, Any],
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """The build's parameters as stated: settings of the program run, and the others."""
    settings: list[tuple[str, str]] = []
    others: list[tuple[str, str]] = []
    for leaf in coverage.leaves(parameters, (), ""):
        inside = {step.casefold() for step in leaf.path[:-1]} & _SETTINGS
        number = isinstance(leaf.value, (int, float)) and not isinstance(leaf.value, bool)
        is_setting = bool(inside) or (number and len(leaf.path) == 1)
        row = (".".join(leaf.path), scalar_text(leaf.value))
        (settings if is_setting else others).append(row)
    return settings, others


def _entity(uri: str) -> tuple[Iri, str, str] | None:
    """The Hub model or dataset that an address names, its name and its revision; or None."""
    if (purl := packages.package(uri)) is not None:
        mint = iris.dataset if purl.dataset else iris.model
        return mint(purl.repository), purl.repository, purl.version
    repository = hub.address(uri.removeprefix("git+"))
    if repository is None or not repository.owner:
        return None
    if repository.kind is hub.RepositoryKind.DATASET:
        return iris.dataset(repository.name), repository.name, repository.revision
    if repository.kind is hub.RepositoryKind.MODEL:
        return iris.model(repository.name), repository.name, repository.revision
    return None
