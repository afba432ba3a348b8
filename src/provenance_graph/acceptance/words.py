"""References in words: a parent or dataset that a document names without identifying it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import unquote

from provenance_graph.core.claims import SourcedClaim, Value
from provenance_graph.core.iris import ID, Iri, local_name, name_slug


def in_words(competing: Sequence[SourcedClaim]) -> set[Iri]:
    """The references in words that spell the name of another competing entity.

    A document that holds one row of a table gives a parent's name where the whole table identifies
    the parent: both mean one entity, whatever their canonical IRIs are.
    """
    words = {item.value for item in competing if _is_words(item.value)}
    if not words:
        return set()
    names = {
        name
        for item in competing
        if not _is_words(item.value)
        for name in (item.value, item.claim.value)
        if isinstance(name, Iri)
    }
    return {one for one in words if isinstance(one, Iri) and words_for(one, names)}


def words_for(reference: Iri, names: Iterable[Iri]) -> bool:
    """Whether a reference in words spells one of the names; False for any other IRI."""
    if not _is_words(reference):
        return False
    spelt = name_slug(unquote(local_name(reference)))
    return any(name_slug(unquote(local_name(name))) == spelt for name in names)


def _is_words(value: Value | None) -> bool:
    return isinstance(value, Iri) and value.startswith(ID) and "/unresolved/" in value
