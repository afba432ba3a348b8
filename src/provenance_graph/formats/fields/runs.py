"""A training run as a ``pg:TrainingStage``: inputs, output, times, code and settings.

The stage is a ``prov:Activity`` that the model refers to with ``pg:trainingStage``; OpenLineage
runs, PROV activities and RO-Crate actions all become such stages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF, SCHEMA
from provenance_graph.formats import coverage, statements

_REVISION = re.compile(
    r"(?:.*[_.-])?(?:git_?)?(?:commit|revision|sha)(?:_?(?:hash|id|sha))?", re.IGNORECASE
)
_NOT_TRAINED_ON = (
    (re.compile(r"(?<![a-z])(?:val(?![a-z])|valid|dev(?![a-z]))", re.IGNORECASE), PG.validatedOn),
    (re.compile(r"(?<![a-z])(?:test|eval|benchmark|score)", re.IGNORECASE), PG.testedOn),
)


_TRAINING = re.compile(
    r"(?<![a-z])(?:re|pre|post)?-?train|tun(?:e|ing)\b|distil|\balign|\b(?:dpo|sft|rlhf|lora)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """What a source states of a run; ``settings`` are names and values as stated."""

    node: Iri
    name: str = ""
    started: str = ""
    ended: str = ""
    used: tuple[Iri, ...] = ()
    by: str = ""
    code: str = ""
    revision: str = ""
    settings: tuple[tuple[str, str], ...] = field(default=())


def stage(run: TrainingRun, made: Iri | None, where: str) -> Iterator[Claim | Problem]:
    """Yield the claims of a run, attached to the model that it made where there is one."""
    if made is not None:
        yield Claim(made, PG.trainingStage, run.node)
    yield Claim(run.node, RDF.type, PG.TrainingStage)
    if run.name:
        yield Claim(run.node, SCHEMA.name, coverage.brief(run.name))
    for source in dict.fromkeys(run.used):
        yield Claim(run.node, PROV.used, source)
    for stated, predicate in ((run.started, PROV.startedAtTime), (run.ended, PROV.endedAtTime)):
        if stated:
            yield statements.dated(run.node, predicate, stated, where)
    if run.by:
        agent = statements.named_organization(run.by)
        yield from statements.is_a(agent, PG.Organization, run.by)
        yield Claim(run.node, PROV.wasAssociatedWith, agent)
    if run.code:
        yield statements.link(run.node, PG.trainingCode, run.code, where)
    if run.revision:
        yield Claim(run.node, PG.codeRevision, coverage.brief(run.revision))
    for name, value in run.settings:
        yield Claim(run.node, PG.hyperparameter, coverage.brief(f"{name}: {value}"))


def revision_in(settings: Iterable[tuple[str, str]]) -> str:
    """The commit among a run's settings, by its name; empty where there is none.

    >>> revision_in([("lr", "0.1"), ("git_commit", "8f2b1c0")]), revision_in([("lr", "1")])
    ('8f2b1c0', '')
    """
    return next((value for name, value in settings if _REVISION.fullmatch(name)), "")


def is_training(text: str) -> bool:
    """Whether a run's name or description calls the run training.

    >>> is_training("Fine-tuning of Qwen"), is_training("pretrain.yml"), is_training("constrained build")
    (True, True, False)
    """
    return _TRAINING.search(text) is not None


def made_from(
    made: Iri, used: Iri, *, role: str = "", stated: str = "", where: str = ""
) -> Iterator[Claim]:
    """Yield that a run's output comes from an input: data in its role, else a derivation.

    Without ``stated`` the source states it. With ``stated`` the source states only that the run
    used the one and made the other, and the claim is an inference.
    """
    trained = "/model/" in made and "/dataset/" in used
    yield Claim(
        made,
        data_relation(role) if trained else PROV.wasDerivedFrom,
        used,
        basis=Basis.INFERENCE if stated else None,
        as_stated=stated,
        locator=where,
    )


def data_relation(role: str) -> Iri:
    """A model's relation to data used in a role: trained on, unless the role says otherwise.

    >>> [iris.local_name(data_relation(role)) for role in ("validation split", "", "medieval, latest")]
    ['validatedOn', 'trainedOn', 'trainedOn']
    """
    return next((p for pattern, p in _NOT_TRAINED_ON if pattern.search(role)), PG.trainedOn)


def at_version(source: str, subject: Iri, version: str) -> tuple[Iri, tuple[Claim, ...]]:
    """The fixed version of an input with its claims; the input itself without a version."""
    if not version:
        return subject, ()
    local = subject.removeprefix(iris.ID).removeprefix("in/")
    node = iris.mint("in", source, "state", local, iris.slug(version)[:120])
    return node, (
        Claim(node, PROV.specializationOf, subject),
        Claim(node, SCHEMA.version, coverage.brief(version)),
    )
