"""The documents of a generated hub: three sources, with disagreements planted between them.

* the Hub API's answer about every model;
* a models.dev entry for about 45 %;
* an entry of a third catalogue, as a record of our own form, for about 30 %.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from benchmarks.hub.structure import Family, Hub, Kind

RETRIEVED, EARLIER = "2026-11-01", "2026-05-01"
"""The days on which the catalogues were read: the current and an earlier one."""
LABELS = {
    Family.APACHE: "apache-2.0",
    Family.MIT: "mit",
    Family.NONCOMMERCIAL: "cc-by-nc-4.0",
}
SPDX = {"apache-2.0": "Apache-2.0", "mit": "MIT", "cc-by-nc-4.0": "CC-BY-NC-4.0"}
RELATIONS = {
    Kind.TUNED: "finetune",
    Kind.QUANTISED: "quantized",
    Kind.ADAPTER: "adapter",
    Kind.MERGE: "merge",
}
_DISAGREEMENTS = ("licence", "parameters", "released")
_MILLIONS = (135, 360, 494, 1100, 1544, 3086, 7248, 8030, 9241, 13016, 27432, 32764, 70554)
_TASKS = ("text-classification", "automatic-speech-recognition", "image-classification")
_LIBRARIES = {Kind.QUANTISED: "gguf", Kind.ADAPTER: "peft"}

Planted = dict[str, str]


@dataclass
class Traits:
    """The true facts of one model, and the differences planted between its sources."""

    name: str
    owner: str
    kind: Kind
    day: date
    fault: str
    label: str
    parents: list[str]
    total: int
    sized: bool
    in_modelsdev: bool
    in_registry: bool
    gated: bool
    task: str
    library: str
    disagreement: str = ""
    planted: list[Planted] = field(default_factory=list)


@dataclass(frozen=True)
class Documents:
    """The documents of one model from three sources; empty where one does not list it."""

    number: int
    name: str
    hub: dict[str, Any]
    modelsdev: str
    registry: str
    planted: list[Planted]


def traits(hub: Hub, number: int, rng: random.Random) -> Traits:
    """The traits of a model, drawn in a fixed order."""
    fault, kind = hub.fault.get(number, ""), Kind(hub.kind[number])
    label = LABELS[Family(hub.family[number])] if hub.labelled[number] else ""
    parents = [hub.name(parent) for parent in hub.parents(number)]
    if fault == "noncommercial":
        label = "mit"
    if fault == "dangling":
        parents = [f"ghost/unknown-{number:07d}"]
    total = _MILLIONS[rng.randrange(len(_MILLIONS))] * 1_000_000 + number % 1000
    sized = rng.random() < 0.7 and fault != "zero-parameters"
    permissive = number == hub.permissive[0]
    in_modelsdev = rng.random() < 0.45 or fault == "calendar" or permissive
    in_registry = (rng.random() < 0.30 and fault != "calendar") or fault == "zero-parameters"
    gated = rng.random() < 0.05 and not in_modelsdev
    writes = in_modelsdev or rng.random() < 0.8
    task = "text-generation" if writes else _TASKS[rng.randrange(3)]
    made = Traits(
        name=hub.name(number),
        owner=hub.owner(number),
        kind=kind,
        day=hub.day(number),
        fault=fault,
        label=label,
        parents=parents,
        total=total,
        sized=sized,
        in_modelsdev=in_modelsdev,
        in_registry=in_registry,
        gated=gated,
        task=task,
        library=_LIBRARIES.get(kind, "transformers"),
    )
    if not fault and number >= hub.roots and rng.random() < 0.06:
        _disagree(made, _DISAGREEMENTS[rng.randrange(3)], leaf=hub.children[number] == 0)
    return made


def _disagree(made: Traits, about: str, *, leaf: bool) -> None:
    """Plant a disagreement between two sources, where both can state the fact."""
    if about == "licence" and made.label and made.in_modelsdev:
        made.disagreement = about
    elif about == "parameters" and made.sized and made.total % 100_000_000:
        # 1.1 billion counts as rounded, so it would agree with the other source's count
        made.disagreement, made.in_registry = about, True
    elif about == "released" and leaf and (made.day.month, made.day.day) != (1, 1):
        # the first of January is read as a year, which agrees with any later month of it
        made.disagreement, made.in_modelsdev, made.in_registry = about, True, True
        made.gated, made.task = False, "text-generation"


def documents(hub: Hub, number: int) -> Documents:
    """The documents about one model and the faults planted in them."""
    rng = hub.choice(number)
    made = traits(hub, number, rng)
    answer = _hub_answer(hub, made, rng)
    entry = _modelsdev(hub, number, made) if made.in_modelsdev else ""
    listed = _registry(number, made) if made.in_registry else ""
    made.planted += _faults(made)
    return Documents(number, made.name, answer, entry, listed, made.planted)


def everything(hub: Hub) -> Iterator[Documents]:
    """Yield the documents of every model, one model at a time."""
    for number in range(hub.models):
        yield documents(hub, number)


def _faults(made: Traits) -> list[Planted]:
    about = {
        "zero-parameters": {"kind": "violation", "shape": "Specification-parameterCount"},
        "cycle": {"kind": "violation", "shape": "Lineage-cycle"},
        "calendar": {"kind": "warning", "shape": "Lineage-calendar"},
        "dangling": {"kind": "warning", "shape": "Lineage-dangling"},
        "noncommercial": {"kind": "licence", "rule": "LR-03"},
    }
    return [{**about[made.fault], "model": made.name}] if made.fault else []


def _hub_answer(hub: Hub, made: Traits, rng: random.Random) -> dict[str, Any]:
    card: dict[str, Any] = {"language": ["en"]} if rng.random() < 0.5 else {}
    if made.label:
        card["license"] = made.label
    if made.parents:
        card["base_model"] = made.parents if len(made.parents) > 1 else made.parents[0]
        card["base_model_relation"] = RELATIONS[made.kind]
    if made.kind in (Kind.ROOT, Kind.TUNED) and rng.random() < 0.3:
        number = min(int(rng.paretovariate(0.6)), max(10, hub.models // 5))
        card["datasets"] = [f"data{number % 211}/set-{number}"]
    stamp = f"{made.day.isoformat()}T10:00:00.000Z"
    answer: dict[str, Any] = {
        "id": made.name,
        "author": made.owner,
        "sha": f"{rng.getrandbits(160):040x}",
        "createdAt": stamp,
        "lastModified": stamp,
        "private": False,
        "gated": "auto" if made.gated else False,
        "downloads": int(rng.paretovariate(0.7)),
        "likes": rng.randrange(50),
        "pipeline_tag": made.task,
        "library_name": made.library,
        "tags": [made.library, "safetensors", made.task, "region:us"],
        "cardData": card,
        "siblings": [{"rfilename": "README.md"}, {"rfilename": "model.safetensors"}],
    }
    if made.sized:
        answer["safetensors"] = {"parameters": {"BF16": made.total}, "total": made.total}
    return answer


def _modelsdev(hub: Hub, number: int, made: Traits) -> str:
    issued, licence = made.day, made.label
    if made.fault == "calendar":
        issued = hub.day(hub.permissive[0]) - timedelta(days=400)
    if made.disagreement == "licence":
        licence = "mit" if made.label != "mit" else "apache-2.0"
        made.planted.append({"kind": "disagreement", "property": "license", "model": made.name})
    lines = [
        f'name = "Model {number:07d}"',
        f'release_date = "{issued}"',
        f'last_updated = "{made.day}"',
        "open_weights = true",
        f"tool_call = {'true' if number % 3 else 'false'}",
        *([f'license = "{SPDX[licence]}"'] if licence else []),
        "[limit]",
        f"context = {_context(number)}",
        "output = 4096",
        "[modalities]",
        'input = ["text"]',
        'output = ["text"]',
        "[[weights]]",
        f'url = "https://huggingface.co/{made.name}"',
    ]
    return "\n".join(lines) + "\n"


def _context(number: int) -> int:
    return 4096 << (number % 4)


def _registry(number: int, made: Traits) -> str:
    issued, parameters = made.day, made.total if made.sized else None
    if made.disagreement == "parameters":
        parameters = made.total + 7_000_000
        about = {"kind": "disagreement", "property": "parameterCount", "model": made.name}
        made.planted.append(about)
    if made.disagreement == "released":
        issued = made.day + timedelta(days=75)
        made.planted.append({"kind": "disagreement", "property": "issued", "model": made.name})
    if made.fault == "zero-parameters":
        parameters = 0
    context = _context(number)
    record = _record(number, made, issued, parameters, RETRIEVED, context)
    if number % 33:
        return record
    return _record(number, made, issued, parameters, EARLIER, context // 2) + record


PREFIXES = """@prefix pg: <https://w3id.org/provenance-graph/ns#> .
@prefix id: <https://w3id.org/provenance-graph/id/> .
@prefix schema: <https://schema.org/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix pav: <http://purl.org/pav/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_ID = "https://w3id.org/provenance-graph/id"


def _record(
    number: int, made: Traits, issued: date, parameters: int | None, day: str, context: int
) -> str:
    """One reading of the third catalogue's entry, as TriG."""
    document = f"{_ID}/record/registry/m{number:07d}"
    record, entity = f"{document}/{day}", f"<{_ID}/in/registry/model/m{number:07d}>"
    title = f"Model {number:07d}"
    facts = [
        "a pg:Model",
        f'schema:name "{title}"',
        f"pg:hubRepository <https://huggingface.co/{made.name}>",
        f"dcterms:creator <{_ID}/organization/{made.owner}>",
        f"pg:contextLength {context}",
    ]
    if made.label:
        facts.append(f"dcterms:license <http://spdx.org/licenses/{SPDX[made.label]}>")
    if parameters is not None:
        facts.append(f"pg:parameterCount {parameters}")
    claims = [
        f"<{record}#c-{1:016x}> a pg:Claim ; pg:about {entity} ; pg:property dcterms:issued ; "
        f'pg:value "{_month_end(issued)}"^^xsd:date ; pg:stance pg:Stated ; '
        f'pg:datePrecision pg:Month ; pg:valueAsStated "{issued:%Y-%m}" ; pg:locator "/released" .'
    ]
    if number % 5 == 0:
        claims.append(
            f"<{record}#c-{2:016x}> a pg:Claim ; pg:about {entity} ; "
            "pg:property pg:trainingCompute ; pg:stance pg:ReportsUndisclosed ; "
            'pg:valueAsStated "not disclosed" ; pg:locator "/compute" .'
        )
    head = (
        f"<{record}> a pg:SourceRecord ; pg:ofDocument <{document}> ; "
        f"schema:url <https://registry.example.org/models/m{number:07d}> ; "
        f"prov:wasAttributedTo <{_ID}/organization/registry> ; "
        f'pav:retrievedOn "{day}"^^xsd:date ; pg:reader "registry" ; pg:readerVersion "1" ; '
        f'pg:defaultBasis pg:ThirdPartyReport ; dcterms:title "{title}" ; '
        f'pg:digest "sha256:{number:063x}{1 if day == EARLIER else 2}" ; '
        'pg:sourceLicence "CC0-1.0" .'
    )
    stated = f"{entity} " + " ;\n  ".join(facts) + " ."
    return f"<{record}> {{\n{head}\n{stated}\n" + "\n".join(claims) + "\n}\n"


def _month_end(day: date) -> date:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return following - timedelta(days=1)


def answer_bytes(answer: dict[str, Any]) -> bytes:
    """A Hub answer as compact JSON."""
    return json.dumps(answer, separators=(",", ":")).encode()
