"""What evidence the rubrics of a store ask for, stored so that the next process need not parse them.

A commit needs of twelve rubrics only which properties and facets they look at. Parsing them all costs
several times what the commit itself does.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from provenance_graph import reference
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.assessment.levels.rules import LevelQuestion
from provenance_graph.assessment.rubrics import loader, rubric
from provenance_graph.assessment.rubrics.rubric import Facet, Rubrics
from provenance_graph.core.iris import Iri
from provenance_graph.store.values import QuadSource


def question(known: Rubrics, policy: Policy) -> LevelQuestion:
    """Everything that some of these rubrics ask for."""
    return LevelQuestion(known.uses, known.facets, policy.single)


def question_of(source: QuadSource, policy: Policy, folder: Path | None = None) -> LevelQuestion:
    """Everything that some rubric of a store asks for; raises BadRubric.

    Where a ``folder`` is given it is kept there for the next process.
    """
    form = reference.StoredForm(folder, "levels", _stamp(), _dump, _load)
    uses, facets = reference.parsed(source, _used_properties, form)
    return LevelQuestion(uses, facets, policy.single)


Asked = tuple[frozenset[Iri], dict[Iri, Facet]]


def _used_properties(source: QuadSource) -> Asked:
    known = loader.read_rubrics(source)
    return known.uses, dict(known.facets)


@cache
def _stamp() -> str:
    """That of the code whose results are stored."""
    whole = hashlib.blake2b(digest_size=6)
    for name in (__file__, loader.__file__, rubric.__file__):
        whole.update(Path(name).read_bytes())
    return whole.hexdigest()


def _dump(asked: Asked) -> Any:
    uses, facets = asked
    stated = [asdict(one) for one in facets.values()]
    for row in stated:
        row["values"], row["bases"] = sorted(row["values"]), sorted(row["bases"])
    return [sorted(uses), stated]


def _load(content: Any) -> Asked:
    uses, stated = content
    facets = [
        Facet(
            Iri(row["iri"]),
            row["label"],
            tuple(map(Iri, row["properties"])),
            frozenset(row["values"]),
            tuple(row["prefixes"]),
            frozenset(map(Iri, row["bases"])),
            row["unmet_otherwise"],
            row["must_agree"],
        )
        for row in stated
    ]
    return frozenset(map(Iri, uses)), {facet.iri: facet for facet in facets}
