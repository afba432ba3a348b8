"""The accepted view of many subjects at once, from claims in columns.

The rules are those of :mod:`acceptance.view`, and no others. This module sorts claims into classes
to which the rules give the same result, lets the functions for one subject decide about one member
of each class, and applies the result to all members. A claim in no such class goes through these
functions itself. Two kinds of classes are used.

*Groups.* All claims about one property of one subject state, outright and without reserve, one and
the same value, or several values of which each is stated on the same grounds. The result then
depends on the property, on the collections, and on the bases on which the claims count, and not on
the value or the subject.

*Bases.* The basis on which a claim counts depends on the basis it states, on the custody of its
record, and on whether the record's publisher developed the subject.

A subject to which a check across properties may apply (release and cutoff, counts, dates, windows)
goes through the functions as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from provenance_graph.acceptance.columns.basis import (
    RANKED,
    Partition,
    as_counted,
    with_counted,
    with_items,
)
from provenance_graph.acceptance.plausibility import (
    GENERATING,
    KEEPS_SIZE,
    dated_name,
    is_moving,
    outgrows,
)
from provenance_graph.acceptance.policy.policy import Policy
from provenance_graph.acceptance.view import (
    CUTOFFS,
    OF_SERVICE,
    GroupView,
    View,
    claim_order,
    group_view,
    view_of,
)
from provenance_graph.core import terms
from provenance_graph.core.claims import (
    Custody,
    SourcedClaim,
    Stance,
)
from provenance_graph.core.iris import Iri
from provenance_graph.core.papers import ARXIV_PAGES
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.store import claim_columns as columns
from provenance_graph.store.claim_columns import BASIS_CODE, CUSTODY_CODE, NONE, STANCE_CODE

_DERIVED = CUSTODY_CODE[Custody.DERIVED]

_ACROSS = (
    *CUTOFFS,
    PG.slidingWindowSize,
    PG.layerCount,
    PG.nominalParameterCount,
    PROV.wasDerivedFrom,
)
"""Properties whose presence alone makes a subject be decided as a whole."""


@dataclass(frozen=True)
class AcceptedColumns:
    """The accepted view of a partition's subjects.

    ``quads`` is the default graph of the subjects. ``rows`` are the claims with ``counted``, the
    basis on which each counts; ``viewed`` are the same rows with ``unusable`` as the view sets it.
    ``whole`` holds the views of the subjects that were decided one by one; ``hard`` lists the
    (subject, property) of other subjects that were.
    """

    quads: pl.DataFrame
    rows: pl.DataFrame
    viewed: pl.DataFrame
    whole: Mapping[Iri, View]
    hard: pl.DataFrame


def accept(partition: Partition) -> AcceptedColumns:
    """The accepted view of a partition's subjects, as columns."""
    rows = with_counted(partition)
    across = _looked_at_whole(rows, partition.policy)
    alone = rows.filter(pl.col("subject").is_in(list(across)))
    whole = {
        Iri(subject): _whole(Iri(subject), stored, partition)
        for (subject,), stored in with_items(alone, partition.headers, "subject")
    }
    viewed = _of_services(rows, partition.policy)
    rest = viewed.filter(pl.col("current") & ~pl.col("subject").is_in(list(across)))
    groups = _groups(rest, partition.policy)
    settled, marks = _settled(groups, rest, partition)
    hard = groups.join(settled, on=["subject", "property"], how="anti").select(
        "subject", "property"
    )
    quads = [quad for seen in whole.values() for quad in seen.quads]
    for seen in _one_by_one(hard, rest, partition):
        quads.extend(seen.quads)
    facts = rest.join(settled, on=["subject", "property"], how="semi").select(
        "subject",
        "property",
        "kind",
        pl.col("object").alias("value"),
        "datatype",
        "language",
    )
    parts = [
        facts,
        *_summaries(facts),
        _as_quads(settled.join(marks, on="signature"), "mark", "property"),
        _described(rows.filter(~pl.col("subject").is_in(list(across)))),
        columns.quad_frame(quads),
    ]
    return AcceptedColumns(pl.concat(parts).unique(), rows, viewed, whole, hard)


# ---- subjects to be looked at as a whole --------------------------------------------------


def _looked_at_whole(rows: pl.DataFrame, policy: Policy) -> set[str]:
    """Subjects to which a check across properties may apply; rather too many than too few."""
    current = rows.filter(pl.col("current"))
    prop = pl.col("property")
    across = current.filter(prop.is_in(list(_ACROSS)))["subject"].unique()
    counts = current.filter(prop == PG.parameterCount)
    rounded = pl.col("value").str.strip_chars_end("0").str.len_chars() <= 3
    results = {*across, *counts.filter(rounded)["subject"].unique()}
    issued = current.filter(prop == DCTERMS.issued)
    dated = issued["subject"].unique()
    results.update(s for s in dated if dated_name(Iri(s)) or is_moving(Iri(s)))
    based = current.filter(prop.is_in(list(KEEPS_SIZE)) & (pl.col("kind") == columns.IRI))
    pairs = based.select("subject", "object").unique().iter_rows()
    results.update(s for s, base in pairs if outgrows(Iri(s), Iri(base), policy))
    results.update(_parents_of_two_kinds(current))
    results.update(_limits_over_context(current, policy))
    results.update(_little_compute(current, policy))
    results.update(_embeds_and_generates(current))
    created = current.filter(prop == DCTERMS.created)
    dates = pl.concat([issued, created])
    results.update(_papers_before_release(current.filter(prop == PG.paper), dates))
    results.update(_far_from_creation(issued, created, policy))
    return results


def _parents_of_two_kinds(current: pl.DataFrame) -> Iterable[str]:
    """Subjects of which sources give one parent under two kinds of derivation."""
    derived = current.filter(pl.col("property").is_in(list(terms.DERIVATIONS)))
    kinds = derived.group_by("subject", "object").agg(kinds=pl.col("property").n_unique())
    return kinds.filter(pl.col("kinds") > 1)["subject"]


def _limits_over_context(current: pl.DataFrame, policy: Policy) -> Iterator[str]:
    """Subjects with a limit of output or input above every stated context."""
    bounds = policy.plausible
    contexts = (PG.contextLength, PG.maxInputTokens)
    for limit, within, bound, slack in (
        (PG.maxOutputTokens, contexts, "most", bounds.output_over_context),
        (PG.maxInputTokens, contexts[:1], "least", bounds.input_over_context),
    ):
        limits = _span(current, limit).select("subject", limit=pl.col("most"))
        both = limits.join(_span(current, *within), on="subject")
        yield from both.filter(pl.col("limit") > pl.col(bound) * slack)["subject"]


def _span(current: pl.DataFrame, *properties: Iri) -> pl.DataFrame:
    """The greatest and smallest number stated by some properties: ``most`` and ``least``."""
    number = pl.col("value").cast(pl.Float64, strict=False)
    stated = current.filter(pl.col("property").is_in([str(one) for one in properties]))
    return stated.group_by("subject").agg(most=number.max(), least=number.min())


def _embeds_and_generates(current: pl.DataFrame) -> Iterable[str]:
    """Subjects with embeddings as output modality and a generating task."""
    embeds = current.filter(
        (pl.col("property") == PG.outputModality) & (pl.col("object") == PG.Embedding)
    )
    tasks = current.filter(
        (pl.col("property") == PG.task) & pl.col("value").is_in(sorted(GENERATING))
    )
    return embeds.join(tasks, on="subject", how="semi")["subject"].unique()


_MAX_PARAMETERS = 1e13
"""Parameters; no model on record has more."""


def _little_compute(current: pl.DataFrame, policy: Policy) -> Iterable[str]:
    """Subjects with a training compute that would be too small for the largest model."""
    compute = current.filter(pl.col("property") == PG.trainingComputeFLOP)
    number = pl.col("value").cast(pl.Float64, strict=False)
    bound = policy.plausible.operations_per_parameter * _MAX_PARAMETERS
    return compute.filter(number < bound)["subject"].unique()


def _papers_before_release(papers: pl.DataFrame, dates: pl.DataFrame) -> Iterator[str]:
    """Subjects with a paper that may be a year older than a date of theirs, or of odd number."""
    number = pl.col("object").str.extract(rf"{ARXIV_PAGES}(\d{{4}})\.").cast(pl.Int32)
    months = (2000 + number // 100) * 12 + number % 100
    read = papers.select("subject", month=months, digits=number).drop_nulls()
    odd = read.filter((pl.col("digits") < 704) | ~(pl.col("digits") % 100).is_between(1, 12))
    yield from odd["subject"]
    year = pl.col("value").str.slice(0, 4).cast(pl.Int32, strict=False)
    released = dates.group_by("subject").agg(year=year.max())
    both = read.join(released, on="subject")
    late = (pl.col("year") + 1) * 12 - pl.col("month") >= 12
    yield from both.filter(pl.col("year").is_null() | late)["subject"]


_SLACK = 366
"""Days by which a date's last day may lie after its first."""


def _far_from_creation(
    issued: pl.DataFrame, created: pl.DataFrame, policy: Policy
) -> Iterator[str]:
    """Subjects whose release may be dated long after or before the repository's creation."""
    day = pl.col("value").str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    released = issued.group_by("subject").agg(
        last=day.max(), earliest=day.min(), odd=day.is_null().any()
    )
    made = created.group_by("subject").agg(
        first=day.min(),
        latest=day.max(),
        strange=day.is_null().any(),
        vague=(pl.col("precision") != NONE).any(),
    )
    both = released.join(made, on="subject")
    after = (pl.col("last") - pl.col("first")).dt.total_days()
    before = (pl.col("latest") - pl.col("earliest")).dt.total_days()
    slack = pl.when(pl.col("vague")).then(_SLACK).otherwise(0)
    bounds = policy.plausible
    far = both.filter(
        pl.col("odd")
        | pl.col("strange")
        | (after + slack > bounds.days_after_creation)
        | (before > bounds.days_before_creation)
    )
    yield from far["subject"]


def _whole(
    subject: Iri, rows: Iterable[tuple[SourcedClaim, bool, int]], partition: Partition
) -> View:
    current: list[SourcedClaim] = []
    retired: list[SourcedClaim] = []
    for item, latest, _ in rows:
        (current if latest else retired).append(item)
    return view_of(
        subject,
        current,
        {item.claim.subject for item in (*current, *retired)},
        partition.policy,
        retired=retired,
        canonical=partition.canonical,
    )


def _of_services(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The rows, where claims of service catalogues about weights in a repository are unusable."""
    lists = [str(collection) for collection, source in policy.sources.items() if source.services]
    weights = rows.filter(pl.col("current") & (pl.col("property") == PG.hubRepository))["subject"]
    of_service = (
        pl.col("current")
        & pl.col("property").is_in(list(policy.of_services))
        & pl.col("collection").is_in(lists)
        & ~pl.col("counted").is_in(RANKED)
        & pl.col("subject").is_in(weights.unique().implode())
    )
    reason = pl.when(of_service).then(pl.lit(OF_SERVICE)).otherwise(pl.col("unusable"))
    return rows.with_columns(unusable=reason)


# ---- groups -------------------------------------------------------------------------------


def _groups(rows: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One row per subject and property, with ``plain`` and ``signature``, the class of the group.

    A group that is not ``plain`` belongs to no class.
    """
    never = [BASIS_CODE[basis] for basis in policy.never]
    outright = (
        (pl.col("stance") == STANCE_CODE[Stance.STATED])
        & (pl.col("kind") != columns.NO_VALUE)
        & (pl.col("unusable") == "")
        & (pl.col("confidence") == "")
        & (pl.col("valid_from") == "")
        & (pl.col("valid_until") == "")
        & (pl.col("custody") != _DERIVED)
        & ~pl.col("counted").is_in(never)
        & (pl.col("object") != pl.col("subject"))
        & ~pl.col("object").is_in(list(map(str, policy.no_values | policy.keepers)))
    )
    grounds = pl.concat_str(
        pl.col("collection"), pl.col("custody"), pl.col("counted"), separator=" "
    )
    result = rows.group_by("subject", "property").agg(
        plain=(outright & (pl.col("precision") == NONE)).all(),
        values=pl.struct("object", "datatype", "language").n_unique(),
        classes=grounds.n_unique(),
        records=pl.col("record").n_unique(),
        grounds=grounds.unique().sort().str.join("\n"),
    )
    several = (
        ~pl.col("property").is_in(list(policy.single))
        & (pl.col("classes") == 1)
        & (~pl.col("property").is_in(list(policy.exhaustive)) | (pl.col("records") == 1))
    )
    one = pl.col("values") == 1
    return result.with_columns(
        plain=pl.col("plain") & (one | several),
        signature=pl.concat_str(pl.col("property"), one.cast(pl.UInt8), "grounds", separator="\n"),
    )


def _settled(
    groups: pl.DataFrame, rows: pl.DataFrame, partition: Partition
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The groups whose class is decided by one of its members, and the marks of each class.

    A class is left to be decided one by one where the rules do not accept every value of its
    member.
    """
    plain = groups.filter("plain")
    members = plain.unique("signature", keep="first")
    accepted: list[str] = []
    marks: list[tuple[str, str]] = []
    by_key = {
        (s, p): signature
        for s, p, signature in members.select("subject", "property", "signature").iter_rows()
    }
    for seen in _one_by_one(members, rows, partition):
        signature = by_key[seen.subject, seen.predicate]
        if set(seen.resolved.values) == {item.value for item, *_ in seen.resolved.claims}:
            accepted.append(signature)
            marks.extend((signature, mark) for mark in seen.marks)
    settled = plain.filter(pl.col("signature").is_in(accepted)).select(
        "subject", "property", "signature"
    )
    schema = {"signature": pl.String, "mark": pl.String}
    return settled, pl.DataFrame(marks, schema=schema, orient="row")


def _one_by_one(
    groups: pl.DataFrame, rows: pl.DataFrame, partition: Partition
) -> Iterator[GroupView]:
    """The view of each group, from the functions that decide about one group."""
    wanted = rows.join(groups, on=["subject", "property"], how="semi")
    for key, stored in with_items(wanted, partition.headers, "subject", "property"):
        counting = [as_counted(item, by, partition.canonical) for item, _, by in stored]
        yield group_view(
            Iri(key[0]), Iri(key[1]), sorted(counting, key=claim_order), partition.policy
        )


# ---- quads --------------------------------------------------------------------------------


def _summaries(facts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The general relation of each derivation and influence (``prov:wasDerivedFrom`` and so on)."""
    for relations, summary in (
        (terms.DERIVATIONS, PROV.wasDerivedFrom),
        (terms.INFLUENCES, PROV.wasInfluencedBy),
    ):
        stated = facts.filter(pl.col("property").is_in(list(relations)))
        yield stated.with_columns(property=pl.lit(str(summary)))


def _as_quads(frame: pl.DataFrame, predicate: str, value: str) -> pl.DataFrame:
    """Quads of ``subject`` and two other columns of IRIs."""
    return frame.select(
        "subject",
        pl.col(predicate).alias("property"),
        pl.lit(columns.IRI, pl.UInt8).alias("kind"),
        pl.col(value).alias("value"),
        pl.lit("").alias("datatype"),
        pl.lit("").alias("language"),
    )


def _described(rows: pl.DataFrame) -> pl.DataFrame:
    """Quads of the names under which sources describe each subject, without its canonical IRI."""
    named = rows.filter(pl.col("subject") != pl.col("name")).select("subject", "name").unique()
    described = named.with_columns(described=pl.lit(str(PG.describedAs)))
    return _as_quads(described.rename({"name": "alias"}), "described", "alias")
