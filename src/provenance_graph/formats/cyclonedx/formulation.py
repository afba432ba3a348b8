"""Reader of a CycloneDX ``formulation``: the workflows and tasks that made a component.

A unit that outputs a model, and took data or calls itself training, is a ``pg:TrainingStage`` of
that model with its inputs. Any other is stored as stated of the models that it outputs; a unit
without a model among its outputs is only counted by the ledger.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import SCHEMA
from provenance_graph.formats import coverage
from provenance_graph.formats.cyclonedx.bom import SOURCE, Bom
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import packages, runs
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name

_OWN = (
    "bom-ref",
    "uid",
    "name",
    "description",
    "inputs",
    "outputs",
    "tasks",
    "timeStart",
    "timeEnd",
)


@dataclass(slots=True)
class _Resources:
    """The subjects, settings and other statements among a unit's inputs or outputs."""

    subjects: list[tuple[Iri, str, str]] = field(default_factory=list)
    settings: list[tuple[str, str]] = field(default_factory=list)
    code: str = ""
    stated: list[tuple[str, str]] = field(default_factory=list)


def read(bom: Bom) -> ReaderOutput:
    """Yield the claims of a document's formulas about how its models were made."""
    for n, raw in enumerate(as_list(bom.whole.get("formulation"))):
        for m, workflow in enumerate(as_list(mapping(raw).get("workflows"))):
            where = f"/formulation/{n}/workflows/{m}"
            results = list(_unit(mapping(workflow), where, bom))
            for k, task in enumerate(as_list(mapping(workflow).get("tasks"))):
                results += _unit(mapping(task), f"{where}/tasks/{k}", bom)
            yield from results
            if not any(isinstance(item, Claim) for item in results):
                what = "a workflow that puts out no model of the document: nothing is made of it"
                yield Problem(where, what, "outputs: resource: ref: of a model", kind="missing")


def _unit(unit: dict[Any, Any], where: str, bom: Bom) -> ReaderOutput:
    """Yield the claims of a workflow or task, for each model that it outputs."""
    inputs = _resources(unit.get("inputs"), f"{where}/inputs", bom)
    outputs = _resources(unit.get("outputs"), f"{where}/outputs", bom)
    yield from (problem for problem in (*inputs[1], *outputs[1]))
    used, made = inputs[0], outputs[0]
    texts = [stated_name(unit.get("name")), scalar_text(unit.get("description"))]
    data = any("/dataset/" in subject for subject, _, _ in used.subjects)
    training = data or any(map(runs.is_training, texts))
    models = [subject for subject, _, _ in made.subjects if "/model/" in subject]
    stated = [*used.stated, *made.stated, *_others(unit)]
    for model in dict.fromkeys(models):
        sources = [row for row in used.subjects if row[0] != model]
        for source, role, _ in sources:
            yield from runs.made_from(
                model, source, role=role, stated=f"input {role}".strip(), where=where
            )
        about = model
        if training:
            about = _node(unit, where, bom)
            yield from _stage(unit, about, model, sources, used, where)
        else:
            stated = [*stated, ("name", texts[0]), ("description", texts[1]), *used.settings]
        for key, text in stated:
            if text:
                yield coverage.other(about, key if about != model else f"formulation.{key}", text)


def _node(unit: dict[Any, Any], where: str, bom: Bom) -> Iri:
    """The IRI of a training stage, from the document's identifier and the unit's."""
    own = stated_name(unit.get("uid")) or stated_name(unit.get("bom-ref")) or where
    return iris.entity(SOURCE, "run", f"{bom.local}/{iris.slug(own)[:120]}")


def _stage(
    unit: dict[Any, Any],
    node: Iri,
    model: Iri,
    sources: list[tuple[Iri, str, str]],
    used: _Resources,
    where: str,
) -> Iterator[Claim | Problem]:
    states: list[Iri] = []
    for source, _, version in sources:
        state, claims = runs.at_version(SOURCE, source, version)
        yield from claims
        states.append(state)
    run = runs.TrainingRun(
        node=node,
        name=stated_name(unit.get("name")) or stated_name(unit.get("uid")),
        started=scalar_text(unit.get("timeStart")),
        ended=scalar_text(unit.get("timeEnd")),
        used=tuple(states),
        code=used.code,
        revision=runs.revision_in(used.settings),
        settings=tuple(used.settings),
    )
    yield from runs.stage(run, model, where)
    if text := scalar_text(unit.get("description")):
        yield Claim(node, SCHEMA.description, coverage.brief(text))


def _resources(raws: Any, where: str, bom: Bom) -> tuple[_Resources, list[Problem]]:
    """The models and data among inputs or outputs with their parameters, and the problems."""
    results, problems = _Resources(), []
    for n, raw in enumerate(as_list(raws)):
        item = mapping(raw)
        role = " ".join(_named(item, "name", "description"))
        for key in ("resource", "source", "target"):
            target = mapping(item.get(key))
            if ref := scalar_text(target.get("ref")):
                problems += _component(results, key, ref, role, f"{where}/{n}/{key}/ref", bom)
            link = mapping(target.get("externalReference"))
            if url := scalar_text(link.get("url")):
                kind = scalar_text(link.get("type"))
                if kind == "vcs" and url.startswith("http"):
                    results.code = results.code or url
                results.stated.append((f"{key}.{kind}".rstrip("."), url))
        for entry in map(mapping, as_list(item.get("parameters"))):
            if name := scalar_text(entry.get("name")):
                results.settings.append((name, scalar_text(entry.get("value"))))
        others = {key: item.get(key) for key in ("environmentVars", "data", "properties")}
        rows = coverage.leaves(others, (), "")
        results.stated += [(".".join(leaf.path), scalar_text(leaf.value)) for leaf in rows]
    return results, problems


def _component(
    results: _Resources, key: str, ref: str, role: str, location: str, bom: Bom
) -> list[Problem]:
    """Add a component that an input or output refers to; return a problem where there is none."""
    subject = bom.known.get(ref)
    if subject is None:
        return [Problem(location, f"{ref[:120]!r} names no component", kind="reference")]
    if subject and key == "resource":
        parts = (part for at, part in bom.parts if bom.places.get(at) == subject)
        version = next(filter(None, map(_version, parts)), "")
        results.subjects.append((subject, role, version))
    else:
        name = " ".join(_named(bom.others.get(ref, {}), "name", "version"))
        results.stated.append((key, name or ref))
    return []


def _named(item: dict[Any, Any], *keys: str) -> list[str]:
    return [text for key in keys if (text := stated_name(item.get(key)))]


def _version(part: dict[Any, Any]) -> str:
    """The fixed version of a component: the revision in its package URL, else its version."""
    purl = packages.package(scalar_text(part.get("purl")))
    return (purl.version if purl else "") or stated_name(part.get("version"))


def _others(unit: dict[Any, Any]) -> list[tuple[str, str]]:
    """The values of a workflow or task beside its inputs, outputs and times."""
    rest = {key: value for key, value in unit.items() if key not in _OWN}
    return [
        (".".join(leaf.path), scalar_text(leaf.value)) for leaf in coverage.leaves(rest, (), "")
    ]
