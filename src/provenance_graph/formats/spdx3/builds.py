"""Reader of the builds of an SPDX 3 document: lineage, and training stages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import runs
from provenance_graph.formats.spdx3.graph import SOURCE, ElementGraph, leaves_of, role
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name


def read(graph: ElementGraph) -> ReaderOutput:
    """Yield the claims of builds: each output was made from the build's inputs."""
    inputs: dict[str, list[str]] = {}
    outputs: dict[str, list[str]] = {}
    for _, element in graph.elements:
        kind = scalar_text(element.get("relationshipType")).rsplit("/", 1)[-1]
        if kind in ("hasInput", "hasOutput"):
            into = inputs if kind == "hasInput" else outputs
            into.setdefault(scalar_text(element.get("from")), []).extend(
                map(scalar_text, as_list(element.get("to")))
            )
    for where, element in graph.elements:
        if role(element) != "build":
            continue
        ref = scalar_text(element.get("spdxId"))
        made = [s for t in outputs.get(ref, ()) if (s := graph.subjects.get(t))]
        for subject in made:
            yield from _built(subject, element, where, graph, inputs.get(ref, []))
            for target in inputs.get(ref, ()):
                yield from _input(subject, target, where, graph)
        if not made:
            what = "a build without a model or dataset among its outputs"
            yield Problem(where, what, "a hasOutput relationship", kind="reference")


def _input(subject: Iri, target: str, where: str, graph: ElementGraph) -> ReaderOutput:
    other = graph.subjects.get(target)
    if other is None or other == subject:
        yield coverage.other(subject, "build.hasInput", target)
        return
    data = graph.kinds.get(other) == "data"
    predicate = (
        PG.trainedOn if data and graph.kinds.get(subject) == "model" else PROV.wasDerivedFrom
    )
    yield Claim(
        subject,
        predicate,
        other,
        basis=Basis.INFERENCE,
        as_stated="input of a build",
        locator=where,
    )


_BUILD_READ = ("type", "spdxId", "creationInfo", "build_parameter", "build_environment")


def _built(
    subject: Iri, element: dict[str, Any], where: str, graph: ElementGraph, inputs: list[str]
) -> ReaderOutput:
    """Yield parameters, configuration and times: of a training stage, else of the build's output."""
    code, commit = _source(element)
    if code:
        yield statements.link(subject, PG.trainingCode, code, f"{where}/build_configSourceUri")
    settings = tuple(_entries(element, "build_parameter"))
    for key, value in settings:
        yield Claim(subject, PG.hyperparameter, coverage.brief(f"{key}: {value}"))
    used = [s for target in inputs if (s := graph.subjects.get(target)) and s != subject]
    kind = scalar_text(element.get("build_buildType"))
    about = subject
    data = any(graph.kinds.get(each) == "data" for each in used)
    if graph.kinds.get(subject) == "model" and (data or runs.is_training(kind)):
        build = iris.slug(scalar_text(element.get("build_buildId")) or kind or "build")[:120]
        about = iris.entity(SOURCE, "run", f"{iris.slug(iris.short_id(subject))}/{build}")
        run = runs.TrainingRun(
            node=about,
            name=stated_name(element.get("name")) or kind[: statements.MAX_STATED],
            started=scalar_text(element.get("build_buildStartTime")),
            ended=scalar_text(element.get("build_buildEndTime")),
            used=tuple(used),
            code=code,
            revision=commit or runs.revision_in(settings),
            settings=settings,
        )
        yield from runs.stage(run, subject, where)
    for key, value in _entries(element, "build_environment"):
        yield coverage.other(about, "build_environment", f"{key}: {value}")
    for leaf in leaves_of(element, where):
        if leaf.path[1] not in _BUILD_READ:
            yield coverage.other(about, ".".join(leaf.path[1:]), scalar_text(leaf.value))


def _source(element: dict[str, Any]) -> tuple[str, str]:
    """The repository that a build was configured from, and the commit in its address; or empty.

    The addresses are those of package managers: ``git+https://host/owner/name@commit#path``.
    """
    for uri in map(scalar_text, as_list(element.get("build_configSourceUri"))):
        match = re.match(r"(?:git\+)?(https?://[^\s@#]+)(?:@([\w./-]+))?", uri)
        if match is not None:
            return re.sub(r"\.git$", "", match[1]), match[2] or ""
    return "", ""


def _entries(element: dict[str, Any], key: str) -> Iterator[tuple[str, str]]:
    """Yield the key-value pairs of an SPDX dictionary."""
    for entry in map(mapping, as_list(element.get(key))):
        yield scalar_text(entry.get("key")), scalar_text(entry.get("value"))
