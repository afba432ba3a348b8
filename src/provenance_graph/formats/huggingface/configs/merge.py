"""What mergekit's recipes say: the models that were merged, their weights, the method.

``mergekit_config.yml`` lists models, slices or modules; ``mergekit_moe_config.yml`` experts. A
model is written as ``name``, ``name@revision``, ``name+lora`` or as a mapping with ``model`` and
``lora`` (mergekit's ``ModelReference``); a LoRA that was applied before merging is a parent too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Literal, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.configs.quantization import number_format
from provenance_graph.formats.huggingface.names import SOURCE, NamedRepository, parent, version_of

MAX_PARTS = 500
FILES = tuple(
    f"{name}.{suffix}"
    for name in ("mergekit_config", "mergekit_moe_config")
    for suffix in ("yml", "yaml")
)
"""The names under which mergekit writes its recipes beside a card."""


@dataclass(frozen=True, slots=True)
class MergePart:
    """A model that went into a merge, as the recipe names it.

    ``gradient`` is a weight that is no number: one for each part of the layers.
    """

    where: str
    name: str
    revision: str = ""
    weight: Literal | None = None
    gradient: str = ""


def is_recipe(value: Any) -> bool:
    """Whether a parsed YAML document is a recipe of mergekit's, of either kind."""
    if not isinstance(value, dict):
        return False
    if "merge_method" in value:
        return bool(value.keys() & {"models", "slices", "modules", "base_model"})
    return "experts" in value and bool(value.keys() & {"base_model", "gate_mode"})


def read_merge(
    repo: NamedRepository, raw: Any, place: str, basis: Basis | None = Basis.ARTIFACT
) -> ReaderOutput:
    """Claims of a merge's recipe; each parent with a derivation of its own.

    ``basis`` is another where the recipe is no file of the repository.
    """
    if not isinstance(raw, dict):
        yield Problem(place, "the recipe of a merge is not a mapping", kind="shape")
        return
    method = statements.scalar_text(raw.get("merge_method"))
    if not method and "experts" in raw:
        method = f"moe {statements.scalar_text(raw.get('gate_mode'))}".strip()
    seen: dict[str, list[tuple[str, Literal | None]]] = {}
    for result in _parts(raw, place):
        if isinstance(result, Problem):
            yield result
            continue
        if result.gradient:
            shown = f"{result.name}: {result.gradient}"
            yield coverage.other(repo.subject, "models.parameters.weight", shown)
        before = seen.setdefault(result.name, [])
        stated = (result.revision, result.weight)
        # without a weight of its own a model that is named again says nothing new
        fixed = {revision for revision, _ in before}
        again = result.weight is None and result.revision in fixed
        if stated not in before and not again:
            weighed = sum(weight is not None for _, weight in before)
            before.append(stated)
            number = weighed if result.weight is not None else 0
            yield from _parent(repo, result, method, number, len(before), basis)
    stored = raw.get("out_dtype", raw.get("dtype"))
    if isinstance(stored, str) and stored:
        yield number_format(repo, stored, f"{place}/dtype", basis)
    if not seen:
        yield Problem(place, "a recipe without models", "models, slices or experts", kind="missing")


def _parts(raw: dict[str, Any], place: str) -> Iterator[MergePart | Problem]:
    """Everything that names a model, the parts before the base that they are merged into."""
    for count, (where, entry) in enumerate(_model_pointers(raw, place)):
        if count >= MAX_PARTS:
            what = f"more than {MAX_PARTS} parts; the rest of the recipe is not read"
            yield Problem(place, what, kind="size")
            return
        parameters = statements.mapping(statements.mapping(entry).get("parameters"))
        stated = parameters.get("weight")
        weight = None if isinstance(stated, str) else statements.score(stated)
        scalars = weight is None and not any(
            isinstance(each, (dict, list)) for each in statements.as_list(stated)
        )
        gradient = ", ".join(map(str, statements.as_list(stated))) if scalars else ""
        references = list(_references(entry))
        if not references:
            yield Problem(where, "a part of the merge that names no model", kind="lineage")
        for number, (name, revision) in enumerate(references):
            own = number == 0
            yield MergePart(where, name, revision, weight if own else None, gradient if own else "")


def _model_pointers(raw: dict[str, Any], place: str) -> Iterator[tuple[str, Any]]:
    for index, part in enumerate(statements.as_list(raw.get("models"))):
        yield f"{place}/models/{index}", part
    for row, cut in enumerate(statements.as_list(raw.get("slices"))):
        for index, part in enumerate(statements.as_list(statements.mapping(cut).get("sources"))):
            yield f"{place}/slices/{row}/sources/{index}", part
    for name, module in statements.mapping(raw.get("modules")).items():
        yield from _model_pointers(
            statements.mapping(module), f"{place}/modules/{statements.scalar_text(name)[:80]}"
        )
    for key in ("experts", "shared_experts"):
        for index, part in enumerate(statements.as_list(raw.get(key))):
            yield f"{place}/{key}/{index}", statements.mapping(part).get("source_model")
    if raw.get("base_model"):
        yield f"{place}/base_model", raw["base_model"]


def _references(stated: Any) -> Iterator[tuple[str, str]]:
    """Names and revisions of the models that one part means: a model, and the LoRA on it."""
    if isinstance(stated, str):
        for text in stated.split("+"):
            name, _, revision = text.strip().partition("@")
            if name.strip():
                yield name.strip(), revision.strip()
        return
    if not isinstance(stated, dict):
        return
    if isinstance(path := stated.get("path"), str):
        yield from (
            (name, statements.scalar_text(stated.get("revision")) or revision)
            for name, revision in _references(path)
        )
    for key in ("model", "lora"):
        if key in stated:
            yield from _references(stated[key])


def _parent(
    repo: NamedRepository,
    part: MergePart,
    method: str,
    weighed: int,
    mention: int,
    basis: Basis | None,
) -> ReaderOutput:
    """A parent at one mention in the recipe, the first of them with the edge itself.

    A further weight of one model, as with other LoRAs on it, has a derivation of its own.
    """
    results = list(parent(repo, PG.mergedFrom, part.name, part.where, basis))
    edges = [c for c in results if isinstance(c, Claim) and c.predicate == PG.mergedFrom]
    if mention == 1:
        yield from results
    target = edges[0].value if edges else None
    if not isinstance(target, Iri) or not (method or part.weight or part.revision):
        return
    parent_name = target.removeprefix(iris.model(""))
    called = parent_name if parent_name != target else part.name
    step = iris.slug(called)[:120] + (f"-{weighed + 1}" if weighed else "")
    node = iris.mint("in", SOURCE, "derivation", repo.local, "merge", step)
    if part.revision and part.revision != "main":  # a branch that moves on fixes nothing
        yield from version_of(target, node, part.revision, basis)
    yield Claim(repo.subject, PROV.qualifiedDerivation, node, basis=basis)
    yield Claim(node, RDF.type, PG.Derivation)
    yield Claim(node, PROV.entity, target, basis=basis)
    if method:
        shown = literals.text(method[:80])
        yield Claim(node, PG.mergeMethod, shown, basis=basis)
    if part.weight is not None:
        yield Claim(node, PG.mergeWeight, part.weight, basis=basis)
