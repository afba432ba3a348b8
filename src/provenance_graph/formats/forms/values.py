"""Values written into a form, parsed by the range of their property in the ontology."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Claim, Problem
from provenance_graph.core.iris import Iri, is_iri, local_name
from provenance_graph.core.resources import folder
from provenance_graph.core.terms import DCTERMS, DERIVATIONS, NUMERIC_TYPES, PG, RDFS, SKOS, XSD
from provenance_graph.core.texts import letters_and_digits
from provenance_graph.formats import coverage, statements

_AGENTS = frozenset({DCTERMS.creator, PG.suppliedBy, PG.computeProvider})
_MODELS = frozenset({*DERIVATIONS, PG.usedSyntheticDataFrom, PG.usesComponent, PG.generatedBy})
_DATASETS = frozenset(
    {
        PG.trainedOn,
        PG.pretrainedOn,
        PG.finetunedOn,
        PG.testedOn,
        PG.validatedOn,
        PG.subsetOf,
        PG.dedupedFrom,
        PG.adaptedFrom,
    }
)
_MAX_TEXT = 4_000


@dataclass(frozen=True)
class Ranges:
    """The ranges of properties, and the concepts of code lists by label."""

    of: Mapping[str, frozenset[str]]
    concepts: Mapping[str, Iri]


@cache
def ranges() -> Ranges:
    """The ranges, read once from the ontology's own modules."""
    of: dict[str, set[str]] = defaultdict(set)
    named: dict[str, Iri] = {}
    listed: set[str] = set()
    for file in sorted(folder("ontology").glob("*.ttl")):
        if file.stem.startswith(("spdx-licences", "licences-", "licence-")):
            continue
        for quad in ox.parse(file.read_bytes(), format=ox.RdfFormat.TURTLE):
            if not isinstance(quad.subject, ox.NamedNode):
                continue
            subject, predicate, value = quad.subject.value, quad.predicate.value, quad.object
            if predicate == RDFS.range and isinstance(value, ox.NamedNode):
                of[subject].add(value.value)
            elif predicate == SKOS.inScheme:
                listed.add(subject)
            elif predicate in (SKOS.prefLabel, SKOS.notation) and isinstance(value, ox.Literal):
                named.setdefault(letters_and_digits(value.value), Iri(subject))
    for concept in listed:
        named[letters_and_digits(local_name(concept))] = Iri(concept)
    known = {name: concept for name, concept in named.items() if concept in listed}
    return Ranges({p: frozenset(r) for p, r in of.items()}, known)


def claims(subject: Iri, predicate: Iri, value: object, where: str) -> Iterator[Claim | Problem]:
    """Yield the claims of one written value, or a problem that says which values are possible."""
    text = _text(value)
    if text is None:
        what = f"{coverage.brief(str(value))} is not a text, number or yes and no"
        yield Problem(where, what, 'a value such as "Apache-2.0" or 4096', kind="shape")
        return
    if len(text) > _MAX_TEXT:
        what = f"{len(text):,} characters; a value has at most {_MAX_TEXT:,}"
        yield Problem(where, what, "the address of a document that says it", kind="size")
        return
    for read in (_linked, _ranged):
        if (matches := read(subject, predicate, text, where)) is not None:
            yield from matches
            return
    if is_iri(text) and text.startswith(("http://", "https://")):
        yield statements.link(subject, predicate, text, where)
    else:
        yield Claim(subject, predicate, literals.text(text), locator=where)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, dict):
        value = value.get("iri") or value.get("id")
    return value.strip() if isinstance(value, str) and value.strip() else None


def _linked(subject: Iri, predicate: Iri, text: str, where: str) -> list[Claim | Problem] | None:
    """Claims of licences, organisations, models and datasets by name or address; or None."""
    if predicate == DCTERMS.license:
        return list(statements.licensed(subject, text, locator=where))
    if predicate in _AGENTS:
        who = Iri(text) if text.startswith(iris.ID) else statements.named_organization(text)
        return [Claim(subject, predicate, who, locator=where)]
    if predicate in _MODELS or predicate in _DATASETS:
        if predicate in _DATASETS:
            made = iris.dataset(hub.dataset_name(text) or text.strip("/"))
        else:
            repository = hub.reference(text)
            made = iris.model(repository.name if repository else text.strip("/"))
        return [
            Claim(
                subject, predicate, Iri(text) if text.startswith(iris.ID) else made, locator=where
            )
        ]
    return None


def _ranged(subject: Iri, predicate: Iri, text: str, where: str) -> list[Claim | Problem] | None:
    """Claims of dates, numbers, booleans and members of a code list; or None."""
    known = ranges()
    range_ = known.of.get(predicate, frozenset())
    read: Callable[[Iri, Iri, str, str], Claim] | None = None
    if XSD.date in range_ or predicate in (DCTERMS.issued, DCTERMS.created, DCTERMS.modified):
        read = statements.dated
    elif range_ & NUMERIC_TYPES:
        read = statements.quantity
    if read is not None:
        claim = read(subject, predicate, text, where)
        if claim.unusable:
            return [Problem(where, f"{text[:80]!r}: {claim.unusable}", kind="impossible"), claim]
        return [claim]
    if XSD.boolean in range_:
        answer = {"yes": True, "true": True, "no": False, "false": False}.get(text.casefold())
        if answer is None:
            return [Problem(where, f"{text[:80]!r} is neither yes nor no", kind="shape")]
        return [Claim(subject, predicate, literals.boolean(answer), locator=where)]
    if SKOS.Concept in range_:
        concept = known.concepts.get(
            letters_and_digits(local_name(text) if "://" in text else text)
        )
        if concept is None:
            what = f"{text[:80]!r} is not a member of the code list of {local_name(predicate)}"
            return [Problem(where, what, "see the ontology's page", kind="code")]
        return [Claim(subject, predicate, concept, locator=where)]
    return None
