"""Reader of a card's lineage fields: base models, relation, revisions, successor."""

from __future__ import annotations

import re
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.cards.front import Card, split_names, texts
from provenance_graph.formats.huggingface.names import SOURCE, is_repository, parent, version_of
from provenance_graph.formats.huggingface.tables import (
    ADAPTER_MARKS,
    HUB_RELATIONS,
    MERGE_MARKS,
    QUANTIZED_MARKS,
    RELATIONS,
)


def relation_of(card: Card) -> tuple[Iri, bool]:
    """The kind of derivation from the base model, and whether it is inferred as the Hub infers it."""
    stated = statements.scalar_text(card.data.get("base_model_relation")).casefold()
    if stated in RELATIONS:
        return RELATIONS[stated], False
    if stated:
        return PROV.wasDerivedFrom, False
    marks = {
        statements.scalar_text(tag).casefold() for tag in statements.as_list(card.data.get("tags"))
    } | {statements.scalar_text(card.data.get("library_name")).casefold()}
    related = {tag.split(":")[1] for tag in marks if re.match(r"base_model:[^:]+:", tag)}
    if len(related) == 1 and (tagged := RELATIONS.get(next(iter(related)))):
        return tagged, True
    names_ = {file.rpartition("/")[2].casefold() for file in card.files}
    if marks & ADAPTER_MARKS or "adapter_config.json" in names_:
        return PG.adapterOf, True
    quantised = bool(card.data.get("quantized_by")) or any(f.endswith(".gguf") for f in names_)
    bases = _bases(card)
    new = _words(card.repo.name).difference(*(_words(statements.scalar_text(b)) for b in bases))
    if quantised or (marks | new) & QUANTIZED_MARKS:
        return PG.quantizedFrom, True
    if len(bases) > 1 or (marks & MERGE_MARKS and bases):
        return PG.mergedFrom, True
    return PG.fineTunedFrom, True


def _words(name: str) -> set[str]:
    """The words of a repository's name, without its owner."""
    return set(re.split(r"[-_.]", name.rpartition("/")[2].casefold()))


def _bases(card: Card) -> list[Any]:
    """The base models of a card, also where one text names several."""
    stated = statements.as_list(card.data.get("base_model"))
    return [part for each in stated for part in split_names(each)]


def base(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the base models that the metadata name, each in the stated or inferred relation."""
    relation, inferred = relation_of(card)
    stated = statements.scalar_text(card.data.get("base_model_relation"))
    if stated and stated.casefold() not in HUB_RELATIONS:
        at = f"{card.location}/base_model_relation"
        what = f"{stated[:60]!r} is not a relation of the Hub's"
        yield Problem(at, what, ", ".join(sorted(HUB_RELATIONS)))
    basis = Basis.INFERENCE if inferred else card.basis
    bases = [_one_named(each) for each in value] if isinstance(value, list) else _one_named(value)
    for item in texts(bases, where):
        if isinstance(item, Problem):
            yield item
            continue
        for name in split_names(item[1]):
            yield from parent(card.repo, relation, name, item[0], basis)


def _one_named(item: Any) -> Any:
    """A base given as a mapping, as ``name`` or ``name@revision``; any other value unchanged."""
    stated = statements.mapping(item)
    name = next((v for key in ("name", "id", "model") if isinstance(v := stated.get(key), str)), "")
    revision = statements.scalar_text(stated.get("revision"))
    return f"{name}@{revision}" if name and revision else name or item


def relation_alone(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield a problem where a relation is stated without a base model; keep it as stated."""
    if not any(map(statements.scalar_text, statements.as_list(card.data.get("base_model")))):
        what = "a relation to a base model, and no base model"
        yield Problem(where, what, "base_model: owner/name", kind="missing")
        yield coverage.other(
            card.repo.subject, "base_model_relation", statements.scalar_text(value)
        )


def successor(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the claim that the model named in the field replaces this one."""
    name = statements.scalar_text(value)
    if is_repository(name):
        yield Claim(iris.model(name), DCTERMS.replaces, card.repo.subject, basis=card.basis)
    else:
        yield Problem(where, f"{name[:60]!r} is not a repository", "owner/name")


def revisions(card: Card, value: Any, where: str) -> ReaderOutput:
    """Yield the revision used of each base model; the lists must have the same length."""
    bases = _bases(card)
    revisions = [part for each in statements.as_list(value) for part in split_names(each)]
    if len(bases) != len(revisions):
        what = f"{len(revisions)} revisions for {len(bases)} base models"
        yield Problem(where, what, "one for each, in their order", kind="lineage")
        yield coverage.other(card.repo.subject, "base_model_revision", str(value)[:200])
        return
    for base, revision in zip(bases, revisions, strict=True):
        name, stated = statements.scalar_text(base), statements.scalar_text(revision)
        if not is_repository(name) or not stated:
            yield coverage.other(card.repo.subject, "base_model_revision", stated)
            continue
        node = iris.mint("in", SOURCE, "derivation", card.repo.local, "base", iris.slug(name)[:120])
        yield card.claim(PROV.qualifiedDerivation, node)
        yield Claim(node, RDF.type, PG.Derivation)
        yield Claim(node, PROV.entity, iris.model(name), basis=card.basis)
        yield from version_of(iris.model(name), node, stated, card.basis)
