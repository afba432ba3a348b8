"""Claims that bills of materials and metadata share: package URLs, digests, measurements."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from packageurl import PackageURL

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.memo import remembered
from provenance_graph.core.terms import DERIVATIONS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats import statements
from provenance_graph.formats.statements import scalar_text

_HEX = {32: "md5", 40: "sha1", 64: "sha256", 96: "sha384", 128: "sha512"}


@dataclass(frozen=True, slots=True)
class Package:
    """A Hub repository that a package URL names, with its revision."""

    repository: str
    version: str = ""
    dataset: bool = False

    @property
    def page(self) -> Iri:
        """The repository's page."""
        return statements.hub_page(f"{'datasets/' if self.dataset else ''}{self.repository}")


def package(purl: str) -> Package | None:
    """The repository that a ``pkg:huggingface`` URL names; None for other types of package.

    >>> package("pkg:huggingface/google/ul2@0e9e39f2#config.json")
    Package(repository='google/ul2', version='0e9e39f2', dataset=False)
    """
    return _package(purl) if len(purl) < 1000 else None


@remembered(4096)
def _package(purl: str) -> Package | None:
    stated = re.sub(r"(?i)^pkg:", "pkg:", purl.strip())  # the scheme is case-insensitive
    try:
        from_string = PackageURL.from_string(stated)
    except ValueError:
        return None
    if from_string.type != "huggingface":
        return None
    # some tools encode the slash between owner and name, or write the kind as an owner
    path = unquote("/".join(part for part in (from_string.namespace, from_string.name) if part))
    dataset, path = path.startswith("datasets/"), path.removeprefix("datasets/")
    if not re.fullmatch(r"[\w.-]+(?:/[\w.-]+)?", path):
        return None
    return Package(path, from_string.version or "", dataset)


def unlinked(subject: Iri, name: str, makers: Iterable[str], where: str) -> Iterator[Problem]:
    """Yield a problem for a component named like another owner's repository and linked to none.

    Its name does not show whether it is that repository; the graph keeps the two apart.
    """
    owner = name.partition("/")[0]
    others = [maker for maker in makers if maker]
    if not subject.startswith(f"{iris.ID}in/") or not hub.is_name(name) or "/" not in name:
        return
    if others and all(iris.slug(maker) != iris.slug(owner) for maker in others):
        what = (
            f"{name[:120]!r} is named like a repository of {owner[:60]}, and is from "
            f"{others[0][:60]}: an entity of its own"
        )
        hint = f"where it is that repository, give its package URL: pkg:huggingface/{name[:120]}"
        yield Problem(f"{where}/name", what, hint, kind="identity")


def partly(claim: Claim, where: str) -> Claim:
    """The claim as partly stated: one of several values that belong together."""
    return replace(claim, stance=Stance.PARTLY_STATED, locator=where)


def version_of(source: str, model: Iri, version: str) -> Iterator[Claim]:
    """Yield a version of a model, by the source's name for it; nothing for an empty name."""
    if version:
        local = model.removeprefix(iris.ID).removeprefix("in/")
        node = Iri(f"{iris.mint('in', source, 'version')}/{local}/{_part(version)}")
        yield Claim(node, RDF.type, PG.ModelVersion)
        yield Claim(node, PROV.specializationOf, model)
        yield Claim(node, SCHEMA.version, statements.literal(version))


def _part(text: str) -> str:
    """A text as one further step of an IRI of this graph."""
    return iris.mint(iris.slug(text)).removeprefix(iris.ID)


BYTE_UNITS = {
    **{unit: 10 ** (3 * power) for power, unit in enumerate(("kb", "mb", "gb", "tb"), 1)},
    **{unit: 1 << (10 * power) for power, unit in enumerate(("kib", "mib", "gib", "tib"), 1)},
}
"""Bytes per unit, by the unit's name in lower case."""
_SIZES = {"": 1, "b": 1, **BYTE_UNITS}


def sized(node: Iri, stated: Any, where: str) -> Claim | Problem:
    """The claim of a file's size in schema.org: in bytes, or with a unit after the number.

    >>> sized(Iri("https://x.org/f"), "440 MB", "/contentSize").value.lexical
    '440000000'
    """
    text = scalar_text(stated)
    match = re.fullmatch(r"([\d.,]{1,30})\s*([A-Za-z]*)", text)
    number = literals.number(match[1]) if match else None
    factor = _SIZES.get(match[2].casefold()) if match else None
    if number is None or factor is None:
        return Problem(where, f"{text[:60]!r} is not a size", "117743 B")
    claim = statements.quantity(node, PG.byteSize, int(number * factor), where)
    return replace(claim, as_stated=text) if factor > 1 and claim.value is not None else claim


def digest(algorithm: str, content: str) -> str:
    """A digest in the graph's notation; empty where its form or length is wrong.

    >>> digest("SHA-256", "AB" * 32)[:13], digest("SHA-256", "abc")
    ('sha256:ababab', '')
    """
    bare = re.sub(r"[^a-z0-9]", "", algorithm.casefold())
    content = content.strip().casefold()
    if not re.fullmatch(r"[0-9a-f]{32,128}", content):
        return ""
    if bare in _HEX.values() and _HEX.get(len(content)) != bare:
        return ""
    return f"{bare}:{content}" if re.fullmatch(r"[a-z][a-z0-9]{1,20}", bare) else ""


def artifact(source: str, of: Iri, name: str, digests: Iterable[str]) -> Iterator[Claim]:
    """Yield a file of a model or dataset, with its digests."""
    local = of.removeprefix(iris.ID).removeprefix("in/")
    node = Iri(f"{iris.mint('in', source, 'artifact')}/{local}/{_part(name or 'whole')}")
    yield Claim(node, RDF.type, PG.Artifact)
    yield Claim(node, PG.artifactOf, of)
    if name:
        yield Claim(node, PG.fileName, statements.literal(name))
    for each in digests:
        yield Claim(node, PG.digest, statements.literal(each))


def descends(
    child: Iri, parent: Iri, stated: str, where: str, kinds: Sequence[str] = (), revision: str = ""
) -> Iterator[Claim]:
    """Yield that one model comes from another; ``kinds`` names the relations that are stated.

    Where none is stated, the kind of derivation is inferred: training that started from the
    parent's weights. ``revision`` is the fixed revision of the parent.
    """
    yield Claim(child, PROV.wasDerivedFrom, parent)
    if revision:
        yield from pinned(child, parent, revision)
    known = [p for p in DERIVATIONS if iris.local_name(p) in kinds]
    for predicate in known:
        yield Claim(child, predicate, parent)
    if known:
        return
    yield Claim(
        child,
        PG.fineTunedFrom,
        parent,
        basis=Basis.INFERENCE,
        as_stated=stated,
        locator=where,
    )


def pinned(child: Iri, parent: Iri, revision: str) -> Iterator[Claim]:
    """Yield the fixed revision of a parent from which a model was derived."""
    local = child.removeprefix(iris.ID).removeprefix("in/")
    node = Iri(f"{iris.mint('in', 'derivation')}/{local}/{_part(iris.short_id(parent))}")
    name = parent.removeprefix(iris.ID).removeprefix("in/")
    version = Iri(f"{iris.mint('in', 'parent', 'version')}/{name}/{_part(revision)}")
    yield Claim(child, PROV.qualifiedDerivation, node)
    yield Claim(node, RDF.type, PG.Derivation)
    yield Claim(node, PROV.entity, parent)
    yield Claim(node, PG.derivedFromVersion, version)
    yield Claim(version, RDF.type, PG.ModelVersion)
    yield Claim(version, PROV.specializationOf, parent)
    yield Claim(version, SCHEMA.version, statements.literal(revision))


def unplaced(count: int, where: str) -> Problem:
    """The problem for scores without a benchmark, which are kept as stated."""
    what = f"{count} score{'s' if count > 1 else ''} without a benchmark, kept as stated alone"
    return Problem(where, what, "name what was measured on", kind="benchmark")


def measured(
    node: Iri,
    model: Iri,
    metric: str,
    value: Any,
    where: str,
    *,
    setup: str = "",
    benchmark: str = "",
) -> Iterator[Claim]:
    """Yield a measurement of a model: metric and score, with benchmark and setup where given."""
    yield Claim(node, RDF.type, PG.EvaluationResult)
    yield Claim(node, PG.evaluationOf, model)
    yield Claim(node, PG.metric, statements.literal(metric))
    if benchmark:
        named = _benchmark(benchmark)
        yield from named
        yield Claim(node, PG.benchmark, named[0].subject)
    if setup:
        yield Claim(node, PG.setup, statements.literal(setup))
    literal = statements.score(statements.without_percent(value))
    if literal is not None:
        yield Claim(node, PG.score, literal)
    else:
        text = scalar_text(value)[: statements.MAX_STATED]
        yield Claim(node, PG.score, None, as_stated=text, locator=where, unusable="not a number")


@lru_cache(maxsize=1024)
def _benchmark(name: str) -> tuple[Claim, ...]:
    """The class and name of a benchmark; cached, since metrics repeat benchmarks."""
    return tuple(statements.is_a(iris.mint("benchmark", iris.slug(name)), PG.Benchmark, name))


def in_unit(
    subject: Iri,
    predicate: Iri,
    amount: Any,
    unit: str,
    units: Mapping[str, Decimal],
    where: str,
    basis: Basis | None = None,
) -> Claim:
    """The claim of a quantity in its property's unit, converted where the unit is known.

    >>> claim = in_unit(iris.model("x/y"), PG.trainingEnergyMWh, 400, "kWh",
    ...                 {"kwh": Decimal("0.001")}, "/energy")
    >>> claim.value.lexical, claim.as_stated
    ('0.4', '400 kWh')
    """
    text = f"{scalar_text(amount)} {unit}".strip()[: statements.MAX_STATED]
    number = statements.score(amount)
    factor = units.get(unit.casefold())
    literal = None
    if number is not None and factor is not None:
        literal = statements.score(Decimal(number.lexical) * factor)
    why = "" if literal else ("not a number" if number is None else "unknown unit")
    return Claim(
        subject, predicate, literal, basis=basis, as_stated=text, locator=where, unusable=why
    )
