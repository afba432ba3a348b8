"""From what a user types to the thing meant: IRI, ``namespace/name``, or a name."""

from __future__ import annotations

import difflib
import re
import unicodedata

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.claims import Literal
from provenance_graph.core.errors import Ambiguous, NotFound
from provenance_graph.core.iris import Iri, said
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA

KINDS = {
    "model": (PG.Model, PG.ModelVersion, PG.Configuration, PG.ModelFamily),
    "dataset": (PG.Dataset,),
    "organization": (PG.Organization,),
}  # fmt: skip


def fold(name: str) -> str:
    """A name without case, accents, punctuation and spaces, for comparing.

    >>> fold("Claude Haiku 4.5") == fold("claude-haiku-4-5")
    True
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    return re.sub(r"[^a-z0-9\u0370-\uffff]+", "", plain)


def resolve(snapshot: AcceptedSnapshot, text: str, kind: str = "model") -> Iri:
    """The thing that a text names; raises NotFound (with near names) or Ambiguous.

    Tried in this order: a whole IRI, ``namespace/name`` below our ids, the exact name or id
    of one thing, the same without case and punctuation. What a name means is looked up in
    the present store whatever the snapshot's day: that gives no fact away.
    """
    asked, snapshot = text.strip(), snapshot.present
    if direct := _direct(snapshot, asked, kind):
        return direct
    known = everything(snapshot, kind)
    for compare in (str, fold):
        wanted = compare(asked)
        found = {iri for iri, spoken in known.items() if any(wanted == compare(n) for n in spoken)}
        if len(found) > 1 and kind == "model":
            models = {iri for iri in found if snapshot.is_a(iri, PG.Model)}
            found = models or found
        if len(found) == 1:
            return found.pop()
        if found:
            raise Ambiguous(asked, sorted(map(said, found)), kind)
    raise NotFound(asked, kind, suggestions(asked, known))


def _direct(snapshot: AcceptedSnapshot, asked: str, kind: str) -> Iri | None:
    candidates = []
    if iris.is_iri(asked):
        candidates.append(Iri(asked))
        if hub := iris.PREFIXES["hf"]:
            rest = asked.removeprefix(hub).removeprefix("datasets/").strip("/")
            candidates.append(iris.mint(kind, rest) if asked.startswith(hub) else Iri(asked))
    elif "/" in asked:
        candidates += [iris.mint(kind, asked), iris.mint("in", asked), Iri(iris.ID + asked)]
    elif kind != "model" and fold(asked):
        candidates.append(iris.mint(kind, iris.slug(asked)))
    statements = snapshot.statements
    for candidate in candidates:
        found = statements.canonical(candidate)
        if any(True for _ in snapshot.quads(found)):
            return found
    return None


def everything(snapshot: AcceptedSnapshot, kind: str = "model") -> dict[Iri, set[str]]:
    """Every thing of a kind with its names: ids, labels, aliases."""
    found: dict[Iri, set[str]] = {}
    for class_ in KINDS[kind]:
        for thing, *_ in snapshot.quads(predicate=RDF.type, object=class_):
            shown = said(thing)
            found[thing] = {shown, shown.rsplit("/", 1)[-1]}
    for predicate in (SCHEMA.name, SCHEMA.alternateName, DCTERMS.identifier):
        for thing, _, value, _ in snapshot.quads(predicate=predicate):
            if thing in found and isinstance(value, Literal):
                found[thing].add(value.lexical)
    return found


def suggestions(asked: str, known: dict[Iri, set[str]], most: int = 5) -> list[str]:
    """Names near to one that was not found, best first."""
    wanted = fold(asked)
    by_fold = {fold(spoken): iri for iri, all_ in known.items() for spoken in sorted(all_)}
    inside = [iri for folded, iri in by_fold.items() if wanted and wanted in folded]
    near = [by_fold[f] for f in difflib.get_close_matches(wanted, by_fold, n=most, cutoff=0.6)]
    return list(dict.fromkeys(said(iri) for iri in [*near, *sorted(inside, key=len)]))[:most]
