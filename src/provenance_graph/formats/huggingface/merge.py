"""What a ``mergekit_config.yml`` says: the models that were merged, their weights, the method."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats import statements
from provenance_graph.formats.huggingface.names import SOURCE, Repository, parent

Found = Iterator[Claim | Problem]
MAX_PARTS = 500


def read_merge(repo: Repository, raw: Any, place: str) -> Found:
    """Claims of a merge's recipe; each parent with a derivation of its own."""
    if not isinstance(raw, dict):
        yield Problem(place, "the recipe of a merge is no mapping", kind="shape")
        return
    method = statements.word(raw.get("merge_method"))
    seen: set[str] = set()
    for where, said in _parts(raw, place):
        name = _name(said)
        if not name:
            yield Problem(where, "a part of the merge that names no model", kind="lineage")
        elif name not in seen:
            seen.add(name)
            weight = statements.mapping(statements.mapping(said).get("parameters")).get("weight")
            yield from _parent(repo, name, where, method, weight)
    if not seen:
        yield Problem(place, "a recipe without models", "models or slices", kind="missing")


def _parts(raw: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    """Everything that names a model, the parts before the base that they are merged into."""
    count = 0
    for index, part in enumerate(statements.listed(raw.get("models"))[:MAX_PARTS]):
        yield f"{place}/models/{index}", part
    for row, cut in enumerate(statements.listed(raw.get("slices"))[:MAX_PARTS]):
        for index, part in enumerate(statements.listed(statements.mapping(cut).get("sources"))):
            count += 1
            if count > MAX_PARTS:
                return
            yield f"{place}/slices/{row}/sources/{index}", part
    if raw.get("base_model"):
        yield f"{place}/base_model", {"model": raw["base_model"]}


def _name(said: Any) -> str:
    """The model of a part: a name, perhaps with an adapter after ``+``, or a mapping with a path."""
    model = said.get("model", said.get("path")) if isinstance(said, dict) else said
    if isinstance(model, dict):
        return _name(model)
    return model.partition("+")[0].partition("@")[0].strip() if isinstance(model, str) else ""


def _parent(repo: Repository, name: str, where: str, method: str, weight: Any) -> Found:
    found = list(parent(repo, PG.mergedFrom, name, where, Basis.ARTIFACT))
    yield from found
    target = next(
        (c.value for c in found if isinstance(c, Claim) and c.predicate == PG.mergedFrom), None
    )
    number = statements.score(weight) if not isinstance(weight, str) else None
    if not isinstance(target, Iri) or not (method or number):
        return
    node = iris.mint("in", SOURCE, "derivation", repo.local, "merge", iris.slug(name)[:120])
    yield Claim(repo.subject, PROV.qualifiedDerivation, node, basis=Basis.ARTIFACT)
    yield Claim(node, RDF.type, PG.Derivation)
    yield Claim(node, PROV.entity, target, basis=Basis.ARTIFACT)
    if method:
        shown = literals.text(method[:80])
        yield Claim(node, PG.mergeMethod, shown, basis=Basis.ARTIFACT)
    if number is not None:
        yield Claim(node, PG.mergeWeight, number, basis=Basis.ARTIFACT)
