"""Generated Croissant and FAIR4ML documents from their vocabularies' lists of terms."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from benchmarks.unseen.values import Maker

DATASET = [
    "name",
    "alternateName",
    "description",
    "license",
    "creator",
    "author",
    "publisher",
    "contributor",
    "url",
    "sameAs",
    "version",
    "datePublished",
    "dateCreated",
    "dateModified",
    "keywords",
    "inLanguage",
    "citation",
    "isAccessibleForFree",
    "funder",
    "spatialCoverage",
    "temporalCoverage",
    "variableMeasured",
    "measurementTechnique",
    "identifier",
    "thumbnailUrl",
    "includedInDataCatalog",
    "isPartOf",
    "hasPart",
    "isBasedOn",
    "maintainer",
    "usageInfo",
    "conditionsOfAccess",
    "copyrightHolder",
    "copyrightNotice",
    "copyrightYear",
    "creditText",
    "sdLicense",
    "sdPublisher",
    "sdDatePublished",
    "about",
    "abstract",
    "audience",
    "award",
    "size",
    "issn",
    "expires",
    "sourceOrganization",
    "provider",
    "producer",
    "editor",
]
"""Terms of schema.org for datasets, as used in dataset metadata."""

FILE = [
    "name",
    "description",
    "contentUrl",
    "contentSize",
    "encodingFormat",
    "sha256",
    "md5",
    "containedIn",
    "includes",
    "excludes",
    "sameAs",
    "license",
    "dateModified",
]
FIELD = [
    "name",
    "description",
    "dataType",
    "source",
    "references",
    "repeated",
    "isArray",
    "arrayShape",
    "equivalentProperty",
    "value",
    "subField",
    "parentField",
]
NODES = frozenset(
    [
        "creator",
        "author",
        "publisher",
        "contributor",
        "funder",
        "maintainer",
        "copyrightHolder",
        "sdPublisher",
        "provider",
        "producer",
        "editor",
        "sourceOrganization",
        "sharedBy",
        "funding",
    ]
)


def _terms(path: Path, prefix: str) -> list[str]:
    return sorted(
        set(re.findall(rf"^{prefix}:(\w+) a rdf:Property", path.read_text("utf-8"), re.MULTILINE))
    )


def _value(key: str, maker: Maker) -> Any:
    local = key.rpartition(":")[2]
    if local in NODES and maker.chance(0.7):
        node: dict[str, Any] = {
            "@type": maker.random.choice(["Organization", "Person"]),
            "name": maker.word(),
        }
        if maker.chance(0.4):
            node |= {"url": maker.address(), "email": f"a{maker.number()}@example.org"}
        return [node, maker.word()] if maker.chance(0.2) else node
    if re.search("date|Date|expires", local):
        return maker.random.choice([maker.day, maker.moment])()
    if re.search(
        r"url|Url|URL|sameAs|license|License|usageInfo|codeRepository|archivedAt|issueTracker",
        local,
    ):
        return maker.address()
    if re.match("is[A-Z]", local) and maker.chance(0.5):
        return maker.chance(0.5)
    roll = maker.random.random()
    if roll < 0.08:
        return {"@value": maker.word(), "@language": "de"}
    if roll < 0.16:
        return {"en": maker.word(), "fr": maker.word()}
    if roll < 0.3:
        return [maker.word(), maker.word()]
    if roll < 0.38:
        return {"@id": maker.address(), "@type": "CreativeWork", "name": maker.word()}
    if roll < 0.42:
        return maker.number()
    if roll < 0.45:
        return {"@type": "PropertyValue", "name": maker.word(), "value": maker.number()}
    return maker.word()


def _some(
    kind: str, keys: list[str], maker: Maker, covered: set[tuple[str, str]], share: float
) -> dict[str, Any]:
    result = {}
    for key in keys:
        if (kind, key) not in covered or maker.chance(share):
            covered.add((kind, key))
            result[key] = _value(key, maker)
    if maker.chance(0.3):
        result[f"unheardOf{maker.number()}"] = maker.word()
    return result


def croissant(folder: Path, maker: Maker, covered: set[tuple[str, str]]) -> dict[str, Any]:
    """A dataset with files, sets of files, record sets, and responsible-AI terms."""
    rai = [f"rai:{term}" for term in _terms(folder / "croissant_rai.ttl", "rai")]
    whole: dict[str, Any] = {
        "@context": {
            "@language": "en", "@vocab": "https://schema.org/", "sc": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/", "rai": "http://mlcommons.org/croissant/RAI/",
            "dct": "http://purl.org/dc/terms/", "prov": "http://www.w3.org/ns/prov#",
            "citeAs": "cr:citeAs", "recordSet": "cr:recordSet", "field": "cr:field",
            "isLiveDataset": "cr:isLiveDataset", "conformsTo": "dct:conformsTo",
        },
        "@type": "sc:Dataset",
        "conformsTo": f"http://mlcommons.org/croissant/{maker.random.choice(['1.0', '1.1'])}",
        **_some("dataset", [*DATASET, *rai, "citeAs", "isLiveDataset", "prov:wasDerivedFrom",
                            "prov:wasGeneratedBy", "prov:wasAttributedTo"], maker, covered, 0.35),
    }  # fmt: skip
    files = []
    for kind in ("cr:FileObject", "cr:FileSet"):
        part = _some(kind, FILE, maker, covered, 0.6)
        part |= {"@type": kind, "@id": maker.word()}
        if "contentSize" in part:
            part["contentSize"] = f"{maker.number()} B"
        if "sha256" in part:
            part["sha256"] = maker.hexadecimal(64)
        if "md5" in part:
            part["md5"] = maker.hexadecimal(32)
        files.append(part)
    whole["distribution"] = files[0] if maker.chance(0.1) else files
    fields = []
    for _ in range(2):
        part = _some("field", FIELD, maker, covered, 0.4)
        part |= {"@type": "cr:Field", "@id": maker.word()}
        if "source" in part:
            part["source"] = {
                "fileObject": {"@id": files[0]["@id"]},
                "extract": {"column": maker.word()},
                "transform": {"regex": maker.word()},
            }
        fields.append(part)
    whole["recordSet"] = [
        {"@type": "cr:RecordSet", "@id": maker.word(), "name": maker.word(), "key": maker.word(),
         "description": maker.word(), "field": fields, "data": [{"a": maker.word()}]}
    ]  # fmt: skip
    return whole


def fair4ml(path: Path, maker: Maker, covered: set[tuple[str, str]]) -> dict[str, Any]:
    """A model, with every term of FAIR4ML, schema.org and CodeMeta in the context."""
    whole = json.loads(path.read_text("utf-8"))
    context = whole["@context"]
    plain = [k for k, v in context.items() if isinstance(v, dict) and k[0].islower()]
    own = sorted(
        {f"fair4ml:{n}" for n in re.findall(r'"fair4ml:([a-z]\w+)"', path.read_text("utf-8"))}
    )
    graph = [
        {
            "@type": "fair4ml:MLModel",
            "@id": maker.address(),
            "name": maker.word(),
            **_some(
                "model", [*plain, *own, "isBasedOn", "creator", "publisher"], maker, covered, 0.4
            ),
        }
        for _ in range(maker.random.choice((1, 1, 2)))
    ]
    inline = {k: v["@id"] for k, v in context.items() if isinstance(v, dict)}
    base = {
        "schema": "http://schema.org/",
        "codemeta": "https://w3id.org/codemeta/",
        "fair4ml": "https://w3id.org/fair4ml#",
    }
    if len(graph) == 1 and maker.chance(0.5):
        return {"@context": base | inline, **graph[0]}
    return {"@context": base | inline, "@graph": graph}
