"""The statements of a CycloneDX document by location."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from provenance_graph.checking.lists.stated import NOTHING, Json, Member, Stated, follow, of_values
from provenance_graph.formats.statements import as_list

_IDENTIFIERS = ("purl", "cpe", "swid", "omniborId", "swhid")
_LIBRARIES = frozenset({"library", "framework", "application", "operating-system", "container"})
_MAX_COMPONENTS = 20_000


class CycloneView:
    """A CycloneDX document in JSON: its members by scope, and the texts at their locations."""

    def __init__(self, document: Json) -> None:
        self.document = document
        metadata = document.get("metadata")
        self.metadata: Json = metadata if isinstance(metadata, dict) else {}
        self.components = list(self._components())

    def _components(self) -> Iterator[Member]:
        root = self.metadata.get("component")
        waiting: list[tuple[object, str]] = [(root, "/metadata/component")] if root else []
        waiting += [
            (c, f"/components/{n}") for n, c in enumerate(as_list(self.document.get("components")))
        ]
        count = 0
        while waiting and count < _MAX_COMPONENTS:
            value, where = waiting.pop(0)
            if not isinstance(value, dict):
                continue
            count += 1
            yield Member(str(value.get("name") or value.get("bom-ref") or where)[:80], where, value)
            inner = as_list(value.get("components"))
            waiting += [(c, f"{where}/components/{n}") for n, c in enumerate(inner)]

    def members(self, scope: str, path: str) -> list[Member]:
        """The members of a scope; files belong to a component and are no components themselves."""
        if scope in ("document", "sbom"):
            return [Member("document", "", self.document)]
        if scope == "type":
            return [m for m in self.components if m.value.get("type") == path]
        if scope == "system":
            return [m for m in self.components if m.where == "/metadata/component"]
        kinds = {"model": "machine-learning-model", "dataset": "data"}
        if scope in kinds:
            return [m for m in self.components if m.value.get("type") == kinds[scope]]
        return [m for m in self.components if m.value.get("type") != "file"]

    def stated(self, member: Member, path: str) -> Stated:
        """The texts at a location of a member."""
        if path in _READINGS:
            return _READINGS[path](self, member)
        for head, reading in _WITH_NAME.items():
            if path.startswith(head):
                return reading(self, member, path.removeprefix(head))
        where = f"{member.where}/{path.replace('.', '/')}"
        return of_values(follow(member.value, path.split(".")), where)


def _any(view: CycloneView, member: Member, paths: tuple[str, ...]) -> Stated:
    matches = [view.stated(member, path) for path in paths]
    present = [one for one in matches if one.texts]
    return present[0] if present else next((one for one in matches if one.blank), NOTHING)


def _hashes(view: CycloneView, member: Member) -> Stated:  # noqa: ARG001
    """Digests of a component or of the files in it."""
    values = list(follow(member.value, ["hashes", "content"]))
    values += follow(member.value, ["components", "hashes", "content"])
    return of_values(values, f"{member.where}/hashes")


def _licences(view: CycloneView, member: Member) -> Stated:
    return _any(
        view, member, ("licenses.license.id", "licenses.license.name", "licenses.expression")
    )


def _author(view: CycloneView, member: Member) -> Stated:
    paths = (
        "authors.name",
        "authors.email",
        "manufacturer.name",
        "manufacture.name",
        "supplier.name",
    )
    return _any(view, member, tuple(f"metadata.{path}" for path in paths))


def _contact(view: CycloneView, member: Member) -> Stated:
    """E-mail or web addresses of the maker of the document or component."""
    base = "metadata." if not member.where else ""
    owners = ("manufacturer", "supplier", "manufacture")
    paths = [f"{base}{owner}.{key}" for owner in owners for key in ("url", "contact.email")]
    paths += [f"{base}authors.email"]
    return _any(view, member, tuple(paths))


def _libraries(view: CycloneView, member: Member) -> Stated:  # noqa: ARG001
    names = [m.name for m in view.components if m.value.get("type") in _LIBRARIES]
    return of_values(names, "/components")


def _devices(view: CycloneView, member: Member) -> Stated:  # noqa: ARG001
    names = [m.name for m in view.components if m.value.get("type") in ("device", "firmware")]
    return of_values(names, "/components")


def _security_metrics(view: CycloneView, member: Member) -> Stated:  # noqa: ARG001
    """Performance metrics whose type names security or attacks."""
    metrics = follow(member.value, ["modelCard", "quantitativeAnalysis", "performanceMetrics"])
    words = ("attack", "robust", "security", "jailbreak", "adversarial", "toxic")
    named = [m for m in metrics if any(w in str(m.get("type", "")).lower() for w in words)]  # type: ignore[attr-defined]
    return of_values(named, member.where)


def _hash(view: CycloneView, member: Member, algorithm: str) -> Stated:  # noqa: ARG001
    owners = [member.value, *as_list(member.value.get("components"))]
    values = [
        one.get("content")
        for owner in owners
        if isinstance(owner, dict)
        for one in as_list(owner.get("hashes"))
        if isinstance(one, dict) and one.get("alg") == algorithm
    ]
    return of_values([v for v in values if v], f"{member.where}/hashes")


def _property(view: CycloneView, member: Member, name: str) -> Stated:  # noqa: ARG001
    values = [
        one.get("value")
        for one in as_list(member.value.get("properties"))
        if isinstance(one, dict) and one.get("name") == name
    ]
    return of_values(values, f"{member.where}/properties")


def _reference(view: CycloneView, member: Member, kind: str) -> Stated:  # noqa: ARG001
    values = [
        one.get("url")
        for owner in (view.document, *(m.value for m in view.components))
        for one in as_list(owner.get("externalReferences"))
        if isinstance(one, dict) and one.get("type") == kind
    ]
    return of_values(values, "")


_READINGS: Mapping[str, Callable[[CycloneView, Member], Stated]] = {
    "@author": _author,
    "@supplier": lambda view, m: _any(
        view, m, ("supplier.name", "manufacturer.name", "publisher", "authors.name", "author")
    ),
    "@identifier": lambda view, m: _any(view, m, _IDENTIFIERS),
    "@licence": _licences,
    "@hash": _hashes,
    "@dependencies": lambda view, _: of_values(
        follow(view.document, ["dependencies", "ref"]), "/dependencies"
    ),
    "@creator-contact": _contact,
    "@libraries": _libraries,
    "@devices": _devices,
    "@security-metrics": _security_metrics,
}
_WITH_NAME: Mapping[str, Callable[[CycloneView, Member, str], Stated]] = {
    "@hash.": _hash,
    "@property.": _property,
    "@reference.": _reference,
}
