"""Generated SPDX 3.0.1 documents from the standard's SHACL shapes, and relations of 3.1."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from rdflib import RDF, RDFS, Graph, Namespace
from rdflib.collection import Collection
from rdflib.term import Node

from benchmarks.unseen.values import Maker

SH = Namespace("http://www.w3.org/ns/shacl#")
BASE = "https://spdx.org/rdf/3.0.1/terms/"
PACKAGES = ("ai_AIPackage", "dataset_DatasetPackage")


@dataclass
class Property:
    """A property that a class may have."""

    name: str
    datatype: str = ""
    of: str = ""
    options: tuple[str, ...] = ()
    single: bool = False


@dataclass
class Model:
    """The classes of the standard, by their compact names."""

    properties: dict[str, list[Property]] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)
    inline: set[str] = field(default_factory=set)


def compact(iri: object) -> str:
    """A term as the context writes it: ``ai_domain``; terms of Core without prefix."""
    profile, _, local = str(iri).removeprefix(BASE).partition("/")
    return local if profile == "Core" else f"{profile.lower()}_{local}"


@cache
def model(path: Path) -> Model:
    """The standard's classes and properties."""
    graph = Graph().parse(path)
    result = Model()
    for cls in graph.subjects(RDF.type, SH.NodeShape):
        line: list[Node] = [cls]
        for each in line:
            line += [p for p in graph.objects(each, RDFS.subClassOf) if p not in line]
        shapes = [shape for each in line for shape in graph.objects(each, SH.property)]
        if any(
            graph.value(shape, SH["not"])
            and cls in graph.objects(graph.value(shape, SH["not"]), SH.hasValue)
            for shape in shapes
        ):
            continue  # an abstract class
        rows = [_property(graph, shape) for shape in shapes]
        name = compact(cls)
        result.properties[name] = list({row.name: row for row in rows if row}.values())
        if graph.value(cls, SH.nodeKind) == SH.BlankNodeOrIRI:
            result.inline.add(name)
        for each in line:
            result.below.setdefault(compact(each), []).append(name)
    return result


def _property(graph: Graph, shape: Node) -> Property | None:
    path = graph.value(shape, SH.path)
    if path is None or path == RDF.type:
        return None
    listed = graph.value(shape, SH["in"])
    options = tuple(str(o).rsplit("/", 1)[-1] for o in Collection(graph, listed)) if listed else ()
    cls, kind = graph.value(shape, SH["class"]), graph.value(shape, SH.datatype)
    return Property(
        compact(path),
        str(kind or "").rpartition("#")[2],
        compact(cls) if cls else "",
        options,
        graph.value(shape, SH.maxCount) is not None,
    )


class Writer:
    """Makes the elements of one document."""

    def __init__(self, known: Model, maker: Maker, covered: set[tuple[str, str]]) -> None:
        """Prepare one document."""
        self.known, self.maker, self.covered = known, maker, covered
        self.graph: list[dict[str, Any]] = []
        self.ids: dict[str, list[str]] = {}

    def document(self) -> dict[str, Any]:
        """A document with AI packages, data, and elements of other classes, some unconnected."""
        maker = self.maker
        others = [c for c in self.known.properties if c not in self.known.inline]
        fresh = [
            c
            for c in others
            if any((c, p.name) not in self.covered for p in self.known.properties[c])
        ]
        chosen = ["SpdxDocument", *PACKAGES, *maker.random.sample(others, 6), *fresh[:4]]
        named = [(cls, self._id(cls)) for cls in chosen]
        for cls, id_ in named:
            self.graph.append({"spdxId": id_, **self.element(cls, 0)})
        if maker.chance(0.5):
            self.graph += self.of_3_1(named)
        return {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": self.graph}

    def of_3_1(self, named: list[tuple[str, str]]) -> list[dict[str, Any]]:
        """Relations that 3.1 has and 3.0.1 does not, and one that neither has."""
        ids = dict(named)
        kinds = ("pretrainedOn", "finetunedOn", "evaluatedOn", f"made{self.maker.made}With")
        return [
            {
                "type": "Relationship",
                "spdxId": self._id("Relationship"),
                "relationshipType": kind,
                "from": ids["ai_AIPackage"],
                "to": [ids["dataset_DatasetPackage"]],
            }
            for kind in kinds
        ]

    def _id(self, cls: str) -> str:
        id_ = f"urn:example:{self.maker.number()}"
        for above, names in self.known.below.items():
            if cls in names:
                self.ids.setdefault(above, []).append(id_)
        return id_

    def element(self, cls: str, depth: int) -> dict[str, Any]:
        """An element of a class, always with its properties not yet covered."""
        result: dict[str, Any] = {"type": cls}
        for row in self.known.properties[cls]:
            fresh = (cls, row.name) not in self.covered
            if not (fresh or self.maker.chance(0.55 / (1 + depth))) or row.name == "extension":
                continue
            value = self.value(row, depth)
            if value is not None:
                self.covered.add((cls, row.name))
                several = not row.single or self.maker.chance(0.05)
                result[row.name] = [value] if several and self.maker.chance(0.8) else value
        return result

    def value(self, row: Property, depth: int) -> Any:
        """A value: a text, one of a list, another element by its id or inline."""
        maker = self.maker
        if row.options:
            return maker.random.choice(row.options)
        if row.of:
            known = self.ids.get(row.of, [])
            below = self.known.below.get(row.of, [])
            inline = [c for c in below if c in self.known.inline] or (
                below if maker.chance(0.25) else []
            )
            if inline and depth < 4 and (not known or maker.chance(0.7)):
                return self.element(maker.random.choice(inline), depth + 1)
            return maker.random.choice(known) if known else None
        made = {
            "boolean": lambda: maker.chance(0.5),
            "decimal": lambda: maker.number() / 100,
            "nonNegativeInteger": maker.number,
            "positiveInteger": maker.number,
            "integer": maker.number,
            "dateTimeStamp": maker.moment,
            "anyURI": maker.address,
        }
        return made.get(row.datatype, maker.word)()


def document(path: Path, maker: Maker, covered: set[tuple[str, str]]) -> dict[str, Any]:
    """One SPDX document."""
    return Writer(model(path), maker, covered).document()
