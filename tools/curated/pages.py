"""Lists of the fields of APX model pages: the same claims as the ``apx`` reader makes.

Records have the names that the ``apx`` reader gives, so that reading such a page itself later
replaces the record of the list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Claim, Header, Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG
from provenance_graph.formats.apx.claims import Named
from provenance_graph.formats.apx.claims import claims as page_claims
from provenance_graph.formats.apx.page import ApxPage, Labelled, PageRow

RETRIEVED = "2025-11-22"
_LABELS = {
    "params": "parameters", "active_parameters": "active parameters",
    "total_expert_parameters": "total expert parameters", "experts": "number of experts",
    "active_experts": "active experts", "shared_experts": "shared experts",
    "context": "context length", "modality": "modality", "architecture": "architecture",
    "attention": "attention structure", "position": "position embedding",
    "normalization": "normalization", "release": "release date", "cutoff": "knowledge cutoff",
    "licence": "license", "hidden": "hidden dimension size", "layers": "number of layers",
    "heads": "attention heads", "kv_heads": "key-value heads", "rope_theta": "rope theta",
    "ffn_dense": "ffn intermediate size (dense)", "vocab": "vocabulary size",
    "mtp_heads": "multi-token prediction heads", "activation": "activation function",
    "dense_layers_before_moe": "dense layers before moe",
}  # fmt: skip
_NAMES = {
    "claude-haiku-45": "Claude Haiku 4.5",
    "claude-sonnet-45": "Claude Sonnet 4.5",
    "gpt-4o": "GPT-4o",
    "deepseek-v3": "DeepSeek-V3",
    "deepseek-v3-1": "DeepSeek-V3.1",
    "llama-3-1-8b": "Llama 3.1 8B",
    "llama-3-1-405b": "Llama 3.1 405B",
    "llama-3-2-1b": "Llama 3.2 1B",
}


def records(value: dict[str, Any]) -> Iterator[Record | Problem]:
    """Yield one record per page with a specification; stored whole pages are left to ``apx``."""
    pages = value.get("pages_seen")
    for number, entry in enumerate(pages if isinstance(pages, list) else ()):
        where = f"/pages_seen/{number}"
        url = entry.get("url") if isinstance(entry, dict) else None
        slug = re.fullmatch(r"https://apxml\.com/(?:zh/)?models/([\w.-]+)", str(url))
        if slug is None:
            yield Problem(f"{where}/url", f"{url!r} is no model page of apxml.com")
        elif isinstance(entry.get("spec"), dict):
            yield from _record(slug[1], str(url), entry, where)


def _record(slug: str, url: str, entry: dict[str, Any], where: str) -> Iterator[Record | Problem]:
    base, mode, _ = slug.partition("-thinking")
    name = _NAMES.get(base)
    if name is None:
        yield Problem(f"{where}/url", f"{slug!r} has no name", "add it to the table")
        return
    about = Named(name, base, "Thinking", f"{name} Thinking", slug) if mode else Named(name, base)
    page = ApxPage()
    for key, shown in entry["spec"].items():
        label = _LABELS.get(str(key))
        if label is None:
            yield Problem(f"{where}/spec/{key}", f"unknown field {key!r}")
        else:
            page.fields.append(Labelled(label, _absolute(key, str(shown)), f"{where}/spec/{key}"))
    for benchmark, cell in (entry.get("benchmarks") or {}).items():
        place = f"{where}/benchmarks/{benchmark}"
        page.rows.append(PageRow(str(benchmark), str(cell[0]), str(cell[1]), place))
    for kind in ("overall", "coding"):
        if f"{kind}_rank" in entry:
            shown = str(entry[f"{kind}_rank"])
            page.ranks.append(Labelled(f"{kind} rank", shown, f"{where}/{kind}_rank"))
    if entry.get("score") is not None:
        page.total = Labelled("total score", f"{entry['score']} / 100", f"{where}/score")
    if entry.get("grade"):
        page.grade = Labelled("grade", str(entry["grade"]), f"{where}/grade")
    claims: list[Claim] = []
    for made in page_claims(page, about):
        if isinstance(made, Problem):
            yield made
        else:
            claims.append(made)
    claims.extend(_memory(about.model, entry.get("vram_gb"), where))
    header = Header(
        record=iris.record("apx", about.local, RETRIEVED),
        document=Iri(url),
        publisher=iris.organization("APX"),
        retrieved=RETRIEVED,
        reader="curated",
        title=about.configuration_name or about.name,
    )
    yield Record(header, tuple(claims)).sort()


def _absolute(key: str, shown: str) -> str:
    """A position embedding in the spelling of the page itself."""
    return "Absolute Position Embedding" if (key, shown) == ("position", "Absolute") else shown


def _memory(model: Iri, sizes: Any, where: str) -> Iterator[Claim]:
    """Yield the least of the memory sizes that the page gives by context length."""
    if not isinstance(sizes, dict) or not sizes:
        return
    least = min(sizes, key=lambda context: float(sizes[context]))
    yield Claim(
        model,
        PG.minimumMemoryGB,
        literals.decimal(str(sizes[least])),
        as_stated=f"{sizes[least]} GB for a context of {least}",
        locator=f"{where}/vram_gb/{least}",
    )
