"""Values for the parameters of stored questions, by short names in any case.

A value that the graph does not have is an error that suggests similar ones; an empty table would
read as "there is none".
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Protocol

from provenance_graph.core import hub
from provenance_graph.core.claims import Literal, Quad, Value
from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA, SKOS
from provenance_graph.core.texts import letters_and_digits


class Reads(Protocol):
    """A source of quads of the accepted view."""

    def quads(
        self,
        subject: Iri | None = None,
        predicate: Iri | None = None,
        object: Value | None = None,
    ) -> Iterator[Quad]:
        """Quads of the accepted view that match."""


def one_of(reads: Reads, kind: str, text: str) -> Value:
    """The value of a closed kind that a text names; raises NotFound with similar ones.

    Kinds: ``use`` (a planned use), ``rubric`` (a scheme or list of elements), ``alias`` (a name
    that an API understands). Case, spaces, hyphens and prefixes are ignored.
    """
    if kind == "alias" and _is_alias(reads, exact := Literal(text.strip())):
        return exact  # an exact alias needs no listing of all names
    known = {letters_and_digits(name): (name, value) for name, value in _CHOICES[kind](reads)}
    result = known.get(letters_and_digits(text.strip())) or known.get(
        letters_and_digits(local_name(text.strip()))
    )
    if result is None:
        close = difflib.get_close_matches(letters_and_digits(text), known, n=5, cutoff=0.6)
        inside = sorted(
            (n for n in known if letters_and_digits(text) and letters_and_digits(text) in n),
            key=lambda n: (len(n), n),
        )
        near = [known[name][0] for name in dict.fromkeys([*inside[:4], *close, *inside])]
        every = sorted(name for name, _ in known.values())
        listed = () if near or kind == "alias" else every
        raise NotFound(text, _WORDS[kind], near[:6], listed)
    return result[1]


def existing(reads: Reads, iri: Iri) -> Iri:
    """The IRI itself, if any quad has it as subject or object; else raises NotFound."""
    for quads in (reads.quads(subject=iri), reads.quads(object=iri)):
        if any(True for _ in quads):
            return iri
    raise NotFound(short_id(iri), "entity")


def _uses(reads: Reads) -> Iterator[tuple[str, Value]]:
    for use, *_ in reads.quads(predicate=RDF.type, object=PG.PlannedUse):
        for _, _, notation, _ in reads.quads(use, SKOS.notation):
            yield str(notation), notation


def _rubrics(reads: Reads) -> Iterator[tuple[str, Value]]:
    for scheme, *_ in reads.quads(predicate=RDF.type, object=PG.AssessmentScheme):
        yield local_name(scheme), scheme


_ALIAS = (PG.alias, SCHEMA.version, PG.providerModelId)


def _is_alias(reads: Reads, name: Literal) -> bool:
    if any(True for predicate in _ALIAS for _ in reads.quads(predicate=predicate, object=name)):
        return True
    return any(
        True
        for subject, *_ in reads.quads(predicate=DCTERMS.identifier, object=name)
        for _ in reads.quads(subject, RDF.type, PG.ModelVersion)
    )


def _aliases(reads: Reads) -> Iterator[tuple[str, Value]]:
    """Names that an interface understands, without commits.

    A commit is only found by its full text and is similar to no name.
    """
    for predicate in _ALIAS:
        for _, _, name, _ in reads.quads(predicate=predicate):
            if isinstance(name, Literal) and not hub.is_commit(name.lexical):
                yield name.lexical, name


_CHOICES = {"use": _uses, "rubric": _rubrics, "alias": _aliases}
_WORDS = {"use": "planned use", "rubric": "rubric", "alias": "alias or version"}
