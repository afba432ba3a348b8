"""A benchmark table checked against its source: scores, ranks with their list, a correction.

Ranks are kept with the commit of the list, its date and its size, since a rank without them has no
meaning. The score that changed inside one release is in two retrievals of one document, so that the
change shows as drift.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Header, Problem, Record
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from tools.curated.names import THINKING

_SHORT = "claude-haiku-4-5-thinking"
_LISTED = re.compile(
    r"(?P<commits>[0-9a-f.]+) \((?P<date>\d{4}-\d\d-\d\d)(?:/\d\d)?, (?P<size>\d+) models\)"
)
_CORRECTED = re.compile(
    r"(?P<category>[A-Z][A-Za-z ]+?) (?P<before>[\d.]+) \(rank (?P<rank>\d+)\) at commits (?P<first>\w+)\S* "
    r"\(\d+-(?P<day>\d+) (?P<month>[A-Z][a-z]{2}) (?P<year>\d{4})\) became (?P<after>[\d.]+) "
    r"\(rank (?P<new>\d+)\) at (?P<second>\w+) \((?P<later>\d+) [A-Z][a-z]{2}\)"
)


def records(value: dict[str, Any]) -> Iterator[Record | Problem]:
    """Yield one record per state of the list that was read, and two for the correction."""
    repository, release = str(value.get("repo", "")), str(value.get("release", ""))
    if not iris.is_iri(repository) or not re.fullmatch(r"\d{4}-\d\d-\d\d", release):
        yield Problem("/repo", "needs the list's repository and its release date")
        return
    table = f"public/table_{release.replace('-', '_')}.csv"
    ranked = value.get("ranks_recomputed")
    for key, ranks in ranked.items() if isinstance(ranked, dict) else ():
        listed = _LISTED.match(str(key))
        if listed is None or not isinstance(ranks, dict):
            yield Problem(f"/ranks_recomputed/{key}", "needs commit, date and size of the list")
            continue
        commit = listed["commits"].split(".")[-1]
        url = f"{repository}/blob/{commit}/{table}"
        made = list(_ranks(release, commit, listed["date"], int(listed["size"]), ranks))
        yield _record(f"{_SHORT}/ranks-{commit}", url, listed["date"], Basis.INFERENCE, made)
    yield from _correction(value, f"{repository}/blob/HEAD/{table}", release)


def _ranks(
    release: str, commit: str, date: str, size: int, ranks: dict[str, Any]
) -> Iterator[Claim]:
    result = literals.day(date)
    for category, rank in ranks.items():
        if not isinstance(rank, int) or isinstance(rank, bool) or result is None:
            continue
        slug = iris.slug(str(category))
        node = iris.entity("livebench", "rank", f"{_SHORT}/{release}/{slug}/{commit}")
        ranking = iris.entity("livebench", "ranking", f"{release}/{slug}/{commit}")
        yield Claim(node, RDF.type, PG.RankEntry)
        yield Claim(node, PG.rankOf, THINKING)
        yield Claim(node, PG.rank, literals.integer(rank))
        yield Claim(node, PG.ranking, ranking)
        yield Claim(node, PG.population, literals.integer(size))
        yield Claim(node, DCTERMS.date, result.literal)
        yield Claim(ranking, RDF.type, PG.Ranking)
        name = f"LiveBench {release} {category}, list at {commit}"
        yield Claim(ranking, SCHEMA.name, literals.text(name))


def _correction(value: dict[str, Any], url: str, release: str) -> Iterator[Record | Problem]:
    text = str(value.get("silent_correction", ""))
    if not text:
        return
    match = _CORRECTED.match(text)
    dates = match and (
        literals.day(f"{match['day']} {match['month']} {match['year']}"),
        literals.day(f"{match['later']} {match['month']} {match['year']}"),
    )
    if not match or not dates or dates[0] is None or dates[1] is None:
        yield Problem("/silent_correction", "needs score, rank, commit and date before and after")
        return
    for score, rank, commit, dated in (
        (match["before"], match["rank"], match["first"], dates[0]),
        (match["after"], match["new"], match["second"], dates[1]),
    ):
        made = [
            *_score(release, match["category"], score, commit),
            *_ranks_of_correction(release, match["category"], int(rank), dated.literal.lexical),
        ]
        day = dated.literal.lexical
        yield _record(f"{_SHORT}/table-{release}", url, day, Basis.MEASUREMENT, made)


def _score(release: str, category: str, score: str, commit: str) -> Iterator[Claim]:
    slug = iris.slug(category)
    node = iris.entity("livebench", "evaluation", f"{_SHORT}/{release}/{slug}")
    bench = iris.mint("benchmark", f"livebench-{slug}")
    yield Claim(node, RDF.type, PG.EvaluationResult)
    yield Claim(node, PG.evaluationOf, THINKING)
    yield Claim(node, PG.benchmark, bench)
    yield Claim(node, PG.score, literals.decimal(score), locator=f"commit {commit}")
    yield Claim(node, PG.maxScore, literals.decimal(100))
    yield Claim(node, PG.setup, literals.text(f"release {release}"))
    yield Claim(bench, RDF.type, PG.Benchmark)
    yield Claim(bench, SCHEMA.name, literals.text(f"LiveBench {category}"))


def _ranks_of_correction(release: str, category: str, rank: int, day: str) -> Iterator[Claim]:
    slug = iris.slug(category)
    node = iris.entity("livebench", "rank", f"{_SHORT}/{release}/{slug}/table")
    ranking = iris.entity("livebench", "ranking", f"{release}/{slug}")
    dated = literals.day(day)
    yield Claim(node, RDF.type, PG.RankEntry)
    yield Claim(node, PG.rankOf, THINKING)
    yield Claim(node, PG.rank, literals.integer(rank), basis=Basis.INFERENCE)
    yield Claim(node, PG.ranking, ranking)
    if dated is not None:
        yield Claim(node, DCTERMS.date, dated.literal)
    yield Claim(ranking, RDF.type, PG.Ranking)
    yield Claim(ranking, SCHEMA.name, literals.text(f"LiveBench {release} {category}"))


def _record(local: str, url: str, day: str, basis: Basis, made: list[Claim]) -> Record:
    header = Header(
        record=iris.record("livebench", local, day),
        document=Iri(url),
        publisher=iris.organization("LiveBench"),
        retrieved=day,
        reader="curated",
        basis=basis,
        title="LiveBench table, recomputed" if basis is Basis.INFERENCE else "LiveBench table",
    )
    return Record(header, tuple(made)).sort()
