"""Reader of adapter configs and safetensors indexes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats import statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.configs.lookup import brief, whole_number
from provenance_graph.formats.huggingface.configs.quantization import Packing
from provenance_graph.formats.huggingface.names import SOURCE, NamedRepository, parent, version_of

MAX_TARGETS = 500


def read_adapter(
    repo: NamedRepository, raw: dict[str, Any], basis: Basis | None, location: str
) -> ReaderOutput:
    """Yield the claims of an ``adapter_config.json``: the base model and the method."""
    base = raw.get("base_model_name_or_path")
    where = f"{location}/base_model_name_or_path"
    if isinstance(base, str) and base.strip():
        results = list(parent(repo, PG.adapterOf, base, where, basis))
        yield from results
        target = next(
            (c.value for c in results if isinstance(c, Claim) and c.predicate == PG.adapterOf),
            None,
        )
        if isinstance(target, Iri):
            yield from _adaptation(repo, target, raw, basis, location)
    elif base is not None and base != "":
        yield Problem(where, f"{brief(base)} is not a repository's name", kind="lineage")
    task = raw.get("task_type")
    if isinstance(task, str) and task:
        yield Claim(repo.subject, PG.framework, literals.text("peft"), basis=basis)
    yield from _low_rank(repo, raw, basis, location)


def _adaptation(
    repo: NamedRepository, target: Iri, raw: dict[str, Any], basis: Basis | None, location: str
) -> ReaderOutput:
    """Yield the method of adaptation and the base's ``revision`` (the base's, not the adapter's)."""
    method = statements.scalar_text(raw.get("peft_type"))
    revision = statements.scalar_text(raw.get("revision"))
    if not method and not revision:
        return
    node = iris.mint("in", SOURCE, "derivation", repo.local, "adapter")
    yield Claim(repo.subject, PROV.qualifiedDerivation, node, basis=basis)
    yield Claim(node, RDF.type, PG.Derivation)
    yield Claim(node, PROV.entity, target, basis=basis)
    if method:
        yield Claim(node, PG.derivationMethod, literals.text(method[:80]), basis=basis)
    if revision:
        yield from version_of(target, node, revision, basis)
    named = hub.reference(statements.scalar_text(raw.get("base_model_name_or_path")))
    if revision and named is not None and named.revision not in ("", "main", revision):
        what = f"two revisions of the base: {named.revision[:64]} in its name, and {revision[:64]}"
        hint = "both are kept; `revision` is the one that PEFT loads"
        yield Problem(f"{location}/revision", what, hint, kind="lineage")


def _low_rank(
    repo: NamedRepository, raw: dict[str, Any], basis: Basis | None, location: str
) -> ReaderOutput:
    """Yield rank, scale and target modules of a low-rank adapter."""
    rank = raw.get("r")
    if count := whole_number(rank):
        yield Claim(repo.subject, PG.adapterRank, literals.integer(count), basis=basis)
    elif rank is not None:
        yield Problem(f"{location}/r", f"{brief(rank)} is not a rank")
    alpha = raw.get("lora_alpha")
    if (scale := statements.score(alpha)) is not None:
        yield Claim(repo.subject, PG.adapterAlpha, scale, basis=basis)
    elif alpha is not None:
        yield Problem(f"{location}/lora_alpha", f"{brief(alpha)} is not a number")
    targets = raw.get("target_modules")
    for module in statements.as_list(targets)[:MAX_TARGETS]:
        if isinstance(module, str) and module:
            yield Claim(repo.subject, PG.adapterTarget, literals.text(module[:200]), basis=basis)
        else:
            yield Problem(f"{location}/target_modules", f"{brief(module)} is not a module's name")
    for module in statements.as_list(raw.get("modules_to_save"))[:MAX_TARGETS]:
        if isinstance(module, str) and module:
            literal = literals.text(f"{module[:180]} (trained in full)")
            yield Claim(repo.subject, PG.adapterTarget, literal, basis=basis)


_FLOATS = frozenset(
    (
        "F64",
        "F32",
        "F16",
        "BF16",
        "F8_E4M3",
        "F8_E5M2",
        "F8_E4M3FNUZ",
        "F8_E5M2FNUZ",
        "F6_E2M3",
        "F6_E3M2",
        "F4",
    )
)
_BUFFERS = frozenset({"I64", "BOOL"})
"""Types of buffers such as position ids: the Hub counts them, and quantised weights never have
them."""
_OCTETS = {"I32": 4, "U32": 4, "I16": 2, "U16": 2, "I8": 1, "U8": 1}


def read_tensors(
    repo: NamedRepository,
    stored: dict[str, Any],
    packed: Packing | None,
    location: str,
    room: int | None = None,
) -> ReaderOutput:
    """Yield the parameter count from the Hub's summary of safetensors headers.

    ``stored`` has ``parameters`` (elements per type) and ``total``. Elements are not parameters
    where several weights are packed into one; the count after unpacking is an inference that
    includes scales and zero points. Newer answers count packed weights unpacked: this is assumed
    where the packed elements would not fit into the repository's ``room`` bytes.
    """
    total = max(whole_number(stored.get("total")) or 0, 0)
    stated = statements.mapping(stored.get("parameters"))
    counts = {
        statements.scalar_text(kind).upper(): number
        for kind, count in stated.items()
        if (number := whole_number(count)) is not None and number >= 0
    }
    if stored.get("total") is not None and not total:
        yield Problem(f"{location}/total", f"{brief(stored['total'])} is not a count")
    if len(counts) < len(stated):
        what = f"{brief(dict(stated))} holds what is not a count of elements"
        yield Problem(f"{location}/parameters", what)
    summed = sum(counts.values())
    if total and counts and total != summed:
        what = f"total {total:,} is not the sum over types, {summed:,}"
        yield Problem(f"{location}/total", what, "the sum over types is read", kind="inconsistent")
    whole_bytes = counts.keys() - _FLOATS - _BUFFERS
    if packed is None and not whole_bytes:
        if count := summed or total:
            yield _counted(repo, count, Basis.ARTIFACT)
        return
    if counts and packed is not None:
        yield from _unpacked(repo, counts, packed, location, room)
    elif total or counts:
        yield from _no_count(repo, counts, total, packed, location)


def _unpacked(
    repo: NamedRepository,
    counts: dict[str, int],
    packed: Packing,
    location: str,
    room: int | None,
) -> ReaderOutput:
    """Yield the parameter count behind packed elements; none where an integer type is unexplained."""
    plain = {kind for kind in counts if kind in _FLOATS and kind not in packed.scales}
    integers = counts.keys() - _FLOATS - _BUFFERS - {"F8_E8M0"}
    if not integers:
        yield _counted(repo, sum(counts[kind] for kind in plain), Basis.ARTIFACT)
        return
    if integers - packed.weights.keys():
        yield from _no_count(repo, counts, None, packed, location)
        return
    taken = sum(_OCTETS.get(kind, 0) * counts[kind] for kind in integers)
    done = not packed.scaled and room is not None and taken > room > 0
    held = {
        kind: counts[kind] if done else packed.element_count(kind, counts[kind])
        for kind in integers
    }
    count = sum(counts[kind] for kind in plain) + sum(held.values())
    text = ", ".join(f"{kind} {counts[kind]}" for kind in sorted(counts))
    how = ", ".join(
        f"{held[kind] / max(1, counts[kind]):.6g} to each {kind}" for kind in sorted(integers)
    )
    claim = _counted(repo, count, Basis.INFERENCE)
    at = f"{location}/parameters, {packed.method} unpacked: {how}"
    yield replace(claim, as_stated=text[: statements.MAX_STATED], locator=at)
    what = f"{text}: {packed.method} packs several weights into one element"
    theirs = packed.scaled or done
    hint = "counted by the Hub as unpacked" if theirs else "unpacked, scales included"
    yield Problem(f"{location}/parameters", what, hint, kind="packed")


def _no_count(
    repo: NamedRepository,
    counts: dict[str, int],
    total: int | None,
    packed: Packing | None,
    location: str,
) -> ReaderOutput:
    """Yield elements whose number of weights is unknown: stored as stated, without a count."""
    text = ", ".join(f"{kind} {counts[kind]}" for kind in sorted(counts)) or str(total)
    why = "elements of packed or unknown types are no parameters"
    yield Claim(
        repo.subject,
        PG.parameterCount,
        None,
        basis=Basis.ARTIFACT,
        as_stated=text[: statements.MAX_STATED],
        locator=f"{location}/parameters" if counts else f"{location}/total",
        unusable=why,
    )
    method = packed.method if packed is not None else "a quantisation that nothing states"
    yield Problem(location, f"{text[:80]}: {why} ({method})", kind="packed")


def _counted(repo: NamedRepository, count: int, basis: Basis) -> Claim:
    if count not in literals.INT64:
        stated, why = str(count)[: statements.MAX_STATED], "more than any model has"
        return Claim(
            repo.subject, PG.parameterCount, None, basis=basis, as_stated=stated, unusable=why
        )
    return Claim(repo.subject, PG.parameterCount, literals.integer(count), basis=basis)


def read_index(
    repo: NamedRepository,
    raw: dict[str, Any],
    basis: Basis | None,
    location: str,
    dtype: Iri | None = None,
    packed: Packing | None = None,
) -> ReaderOutput:
    """Yield the claims of a ``model.safetensors.index.json``: parameter count and format."""
    meta = statements.mapping(raw.get("metadata"))
    yield Claim(repo.subject, PG.fileFormat, literals.text("safetensors"), basis=basis)
    total, size = meta.get("total_parameters"), meta.get("total_size")
    count = whole_number(total)
    if count and packed is not None and packed.weights:
        yield from _no_count(repo, {}, count, packed, f"{location}/metadata")
        return
    if count:
        yield Claim(repo.subject, PG.parameterCount, literals.integer(count), basis=basis)
        return
    if total is not None:
        yield Problem(f"{location}/metadata/total_parameters", f"{brief(total)} is not a count")
    width = {PG.BFloat16: 2, PG.Float16: 2, PG.Float32: 4}.get(dtype) if dtype else None
    octets = whole_number(size)
    if octets and width and octets % width == 0:
        yield Claim(
            repo.subject,
            PG.parameterCount,
            literals.integer(octets // width),
            basis=Basis.INFERENCE,
            locator=f"{location}/metadata/total_size over {width} bytes each",
        )
    elif size is not None and not octets:
        yield Problem(f"{location}/metadata/total_size", f"{brief(size)} is not a size in bytes")
