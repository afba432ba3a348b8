"""The nodes of an RO-Crate: their roles, their subjects, and the resolution of references."""

from __future__ import annotations

import re
from typing import Any

from provenance_graph.core import hub, iris
from provenance_graph.core.iris import Iri
from provenance_graph.formats import paths, statements
from provenance_graph.formats.coverage import Leaf
from provenance_graph.formats.document import Document, once
from provenance_graph.formats.fields import jsonld
from provenance_graph.formats.statements import as_list, mapping, scalar_text

SOURCE = "rocrate"
FILE = frozenset(("File", "MediaObject"))


def kinds_of(node: dict[Any, Any]) -> set[str]:
    """The types of a node, without their vocabularies."""
    return {re.split(r"[:#/]", scalar_text(kind))[-1] for kind in as_list(node.get("@type"))}


class Crate:
    """The nodes of a crate by id, with their roles."""

    def __init__(self, document: Document) -> None:
        whole = mapping(statements.sanitise(document.json, document.text))
        self.context, result = jsonld.nodes(whole)
        self.outside_graph = (
            {k: v for k, v in whole.items() if k != "@context"} if "@graph" in whole else {}
        )
        self.outside_graph.pop("@graph", None)
        self.context.vocabulary = self.context.vocabulary or jsonld.SCHEMA
        self.nodes = [(where, node) for where, node in result]
        self.by_id = {scalar_text(node.get("@id")): node for _, node in result}
        self.root = next(
            (
                scalar_text(mapping(node.get("about")).get("@id"))
                for _, node in result
                if "ro-crate-metadata.json" in scalar_text(node.get("@id"))
            ),
            "./",
        )
        self.document = document
        self.local = paths.source_slug(document)

    def role(self, node: dict[Any, Any]) -> str:
        """The role of a node in the key table: descriptor, model, dataset, file and others."""
        id_ = scalar_text(node.get("@id"))
        kinds = kinds_of(node)
        if "ro-crate-metadata.json" in id_:
            return "descriptor"
        if kinds & {"MLModel", "Model", "MachineLearningModel"}:
            return "model"
        if kinds & {"Dataset", "ROCrate"} or id_ == self.root:
            return "dataset"
        if kinds & FILE:
            return "file"
        return "action" if kinds & {"CreateAction", "Computation", "Action"} else "other"

    def subject(self, id_: str) -> Iri | None:
        """The model or dataset that an id names, or None."""
        node = self.by_id.get(id_)
        if node is None:
            return None
        role = self.role(node)
        if role not in ("model", "dataset"):
            return None
        if (repository := outside(id_) or outside(node.get("url"))) is not None:
            return repository
        if iris.minted_kind(id_) == role and iris.is_iri(id_):
            return Iri(id_)  # an IRI of this graph names the entity
        name = jsonld.text_of(node.get("name"))
        head = self.local if id_ in ("./", "") else ""
        return paths.named(SOURCE, role, head or name or id_[-120:], self.document, id_)

    def meant(self, value: Any) -> dict[Any, Any]:
        """The node that a value is or references; empty for a text or an external reference."""
        return self.by_id.get(scalar_text(mapping(value).get("@id"))) or mapping(value)

    def resolved(self, leaf: Leaf) -> Leaf:
        """A value as stored: a reference to a node without a subject becomes that node's text."""
        node = self.by_id.get(scalar_text(leaf.value)) if leaf.path[-1] == "@id" else None
        if node is None or self.role(node) != "other" or leaf.path[1:] == ("@id",):
            return leaf
        parts = (jsonld.text_of(node.get(key)) for key in ("name", "value"))
        text_ = ": ".join(part for part in parts if part)
        return Leaf(leaf.path[:-1], leaf.where, text_) if text_ else leaf

    def name(self, value: Any) -> str:
        """The name of the node that a value references, else the value's text."""
        id_ = scalar_text(mapping(value).get("@id"))
        node = self.by_id.get(id_)
        if node is not None:
            return jsonld.text_of(node.get("name")) or id_
        return jsonld.text_of(value) or id_


@once
def crate_of(document: Document) -> Crate:
    """The document as a crate; cached on the document."""
    return Crate(document)


def outside(value: Any) -> Iri | None:
    """The Hub model or dataset that an address names, or None."""
    repository = hub.address(jsonld.link_of(value))
    if repository is None or repository.kind not in (
        hub.RepositoryKind.MODEL,
        hub.RepositoryKind.DATASET,
    ):
        return None
    data = repository.kind is hub.RepositoryKind.DATASET
    return iris.dataset(repository.name) if data else iris.model(repository.name)
