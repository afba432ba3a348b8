"""Evidence levels of many models at once, from claims in columns.

The levels of a model follow from which kinds of claims there are about the properties that
rubrics ask for. Models of which the same kinds of claims exist form a class; the function
for one model decides about a member, and its answer holds for the class. A model goes
through that function itself where claims about nodes below it count too, where one of its
properties has several values that may contradict or confirm each other, and where its view
was looked at as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import polars as pl

from provenance_graph.acceptance.columns import AcceptedColumns, Partition, as_counted, items
from provenance_graph.acceptance.evidence import Statement
from provenance_graph.assessment.evidence import LINKS, MODELS, level_quads
from provenance_graph.assessment.levels import CHECKS, Question, accepts
from provenance_graph.core.claims import AcceptanceStatus, Basis, Header, Quad, SourcedClaim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.claim_columns import BASIS_CODE

_CHECKS = [BASIS_CODE[basis] for basis in CHECKS]
_DEVELOPER = BASIS_CODE[Basis.DEVELOPER]


class Below:
    """The claims about nodes that may hang below a partition's subjects.

    ``rows`` are those of whole nodes, with ``node``, the node's name in identity; ``names`` are
    further names of subjects and nodes by what they mean. It answers what
    :func:`assessment.evidence.below` asks of the whole of the records.
    """

    def __init__(
        self, rows: pl.DataFrame, headers: Mapping[int, Header], names: Mapping[Iri, list[Iri]]
    ) -> None:
        self._about: dict[Iri, list[Statement]] = defaultdict(list)
        self._names: dict[Iri, set[Iri]] = defaultdict(set)
        self._canonical: dict[Iri, Iri] = {}
        self._below: dict[Iri, set[Iri]] = defaultdict(set)
        self._current: set[Iri] = set()
        for subject, others in names.items():
            for name in others:
                self._name(name, subject)
        taken = rows.select(*columns.CLAIMS, "subject", "current")
        for *stored, node, current in taken.iter_rows():
            claim, header = columns.claim(stored), headers[stored[-1]]
            self._name(claim.subject, Iri(node))
            self._about[claim.subject].append((claim, header))
            if current:
                self._current.add(header.record)
            if claim.predicate in LINKS and isinstance(claim.value, Iri):
                self._below[claim.value].add(claim.subject)

    def _name(self, name: Iri, subject: Iri) -> None:
        self._canonical[name] = subject
        self._names[subject].add(name)

    @property
    def roots(self) -> set[Iri]:
        """Names, as identity has them, below which something hangs."""
        return {self.canonical(name) for name in self._below}

    def below(self, name: Iri) -> Iterable[Iri]:
        """Nodes with a claim that links them to the name."""
        return self._below.get(name, ())

    def about(self, entity: Iri) -> list[Statement]:
        """Everything any record says about one name."""
        return self._about.get(entity, [])

    def canonical(self, entity: Iri) -> Iri:
        """What a name is."""
        return self._canonical.get(entity, entity)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, itself among them, sorted."""
        return sorted({subject, *self._names.get(subject, ())})

    def known(self, header: Header) -> bool:
        """Whether a record counts at all: every one does where there is no day."""
        return bool(header.record)

    def counts(self, header: Header) -> bool:
        """Whether a record is the latest retrieval of its document."""
        return header.record in self._current


class LevelColumns:
    """Makes the quads of evidence levels of one partition after another."""

    def __init__(self, asked: Question) -> None:
        self._asked = asked
        plain = {name for name in asked.uses if name not in asked.facets}
        facets = [asked.facets[name] for name in asked.uses if name in asked.facets]
        self._uses = sorted(plain | {p for facet in facets for p in facet.properties})
        self._choosy = {
            name: [f for f in facets if name in f.properties and (f.values or f.prefixes)]
            for name in self._uses
        }

    def quads(self, seen: AcceptedColumns, partition: Partition, below: Below) -> Iterator[Quad]:
        """The level quads of a partition's models."""
        rows = seen.rows.filter(self._is_model(seen.rows))
        alone = {*seen.whole, *below.roots}
        signed = self._signed(rows.filter(pl.col("property").is_in(self._uses)))
        alone |= set(signed.filter("alone")["subject"])
        rest = signed.filter(~pl.col("subject").is_in(list(alone)))
        members = rest.unique("signature", keep="first")
        decided: dict[str, list[tuple[Iri, Iri]]] = {}
        signature_of = dict(members.select("subject", "signature").iter_rows())
        for subject, claims in self._claims(rows, signature_of, partition):
            quads = level_quads(subject, claims, below, below, below, self._asked)
            decided[signature_of[subject]] = [(p, Iri(str(o))) for _, p, o, _ in quads]
        for subject, signature in rest.select("subject", "signature").iter_rows():
            for predicate, value in decided[signature]:
                yield Iri(subject), predicate, value, None
        for subject, claims in self._claims(rows, alone - set(seen.whole), partition):
            yield from level_quads(subject, claims, below, below, below, self._asked)
        for subject, view in seen.whole.items():
            yield from level_quads(subject, view.claims, below, below, below, self._asked)

    @staticmethod
    def _is_model(rows: pl.DataFrame) -> pl.Expr:
        typed = (pl.col("property") == RDF.type) & (pl.col("value") == PG.Model)
        named = rows.filter(typed & (pl.col("kind") == columns.IRI))["subject"].unique()
        return pl.col("subject").str.starts_with(MODELS) | pl.col("subject").is_in(named.implode())

    def _signed(self, rows: pl.DataFrame) -> pl.DataFrame:
        """One row a model: the kinds of its claims as a text, and whether it goes ``alone``."""
        accepted = self._accepted(rows)
        rows = rows.join(accepted, on=["property", "value"], how="left", maintain_order="left")
        kind = pl.concat_str(
            "property",
            pl.col("current").cast(pl.UInt8),
            (pl.col("unusable") != "").cast(pl.UInt8),
            "stance",
            "counted",
            (pl.col("kind") > 0).cast(pl.UInt8),
            pl.col("accepted").fill_null(""),
            separator=" ",
        )
        value = pl.struct("object", "datatype", "language").filter(pl.col("kind") > 0)
        per_property = rows.group_by("subject", "property").agg(
            kinds=kind.unique().sort().str.join("\n"),
            several=value.n_unique() > 1,
            confirmable=pl.col("counted").is_in(_CHECKS).any()
            & (pl.col("counted") == _DEVELOPER).any(),
        )
        single = pl.col("property").is_in(list(self._asked.single))
        return per_property.group_by("subject").agg(
            signature=pl.col("kinds").sort().str.join("\n"),
            alone=(pl.col("several") & (single | pl.col("confirmable"))).any(),
        )

    def _accepted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """By property and value, which facets accept the value."""
        found: list[tuple[str, str, str]] = []
        choosy = [name for name, facets in self._choosy.items() if facets]
        pairs = rows.filter(pl.col("property").is_in(choosy)).select("property", "value").unique()
        for name, value in pairs.iter_rows():
            facets = self._choosy[Iri(name)]
            found.append((name, value, "".join("01"[accepts(f, value)] for f in facets)))
        schema = dict.fromkeys(("property", "value", "accepted"), pl.String)
        return pl.DataFrame(found, schema=schema, orient="row")

    @staticmethod
    def _claims(
        rows: pl.DataFrame, subjects: Iterable[str], partition: Partition
    ) -> Iterator[tuple[Iri, list[SourcedClaim]]]:
        """The claims of these subjects as their views have them."""
        wanted = rows.filter(pl.col("subject").is_in(list(subjects)))
        for (subject,), found in items(wanted, partition.headers, "subject"):
            yield (
                Iri(subject),
                [
                    as_counted(item, by, partition.canonical)
                    if current
                    else replace(item, standing=AcceptanceStatus.SUPERSEDED)
                    for item, current, by in found
                ],
            )
