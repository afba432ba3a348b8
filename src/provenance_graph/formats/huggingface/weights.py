"""What an adapter's config and a safetensors index say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats import statements
from provenance_graph.formats.huggingface.lookup import brief, whole_number
from provenance_graph.formats.huggingface.names import SOURCE, Repository, parent

Found = Iterator[Claim | Problem]


def read_adapter(repo: Repository, raw: dict[str, Any], basis: Basis | None, place: str) -> Found:
    """Claims of an ``adapter_config.json``: the base it needs and the method."""
    base = raw.get("base_model_name_or_path")
    where = f"{place}/base_model_name_or_path"
    if isinstance(base, str) and base.strip():
        found = list(parent(repo, PG.adapterOf, base, where, basis))
        yield from found
        target = next(
            (c.value for c in found if isinstance(c, Claim) and c.predicate == PG.adapterOf),
            None,
        )
        method = raw.get("peft_type")
        if isinstance(target, Iri) and isinstance(method, str) and method:
            node = iris.mint("in", SOURCE, "derivation", repo.local, "adapter")
            yield Claim(repo.subject, PROV.qualifiedDerivation, node, basis=basis)
            yield Claim(node, RDF.type, PG.Derivation)
            yield Claim(node, PROV.entity, target, basis=basis)
            yield Claim(node, PG.derivationMethod, literals.text(method[:80]), basis=basis)
    elif base is not None and base != "":
        yield Problem(where, f"{brief(base)} is not a repository's name", kind="lineage")
    task = raw.get("task_type")
    if isinstance(task, str) and task:
        yield Claim(repo.subject, PG.framework, literals.text("peft"), basis=basis)


def read_index(
    repo: Repository, raw: dict[str, Any], basis: Basis | None, place: str, dtype: Iri | None = None
) -> Found:
    """Claims of a ``model.safetensors.index.json``: parameters and format."""
    meta = statements.mapping(raw.get("metadata"))
    yield Claim(repo.subject, PG.fileFormat, literals.text("safetensors"), basis=basis)
    total, size = meta.get("total_parameters"), meta.get("total_size")
    count = whole_number(total)
    if count:
        yield Claim(repo.subject, PG.parameterCount, literals.integer(count), basis=basis)
        return
    if total is not None:
        yield Problem(f"{place}/metadata/total_parameters", f"{brief(total)} is not a count")
    width = {PG.BFloat16: 2, PG.Float16: 2, PG.Float32: 4}.get(dtype) if dtype else None
    octets = whole_number(size)
    if octets and width and octets % width == 0:
        yield Claim(
            repo.subject,
            PG.parameterCount,
            literals.integer(octets // width),
            basis=Basis.INFERENCE,
            locator=f"{place}/metadata/total_size over {width} bytes each",
        )
    elif size is not None and not octets:
        yield Problem(f"{place}/metadata/total_size", f"{brief(size)} is not a size in bytes")
