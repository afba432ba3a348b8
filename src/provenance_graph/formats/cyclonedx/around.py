"""Claims about components from the other sections of a bill of materials.

Dependencies, compositions, vulnerabilities, annotations, citations, and the document's own
properties.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris
from provenance_graph.core.claims import Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV
from provenance_graph.formats import coverage, model_names, statements
from provenance_graph.formats.cyclonedx.bom import Bom
from provenance_graph.formats.cyclonedx.keys import INCOMPLETE
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import named, own_export
from provenance_graph.formats.statements import as_list, mapping, scalar_text, stated_name


def read(bom: Bom) -> ReaderOutput:
    """Yield the claims about components that stand in other sections of the document."""
    yield from _dependencies(bom)
    yield from _compositions(bom)
    yield from _vulnerabilities(bom)
    yield from _annotations(bom)
    yield from _citations(bom)
    yield from _of_the_document(bom)


def _dependencies(bom: Bom) -> ReaderOutput:
    """Yield the dependencies of models; a reference to no component is a problem."""
    for n, raw in enumerate(as_list(bom.whole.get("dependencies"))):
        item, where = mapping(raw), f"/dependencies/{n}"
        ref = scalar_text(item.get("ref"))
        source = bom.known.get(ref)
        if source is None:
            yield Problem(f"{where}/ref", f"{ref[:120]!r} names no component", kind="reference")
        for m, target in enumerate(as_list(item.get("dependsOn"))):
            other = bom.known.get(scalar_text(target))
            if other is None:
                text = scalar_text(target)[:120]
                location = f"{where}/dependsOn/{m}"
                yield Problem(location, f"{text!r} names no component", kind="reference")
            elif source and source != other and (source, other) not in bom.linked:
                yield from _needs(bom, source, other, scalar_text(target))


def _needs(bom: Bom, source: Iri, other: Iri, ref: str) -> Iterator[Claim]:
    """Yield the claim of one dependency of a model or dataset."""
    if not other:
        part = bom.others.get(ref, {})
        name, version = stated_name(part.get("name")), stated_name(part.get("version"))
        if part.get("type") == "file" or not name:
            return
        library = f"{name} {version}".strip()
        yield Claim(source, PG.softwareDependency, statements.literal(library))
        if name.casefold() in named.LIBRARIES:
            yield Claim(source, PG.framework, statements.literal(name))
    elif bom.kinds.get(source) == bom.kinds.get(other) == "model":
        yield Claim(source, PG.usesComponent, other)
    elif bom.kinds.get(other) == "data":
        yield coverage.other(source, "dependencies.dependsOn", iris.short_id(other))


def _compositions(bom: Bom) -> ReaderOutput:
    """Yield whether the stated parts and dependencies of a component are complete."""
    for n, raw in enumerate(as_list(bom.whole.get("compositions"))):
        item, where = mapping(raw), f"/compositions/{n}"
        aggregate = scalar_text(item.get("aggregate"))
        about = _about(bom)
        if about and aggregate and not item.keys() & {"assemblies", "dependencies"}:
            yield coverage.other(about, "compositions", aggregate)  # stated of the whole document
        for key in ("assemblies", "dependencies"):
            for m, ref in enumerate(as_list(item.get(key))):
                subject = bom.known.get(scalar_text(ref))
                if subject is None:
                    text = f"{scalar_text(ref)[:120]!r} names no component"
                    stated = f"{text}; its composition is stated as {aggregate or 'nothing'}"
                    yield Problem(f"{where}/{key}/{m}", stated, kind="reference")
                elif subject and aggregate in INCOMPLETE:
                    yield statements.not_given(
                        subject,
                        PROV.wasDerivedFrom,
                        Stance.PARTLY_STATED,
                        f"composition: {aggregate}",
                        f"{where}/aggregate",
                    )
                elif subject and aggregate:
                    yield coverage.other(subject, f"compositions.{key}", aggregate)


def _vulnerabilities(bom: Bom) -> ReaderOutput:
    for n, raw in enumerate(as_list(bom.whole.get("vulnerabilities"))):
        item = mapping(raw)
        id_ = stated_name(item.get("id"))
        for m, target in enumerate(as_list(item.get("affects"))):
            ref = scalar_text(mapping(target).get("ref"))
            subject = bom.known.get(ref)
            if subject is None:
                location = f"/vulnerabilities/{n}/affects/{m}/ref"
                yield Problem(location, f"{ref[:120]!r} names no component", kind="reference")
            elif subject and id_:
                yield Claim(subject, PG.vulnerability, statements.literal(id_))


def _annotations(bom: Bom) -> ReaderOutput:
    for raw in as_list(bom.whole.get("annotations")):
        item = mapping(raw)
        for ref in as_list(item.get("subjects")):
            if (subject := bom.known.get(scalar_text(ref))) and (
                text := scalar_text(item.get("text"))
            ):
                yield coverage.other(subject, "annotation", text)


def _citations(bom: Bom) -> ReaderOutput:
    """Yield who supplied which field, as a statement about the component that has the field."""
    names = {
        scalar_text(part.get("bom-ref")): stated_name(part.get("name")) for _, part in bom.parts
    } | _agents(bom.whole)
    for raw in as_list(bom.whole.get("citations")):
        item = mapping(raw)
        who = scalar_text(item.get("attributedTo"))
        stated = [
            names.get(who) or who,
            scalar_text(item.get("timestamp")),
            scalar_text(item.get("note")),
        ]
        for pointer in as_list(item.get("pointers")):
            location = scalar_text(pointer)
            holder = next(
                (p for p in sorted(bom.places, reverse=True) if location.startswith(p)), ""
            )
            if holder:
                key = f"citation of {location.removeprefix(holder).strip('/') or 'all'}"
                text = "; ".join(part for part in stated if part)
                yield coverage.other(bom.places[holder], key, text)


def _agents(whole: dict[Any, Any]) -> dict[str, str]:
    """The names of organizations and people that citations can refer to, by reference."""
    metadata = mapping(whole.get("metadata"))
    assessors = as_list(mapping(whole.get("declarations")).get("assessors"))
    assessing: dict[str, str] = {
        scalar_text(mapping(a).get("bom-ref")): stated_name(
            mapping(mapping(a).get("organization")).get("name")
        )
        for a in assessors
    }
    agents = [
        metadata.get("manufacturer"),
        metadata.get("supplier"),
        *as_list(metadata.get("authors")),
    ]
    return assessing | {
        scalar_text(mapping(agent).get("bom-ref")): stated_name(mapping(agent).get("name"))
        for agent in agents
        if scalar_text(mapping(agent).get("bom-ref"))
    }


def _about(bom: Bom) -> Iri | None:
    """The subject of the document: its own component, else the first that it describes, or None.

    Where its own component is neither a model nor data, the subject is the model or data component
    with that component's name.
    """
    about = mapping(mapping(bom.whole.get("metadata")).get("component"))
    if "/metadata/component" in bom.places or not about:
        return bom.places.get("/metadata/component") or next(iter(bom.places.values()), None)
    name = stated_name(about.get("name"))
    for where, part in bom.parts:
        other = stated_name(part.get("name"))
        if where in bom.places and (other == name or model_names.same_name(name, other)):
            return bom.places[where]
    return None


def _of_the_document(bom: Bom) -> ReaderOutput:
    """Yield the document's properties and references, as statements about its subject."""
    about = _about(bom)
    metadata = mapping(bom.whole.get("metadata"))
    stated = {
        "/metadata/properties": metadata.get("properties"),
        "/properties": bom.whole.get("properties"),
    }
    if about is None:
        count = sum(len(as_list(raws)) for raws in stated.values())
        what = f"{count} properties of a document that is about neither a model nor data"
        if count and bom.places:
            yield Problem("/metadata/component", what, "properties of a component", kind="key")
        return
    for where, raws in stated.items():
        for n, raw in enumerate(as_list(raws)):
            yield from named_value(about, raw, f"{where}/{n}")
    for n, raw in enumerate(as_list(bom.whole.get("externalReferences"))):
        item = mapping(raw)
        if url := scalar_text(item.get("url")):
            yield coverage.other(about, f"externalReferences.{scalar_text(item.get('type'))}", url)
        else:
            yield Problem(f"/externalReferences/{n}", "a reference without an address", kind="link")


def named_value(subject: Iri, raw: Any, where: str) -> ReaderOutput:
    """Yield the claims of a named property: read where the name is known, else as stated."""
    item = mapping(raw)
    name, value = stated_name(item.get("name")), scalar_text(item.get("value"))
    if own_export.is_export(value):
        return  # the mark by which the importer recognises an export of this graph
    if not name and not value:
        yield Problem(where, "a property without name and value", "name and value")
    elif not (name and value):
        yield coverage.other(subject, "property", name or value)
    elif claims := named.claims(subject, name, value, f"{where}/value"):
        yield from claims
    else:
        yield coverage.other(subject, name, value)
