"""Which names mean the same thing: SSSOM mappings, and the one rule that is certain.

Identity is itself a set of claims. A curated mapping decides; where there is none, an
entity that states exactly one hub repository is that repository's model. Nothing is
merged on a name alone: over-merging is worse than leaving apart.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import yaml

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Literal, Quad
from provenance_graph.core.errors import BadIri, RecordError
from provenance_graph.core.iris import Iri, mint
from provenance_graph.core.terms import RDF, SKOS

GRAPH = mint("graph", "identity")
RULES = mint("graph", "identity-by-rule")
_SSSOM = iris.PREFIXES["sssom"]
ANNOTATED_SOURCE = Iri(iris.PREFIXES["owl"] + "annotatedSource")
ANNOTATED_TARGET = Iri(iris.PREFIXES["owl"] + "annotatedTarget")
MODIFIER = Iri(_SSSOM + "predicate_modifier")
NOT = Literal("Not")
_SEMAPV = iris.PREFIXES["semapv"]
COLUMNS = (
    "subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id",
    "object_label", "mapping_justification", "confidence", "author_id", "mapping_date", "comment",
)  # fmt: skip
SAME = frozenset({SKOS.exactMatch, Iri("http://www.w3.org/2002/07/owl#sameAs")})


@dataclass(frozen=True, slots=True, order=True)
class Mapping:
    """One row of a mapping set: subject, predicate, object, why, and how sure."""

    subject: Iri
    predicate: Iri
    object: Iri
    justification: str = "semapv:ManualMappingCuration"
    confidence: str = ""
    negated: bool = False
    author: str = ""
    date: str = ""
    comment: str = ""

    @property
    def merges(self) -> bool:
        """Whether it says that both names mean one thing."""
        return not self.negated and self.predicate in SAME


def read_sssom(text: str, where: str = "identity.sssom.tsv") -> list[Mapping]:
    """Mappings from SSSOM/TSV; raises RecordError with the line at fault."""
    lines = text.splitlines()
    head = [line[1:] for line in lines if line.startswith("#")]
    body = [(n, line) for n, line in enumerate(lines, 1) if line and not line.startswith("#")]
    curies = _curie_map("\n".join(head), where)
    if not body:
        return []
    columns = body[0][1].split("\t")
    if missing := {"subject_id", "predicate_id", "object_id", "mapping_justification"} - {*columns}:
        raise RecordError(f"{where}: columns missing: {', '.join(sorted(missing))}")
    found = []
    for n, line in body[1:]:
        cells = next(csv.reader(io.StringIO(line), delimiter="\t"))
        if len(cells) > len(columns):
            raise RecordError(f"{where}: line {n}: {len(cells)} cells, {len(columns)} columns")
        found.append(
            _mapping(dict(zip(columns, cells, strict=False)), curies, f"{where}: line {n}")
        )
    return found


def _curie_map(head: str, where: str) -> dict[str, str]:
    try:
        meta = yaml.safe_load(head) or {}
    except yaml.YAMLError as error:
        raise RecordError(f"{where}: the header is not YAML: {error}") from error
    declared = meta.get("curie_map") if isinstance(meta, dict) else None
    return {**iris.PREFIXES, **(declared or {})}


def _mapping(row: dict[str, str], curies: dict[str, str], where: str) -> Mapping:
    def expand(column: str) -> Iri:
        text = row.get(column, "").strip()
        prefix, colon, local = text.partition(":")
        whole = curies[prefix] + local if colon and prefix in curies else text
        try:
            return iris.iri(whole)
        except BadIri as error:
            raise RecordError(f"{where}, {column}: {error}") from error

    modifier = row.get("predicate_modifier", "").strip()
    if modifier not in ("", "Not"):
        raise RecordError(f"{where}, predicate_modifier: {modifier!r} is neither empty nor 'Not'")
    return Mapping(
        subject=expand("subject_id"),
        predicate=expand("predicate_id"),
        object=expand("object_id"),
        justification=row.get("mapping_justification", "").strip(),
        confidence=row.get("confidence", "").strip(),
        negated=modifier == "Not",
        author=row.get("author_id", "").strip(),
        date=row.get("mapping_date", "").strip(),
        comment=row.get("comment", "").strip(),
    )


def quads(mappings: Iterable[Mapping]) -> Iterator[Quad]:
    """Mappings as SSSOM in RDF, and each merging one as a direct triple, in GRAPH."""
    for row in mappings:
        local = iris.local_name(row.subject), iris.local_name(row.object)
        node = Iri(f"{GRAPH}#{iris.slug('-'.join(local))}-{_digest(row)}")
        yield node, RDF.type, Iri(_SSSOM + "Mapping"), GRAPH
        yield node, ANNOTATED_SOURCE, row.subject, GRAPH
        yield node, Iri(iris.PREFIXES["owl"] + "annotatedProperty"), row.predicate, GRAPH
        yield node, ANNOTATED_TARGET, row.object, GRAPH
        justification = row.justification.removeprefix("semapv:")
        yield node, Iri(_SSSOM + "mapping_justification"), Iri(_SEMAPV + justification), GRAPH
        for name, text in (
            ("confidence", row.confidence),
            ("author_id", row.author),
            ("mapping_date", row.date),
            ("comment", row.comment),
            ("predicate_modifier", "Not" if row.negated else ""),
        ):
            if text:
                yield node, Iri(_SSSOM + name), Literal(text), GRAPH
        if not row.negated:
            yield row.subject, row.predicate, row.object, GRAPH


def _digest(row: Mapping) -> str:
    return hashlib.sha256(repr(row).encode()).hexdigest()[:8]


def repository_model(repositories: Iterable[object]) -> Iri | None:
    """The model of the one hub repository that an entity states; None where not one.

    >>> repository_model([Iri("https://huggingface.co/org/name")])
    Iri('https://w3id.org/provenance-graph/id/model/org/name')
    """
    found = {name for iri in repositories if (name := hub_name(str(iri)))}
    return iris.model(found.pop()) if len(found) == 1 else None


def hub_name(url: str) -> str:
    """``org/name`` of a hub model URL, or nothing.

    >>> hub_name("https://huggingface.co/org/name/tree/main"), hub_name("https://example.org/")
    ('org/name', '')
    """
    return hub.model_name(url)


def canonical(
    entity: Iri, decided: Callable[[Iri], Iri | None], by_rule: Callable[[Iri], Iri | None]
) -> Iri:
    """What an entity is: curated mapping, else rule, followed to its end.

    Chains end at the first name that nothing maps; a cycle ends at its smallest name, so
    that every member of it comes out alike.
    """
    seen = [entity]
    while True:
        following = decided(seen[-1]) or by_rule(seen[-1])
        if following is None or following == seen[-1]:
            return seen[-1]
        if following in seen:
            return min(seen[seen.index(following) :])
        seen.append(following)
