"""Reader of mergekit's recipes: the merged models, their weights, the method.

``mergekit_config.yml`` lists models, slices or modules; ``mergekit_moe_config.yml`` experts. A
model is written as ``name``, ``name@revision``, ``name+lora`` or as a mapping with ``model`` and
``lora`` (mergekit's ``ModelReference``); a LoRA that was applied before merging is a parent too.

A file may hold several recipes as YAML documents, for ``mergekit-multi``: each has a ``name`` by
which the others use it as a model; at most one has no name, the final merge. The models of the
merges that the final one uses are its parents too, with the method of the merge that they went
into. Source: docs/multimerge.md and mergekit/scripts/multimerge.py of github.com/arcee-ai/mergekit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Literal, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import Features, ReaderOutput
from provenance_graph.formats.huggingface.configs.quantization import number_format
from provenance_graph.formats.huggingface.names import SOURCE, NamedRepository, parent, version_of

MAX_PARTS = 500
FILES = tuple(
    f"{name}.{suffix}"
    for name in ("mergekit_config", "mergekit_moe_config")
    for suffix in ("yml", "yaml")
)
"""The file names under which mergekit writes its recipes beside a card."""


@dataclass(frozen=True, slots=True)
class MergePart:
    """A model that went into a merge, as the recipe names it.

    ``gradient`` is a weight given as several numbers: one for each section of the layers.
    """

    where: str
    name: str
    revision: str = ""
    weight: Literal | None = None
    gradient: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """One merge of a recipe; ``names`` are all its merges' names, which name no model elsewhere."""

    location: str
    raw: dict[str, Any]
    names: frozenset[str] = frozenset()
    final: bool = True


_Mentions = dict[str, list[tuple[str, Literal | None]]]
"""For every model, the revisions and weights with which it was named so far."""


def is_recipe(value: Any) -> bool:
    """Whether a parsed YAML document is a mergekit recipe, of a merge or of experts."""
    if not isinstance(value, dict):
        return False
    if "merge_method" in value:
        return bool(value.keys() & {"models", "slices", "modules", "base_model"})
    return "experts" in value and bool(value.keys() & {"base_model", "gate_mode"})


def holds_recipes(features: Features) -> bool:
    """Whether a document is a mergekit recipe, or a YAML stream of recipes only."""
    return all(map(is_recipe, features.stream)) if features.stream else is_recipe(features.value)


def one_or_all(stream: Sequence[Any]) -> Any:
    """The document of a stream of one, else the list of all, whose locations begin with a number."""
    return stream[0] if len(stream) == 1 else list(stream)


def read_merge(
    repo: NamedRepository,
    stream: Sequence[Any],
    location: str,
    basis: Basis | None = Basis.ARTIFACT,
) -> ReaderOutput:
    """Yield the claims of a merge recipe of one or several documents, with each derivation.

    ``basis`` differs from the default where the recipe is no file of the repository.
    """
    if not stream or not all(isinstance(raw, dict) for raw in stream):
        yield Problem(location, "the recipe of a merge is not a mapping", kind="shape")
        return
    seen: _Mentions = {}
    stages = (Stage(location, stream[0]),) if len(stream) == 1 else tuple(_used(stream, location))
    for stage in stages:
        if isinstance(stage, Problem):
            yield stage
        else:
            yield from _stage(repo, stage, seen, basis)
    if not seen and any(isinstance(stage, Stage) for stage in stages):
        yield Problem(
            location, "a recipe without models", "models, slices or experts", kind="missing"
        )


def _used(stream: Sequence[Any], location: str) -> Iterator[Stage | Problem]:
    """Yield the final merge, then those that it uses; a problem for each unused merge."""
    named = {name_of_stage(raw): number for number, raw in enumerate(stream)}
    if len(named) < len(stream):
        what = "two merges of one name, or without, in one recipe, which mergekit refuses"
        yield Problem(location, what, "a name of its own for all but the final merge", kind="shape")
        return
    names = frozenset(named) - {""}
    uses = {
        number: {
            named[name]
            for part in _parts(raw, "")
            if isinstance(part, MergePart) and (name := part.name) in names
        }
        for number, raw in enumerate(stream)
    }
    last = [named[""]] if "" in named else sorted(set(uses) - set().union(*uses.values()))
    if len(last) != 1:
        what = f"{len(last)} of the {len(stream)} merges are used by no other"
        yield Problem(
            location, f"{what}: which one the repository holds is not said", kind="lineage"
        )
        return
    order = last
    for number in order:  # grows during iteration by the merges that those found so far use
        order += sorted(uses[number] - set(order))
    for number in order:
        yield Stage(f"{location}/{number}", stream[number], names, number == last[0])
    for number in sorted(set(uses) - set(order)):
        what = f"the merge {name_of_stage(stream[number])!r} is not used by the final one"
        yield Problem(f"{location}/{number}", what[:200], kind="lineage")


def name_of_stage(raw: dict[str, Any]) -> str:
    """The name by which other merges of the recipe use this one; empty for the final merge."""
    return statements.scalar_text(raw.get("name"))


def _stage(
    repo: NamedRepository, stage: Stage, seen: _Mentions, basis: Basis | None
) -> ReaderOutput:
    """Yield the parents that one merge of a recipe names, and the number format of the final one."""
    raw = stage.raw
    method = statements.scalar_text(raw.get("merge_method"))
    if not method and "experts" in raw:
        method = f"moe {statements.scalar_text(raw.get('gate_mode'))}".strip()
    for result in _parts(raw, stage.location):
        if isinstance(result, Problem):
            yield result
            continue
        if result.weight is not None and (not stage.final or result.name in stage.names):
            # the weight of an intermediate merge, which is the share of no single parent
            result = replace(result, weight=None, gradient=result.weight.lexical)
        if result.gradient:
            text = f"{result.name}: {result.gradient}"
            within = "" if stage.final else f"{name_of_stage(raw)}: "
            yield coverage.other(repo.subject, f"{within}models.parameters.weight", text)
        if result.name in stage.names:
            continue
        before = seen.setdefault(result.name, [])
        stated = (result.revision, result.weight)
        # a repeated model without a weight of its own adds nothing
        fixed = {revision for revision, _ in before}
        again = result.weight is None and result.revision in fixed
        if stated not in before and not again:
            weighed = sum(weight is not None for _, weight in before)
            before.append(stated)
            number = weighed if result.weight is not None else 0
            yield from _parent(repo, result, method, number, len(before), basis)
    stored = raw.get("out_dtype", raw.get("dtype"))
    if stage.final and isinstance(stored, str) and stored:
        yield number_format(repo, stored, f"{stage.location}/dtype", basis)


def _parts(raw: dict[str, Any], location: str) -> Iterator[MergePart | Problem]:
    """Yield every mention of a model in a recipe: the merged parts before their base."""
    for count, (where, entry) in enumerate(_model_pointers(raw, location)):
        if count >= MAX_PARTS:
            what = f"more than {MAX_PARTS} parts; the rest of the recipe is not read"
            yield Problem(location, what, kind="size")
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


def _model_pointers(raw: dict[str, Any], location: str) -> Iterator[tuple[str, Any]]:
    for index, part in enumerate(statements.as_list(raw.get("models"))):
        yield f"{location}/models/{index}", part
    for row, cut in enumerate(statements.as_list(raw.get("slices"))):
        for index, part in enumerate(statements.as_list(statements.mapping(cut).get("sources"))):
            yield f"{location}/slices/{row}/sources/{index}", part
    for name, module in statements.mapping(raw.get("modules")).items():
        yield from _model_pointers(
            statements.mapping(module), f"{location}/modules/{statements.scalar_text(name)[:80]}"
        )
    for key in ("experts", "shared_experts"):
        for index, part in enumerate(statements.as_list(raw.get(key))):
            yield f"{location}/{key}/{index}", statements.mapping(part).get("source_model")
    if raw.get("base_model"):
        yield f"{location}/base_model", raw["base_model"]


def _references(stated: Any) -> Iterator[tuple[str, str]]:
    """Yield names and revisions of the models in one part: a model, and the LoRA on it."""
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
    """Yield a parent at one mention in the recipe; the lineage edge itself at the first only.

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
    if part.revision and part.revision != "main":  # a branch that moves on is no fixed revision
        yield from version_of(target, node, part.revision, basis)
    yield Claim(repo.subject, PROV.qualifiedDerivation, node, basis=basis)
    yield Claim(node, RDF.type, PG.Derivation)
    yield Claim(node, PROV.entity, target, basis=basis)
    if method:
        literal = literals.text(method[:80])
        yield Claim(node, PG.mergeMethod, literal, basis=basis)
    if part.weight is not None:
        yield Claim(node, PG.mergeWeight, part.weight, basis=basis)
