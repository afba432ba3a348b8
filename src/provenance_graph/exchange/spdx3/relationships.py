"""Relationships between SPDX packages: lineage, data, licences, libraries and files."""

from __future__ import annotations

from provenance_graph.core import terms
from provenance_graph.core.iris import shorten
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.exchange.ledger import file_address
from provenance_graph.exchange.spdx3.elements import SpdxDocument, hashes_of, reference
from provenance_graph.exchange.spdx3.terms import NO_LICENCE, RELATIONS, STAGES
from provenance_graph.model.bundles.results import BundleEntity

ALSO_NEEDED = frozenset(("descendantOf", "trainedOn"))
"""Relationships that are also a dependency: the model cannot exist without the parent or the
data."""


def relations(document: SpdxDocument, entity: BundleEntity) -> None:
    """Add lineage, data and used models, each as a relationship to another element."""
    here = document.ids[entity.iri]
    dataset = entity.iri in document.bundle.datasets
    stages = STAGES if document.version != "3.0.1" else {}
    for predicate, kind in {**RELATIONS, **stages}.items():
        for other in entity.iris(predicate):
            same = document.bundle.entity(other).repository
            alike = other == entity.iri or (same and same == entity.repository)
            if other not in document.ids or alike:
                why = "no other element: a text, or the same repository"
                document.ledger.refuse(entity.iri, predicate, other, why)
                continue
            comment = ""
            if predicate == PROV.wasDerivedFrom:
                known = [p for p in terms.DERIVATIONS if other in entity.iris(p)]
                comment = ", ".join(map(shorten, known))
                for relation in known:
                    document.ledger.keep(entity.iri, relation, other)
                if other in entity.revisions:
                    comment += f"; revision {entity.revisions[other]}"
            document.relate(kind, here, document.ids[other], comment)
            if kind in ALSO_NEEDED:
                # checkers of minimum elements follow only composition and dependency
                document.relate("dependsOn", here, document.ids[other], f"by {kind}")
            if not (dataset and predicate == PG.usesComponent):
                document.ledger.keep(entity.iri, predicate, other)


def licences(document: SpdxDocument, entity: BundleEntity) -> None:
    """Add the accepted licence as declared and concluded; one in no table by its text."""
    here = document.ids[entity.iri]
    stated = entity.iris(DCTERMS.license)
    for licence in stated:
        info = document.bundle.licences[licence]
        document.relate("hasDeclaredLicense", here, document.expression(info), info.label)
        document.relate("hasConcludedLicense", here, document.expression(info), info.label)
        if info.unambiguous:
            document.ledger.keep(entity.iri, DCTERMS.license, licence)
        else:
            why = "written by its id, which readers do not take for one licence"
            document.ledger.refuse(entity.iri, DCTERMS.license, licence, why)
    for unknown in entity.stated_licences if not stated else ():
        text, expression = document.unknown_licence(unknown)
        for element in (text, expression):  # checkers accept only an expression
            document.relate("hasDeclaredLicense", here, element, "stated, and not known here")
        document.relate("hasConcludedLicense", here, expression, "stated, and not known here")
    if not stated and not entity.stated_licences:
        document.relate("hasDeclaredLicense", here, NO_LICENCE)
        document.relate("hasConcludedLicense", here, NO_LICENCE)


def libraries(document: SpdxDocument, entity: BundleEntity) -> None:
    """Add the libraries that a model needs, as packages that it depends on."""
    for value in entity.texts(PG.softwareDependency):
        name, _, version = value.lexical.partition(" ")
        element = f"{document.base}#library-{document.count + 1}"
        document.add("software_Package", element, name=name, software_packageVersion=version)
        document.relate("dependsOn", document.ids[entity.iri], element)
        document.ledger.keep(entity.iri, PG.softwareDependency, value)


def sources(document: SpdxDocument, entity: BundleEntity) -> None:
    """Add the code of a model or dataset as a package that generates it (BSI TR-03183-2)."""
    for number, address in enumerate(entity.iris(PG.codeRepository), 1):
        if "/blob/" in address:
            continue  # a single page, a paper for instance, is no repository
        element = document.add(
            "software_Package",
            f"{document.ids[entity.iri]}-code-{number}",
            name=f"code of {document.bundle.name(entity.iri)}",
            software_primaryPurpose="source",
            software_downloadLocation=str(address),
            externalRef=[reference("vcs", address)],
        )
        document.relate("generates", element, document.ids[entity.iri])


def files(document: SpdxDocument, entity: BundleEntity) -> None:
    """Add the files of a model or dataset, with their digests."""
    for number, node in enumerate(document.bundle.hanging(entity.iri, PG.artifactOf), 1):
        name = node.text(PG.fileName)
        if not name or entity.iri not in node.iris(PG.artifactOf):
            continue
        address = file_address(node, entity.hub_page(entity.iri in document.bundle.datasets))
        file = f"{document.ids[entity.iri]}-file-{number}"
        document.add(
            "software_File",
            file,
            name=name,
            verifiedUsing=hashes_of(node),
            externalRef=[reference("binaryArtifact", address)] if address else [],
        )
        document.relate("contains", document.ids[entity.iri], file)
        document.relate("hasDistributionArtifact", document.ids[entity.iri], file)
        document.ledger.keep(node.iri, PG.artifactOf, entity.iri)
