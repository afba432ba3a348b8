"""Evidence levels of many models at once, from claims in columns.

The levels of a model depend only on which kinds of claims exist about the properties that rubrics
use, for the model and the nodes that belong to it. Models with the same kinds of claims form a
class; the function for one model is applied to one member, and its result holds for the class. A
model is processed individually if a property has several values that may contradict or confirm each
other, if nodes belong to its nodes, or if its view was resolved as a whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain

import polars as pl

from provenance_graph.acceptance.columns.accept import AcceptedColumns
from provenance_graph.acceptance.columns.basis import (
    Partition,
    as_counted,
    stated_basis,
    with_items,
)
from provenance_graph.acceptance.evidence import Statement
from provenance_graph.acceptance.resolve import refused
from provenance_graph.acceptance.view import quad_key
from provenance_graph.assessment.evidence.gather import LINKS, MODELS, level_quads
from provenance_graph.assessment.levels.rules import LevelQuestion, accepts
from provenance_graph.core.claims import (
    OBSERVED,
    AcceptanceStatus,
    Basis,
    Header,
    Quad,
    SourcedClaim,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, RDF
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.claim_columns import BASIS_CODE

_OBSERVED = [BASIS_CODE[basis] for basis in OBSERVED]
_DEVELOPER = BASIS_CODE[Basis.DEVELOPER]
_OWN, _BELOW = "own", "below"


@dataclass(frozen=True)
class Hanging:
    """The claims about nodes that belong to a partition's subjects, each with its ``root``.

    ``names`` has the other names of roots and nodes (columns ``name``, ``subject``).
    """

    rows: pl.DataFrame
    names: pl.DataFrame


@dataclass(frozen=True)
class LevelFrames:
    """The profile of each model, and the levels of the profiles, which models share."""

    links: pl.DataFrame
    profiles: pl.DataFrame


class Below:
    """The nodes that belong to some subjects, and the claims about both.

    For these subjects it answers the queries that :func:`assessment.evidence.below` makes on all
    records.
    """

    def __init__(
        self,
        rows: pl.DataFrame,
        headers: Mapping[int, Header],
        names: Iterable[tuple[str, str]],
    ) -> None:
        self._about: dict[Iri, list[Statement]] = defaultdict(list)
        self._names: dict[Iri, set[Iri]] = defaultdict(set)
        self._canonical: dict[Iri, Iri] = {}
        self._below: dict[Iri, set[Iri]] = defaultdict(set)
        self._current: set[Iri] = set()
        for name, subject in names:
            self._name(Iri(name), Iri(subject))
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

    def below(self, name: Iri) -> Iterable[Iri]:
        """The nodes with a claim that links them to the name."""
        return self._below.get(name, ())

    def about(self, entity: Iri) -> list[Statement]:
        """All claims of all records about one name."""
        return self._about.get(entity, [])

    def canonical(self, entity: Iri) -> Iri:
        """The canonical subject of a name."""
        return self._canonical.get(entity, entity)

    def names_of(self, subject: Iri) -> list[Iri]:
        """Every name of a canonical subject, its own included, sorted."""
        return sorted({subject, *self._names.get(subject, ())})

    def known(self, header: Header) -> bool:
        """Whether a record counts at all; always true, since a build is not as of a past day."""
        return bool(header.record)

    def counts(self, header: Header) -> bool:
        """Whether a record is the latest retrieval of its document."""
        return header.record in self._current


class LevelColumns:
    """Makes the evidence level quads of partitions."""

    def __init__(self, question: LevelQuestion) -> None:
        self._question = question
        plain = {name for name in question.uses if name not in question.facets}
        facets = [question.facets[name] for name in question.uses if name in question.facets]
        self._uses = sorted(plain | {p for facet in facets for p in facet.properties})
        self._choosy = {
            name: [f for f in facets if name in f.properties and (f.values or f.prefixes)]
            for name in self._uses
        }

    def quads(self, seen: AcceptedColumns, partition: Partition, hanging: Hanging) -> LevelFrames:
        """The evidence level quads of a partition's models, without their graph."""
        model = self._is_model(seen.rows)
        rows, viewed = seen.rows.filter(model), seen.viewed.filter(model)
        models = rows["subject"].unique()
        under = hanging.rows.filter(pl.col("root").is_in(models.implode()))
        signed = self._signed(viewed, under)
        alone = {*seen.whole, *self._deep(under), *signed.filter("alone")["subject"]}
        rest = signed.filter(~pl.col("subject").is_in(list(alone)))
        members = rest.unique("signature", keep="first")
        single = alone & set(models)
        below = self._below(single | set(members["subject"]), rows, under, partition, hanging)
        decided: list[tuple[str, str, str]] = []
        profiles: set[Quad] = set()
        signature_of = dict(members.select("subject", "signature").iter_rows())
        for subject, claims in self._claims(viewed, signature_of, partition):
            quads = level_quads(subject, claims, below, below, below, self._question)
            decided.extend((signature_of[subject], p, str(o)) for _, p, o, _ in quads[:1])
            profiles.update(quads[1:])
        schema = dict.fromkeys(("signature", "property", "value"), pl.String)
        answers = pl.DataFrame(decided, schema=schema, orient="row")
        of_classes = rest.join(answers, on="signature").select(
            "subject",
            "property",
            pl.lit(columns.IRI, pl.UInt8).alias("kind"),
            "value",
            pl.lit("").alias("datatype"),
            pl.lit("").alias("language"),
        )
        further: list[Quad] = []
        whole = ((subject, list(view.claims)) for subject, view in seen.whole.items())
        looked_at = self._claims(viewed, single - set(seen.whole), partition)
        for subject, claims in chain(looked_at, whole):
            quads = level_quads(subject, claims, below, below, below, self._question)
            further += quads[:1]
            profiles.update(quads[1:])
        links = pl.concat([of_classes, columns.quad_frame(further)])
        return LevelFrames(links, columns.quad_frame(sorted(profiles, key=quad_key)))

    @staticmethod
    def _is_model(rows: pl.DataFrame) -> pl.Expr:
        typed = (pl.col("property") == RDF.type) & (pl.col("value") == PG.Model)
        named = rows.filter(typed & (pl.col("kind") == columns.IRI))["subject"].unique()
        return pl.col("subject").str.starts_with(MODELS) | pl.col("subject").is_in(named.implode())

    @staticmethod
    def _deep(under: pl.DataFrame) -> set[str]:
        """Roots of nodes that have nodes of their own."""
        chained = under.select("root", "subject").unique()
        inner = chained.join(chained, left_on="subject", right_on="root", how="semi")
        linked = under.filter(pl.col("property").is_in(list(LINKS)) & pl.col("current"))
        direct = linked.filter(pl.col("object") == pl.col("root")).select("root", "subject")
        far = chained.join(direct.unique(), on=["root", "subject"], how="anti")
        return {*inner["root"], *far["root"]}

    def _signed(self, rows: pl.DataFrame, under: pl.DataFrame) -> pl.DataFrame:
        """One row per model: the signature of its kinds of claims, and the flag ``alone``."""
        relevant = pl.col("property").is_in(self._uses)
        taken = ("property", "kind", "value", "datatype", "language", "stance", "unusable")
        bounded = (pl.col("valid_from") != "") | (pl.col("valid_until") != "")
        own = rows.filter(relevant).select(
            "subject", *taken, "current", "counted", "object", place=pl.lit(_OWN), bounded=bounded
        )
        below = (
            under.filter(relevant & pl.col("current"))
            .with_columns(counted=stated_basis(), place=pl.lit(_BELOW))
            .select(
                pl.col("root").alias("subject"),
                *taken,
                "current",
                "counted",
                pl.col("value").alias("object"),
                "place",
                pl.lit(value=False).alias("bounded"),
            )
        )
        both = pl.concat([own, below])
        accepted = self._accepted(both)
        both = both.join(accepted, on=["property", "value"], how="left")
        kind = pl.concat_str(
            "place",
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
        per_property = both.group_by("subject", "property", "place").agg(
            kinds=kind.unique().sort().str.join("\n"),
            several=value.n_unique() > 1,
            bounded=pl.col("bounded").any(),
            confirmable=pl.col("counted").is_in(_OBSERVED).any()
            & (pl.col("counted") == _DEVELOPER).any(),
        )
        single = pl.col("property").is_in(list(self._question.single)) & (pl.col("place") == _OWN)
        confirmable = pl.col("confirmable") & (pl.col("several") | (pl.col("place") == _BELOW))
        return per_property.group_by("subject").agg(
            signature=pl.col("kinds").sort().str.join("\n"),
            alone=((pl.col("several") & single) | confirmable | pl.col("bounded")).any(),
        )

    def _accepted(self, rows: pl.DataFrame) -> pl.DataFrame:
        """By property and value: which facets accept the value, as a text of 0 and 1."""
        answers: list[tuple[str, str, str]] = []
        choosy = [name for name, facets in self._choosy.items() if facets]
        pairs = rows.filter(pl.col("property").is_in(choosy)).select("property", "value").unique()
        for name, value in pairs.iter_rows():
            facets = self._choosy[Iri(name)]
            answers.append((name, value, "".join("01"[accepts(f, value)] for f in facets)))
        schema = dict.fromkeys(("property", "value", "accepted"), pl.String)
        return pl.DataFrame(answers, schema=schema, orient="row")

    @staticmethod
    def _below(
        subjects: set[str],
        rows: pl.DataFrame,
        under: pl.DataFrame,
        partition: Partition,
        hanging: Hanging,
    ) -> Below:
        """The nodes that belong to some subjects, as input of the function for one model."""
        chosen = under.filter(pl.col("root").is_in(list(subjects)))
        near = rows.filter(pl.col("subject").is_in(chosen["root"].unique().implode()))
        taken = (*columns.CLAIMS, "subject", "current")
        both = pl.concat([near.select(*taken), chosen.select(*taken)]).unique(maintain_order=True)
        entities = pl.concat([chosen["root"], chosen["subject"]]).unique()
        names = hanging.names.filter(pl.col("subject").is_in(entities.implode()))
        return Below(both, partition.headers, names.select("name", "subject").iter_rows())

    @staticmethod
    def _claims(
        rows: pl.DataFrame, subjects: Iterable[str], partition: Partition
    ) -> Iterator[tuple[Iri, list[SourcedClaim]]]:
        """Yield the claims of some subjects in the state of their accepted view."""
        wanted = rows.filter(pl.col("subject").is_in(list(subjects)))
        for (subject,), stored in with_items(wanted, partition.headers, "subject"):
            yield Iri(subject), [_as_viewed(*one, partition) for one in stored]


def _as_viewed(item: SourcedClaim, current: bool, by: int, partition: Partition) -> SourcedClaim:
    """A claim with the status and counted basis of its view, as far as levels depend on them."""
    if current:
        item = as_counted(item, by, partition.canonical)
        why = refused(item, partition.policy)
        current = why is None or why.status is not AcceptanceStatus.SUPERSEDED
    return item if current else replace(item, status=AcceptanceStatus.SUPERSEDED)
