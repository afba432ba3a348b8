"""``assess``: a rubric's score with its range, and the claims behind each point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from provenance_graph import completion
from provenance_graph.assessment.levels.glyphs import GLYPHS
from provenance_graph.cited import with_receipts
from provenance_graph.core.iris import spaced
from provenance_graph.core.terms import PG
from provenance_graph.options import as_of_option, format_option, unused
from provenance_graph.session import Session
from provenance_graph.tables import Footnotes, fitted

if TYPE_CHECKING:
    from provenance_graph.acceptance.snapshot import AcceptedSnapshot
    from provenance_graph.assessment.answers import (
        AssessedAnswer,
        CriterionAnswer,
        EvidenceUse,
        GapAnswer,
        PillarAnswer,
        PublishedAnswer,
    )
    from provenance_graph.assessment.assess import Assessed
    from provenance_graph.assessment.rubrics.rubric import Rubrics
    from provenance_graph.core.iris import Iri
    from provenance_graph.model.answers import ClaimAnswer

AGREEMENT = (
    "published",
    "rubric",
    "models",
    "inside our range",
    "mean width",
    "rho, low",
    "tau, low",
    "rho, middle",
    "tau, middle",
    "rho, with its claims",
    "tau, with its claims",
)
SUMMARY = ("model", "rubric", "version", "low", "high", "of", "class", "possible class")


@click.command()
@click.argument("models", nargs=-1, metavar="MODEL…", shell_complete=completion.models)
@click.option(
    "--rubric",
    "rubrics",
    multiple=True,
    metavar="ID|FILE",
    shell_complete=completion.rubrics,
    help="A scheme of the store, a .ttl file with one, or `all`; repeatable.  [default: kg-transparency]",
)
@as_of_option
@click.option(
    "--evidence", is_flag=True, help="Which document supports which item, and what is missing."
)
@click.option("--missing", is_flag=True, help="Only what the developer has not yet disclosed.")
@click.option(
    "--agreement",
    is_flag=True,
    help="Agreement of totals with published ones, over all models in common.",
)
@click.option(
    "--query", "as_query", is_flag=True, help="The SPARQL query that gives the same total."
)
@click.option(
    "--gaps",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Maximum number of gaps.",
)
@format_option()
@click.pass_obj
@with_receipts
def command(
    session: Session,
    models: tuple[str, ...],
    rubrics: tuple[str, ...],
    as_of: str,
    evidence: bool,
    missing: bool,
    agreement: bool,
    as_query: bool,
    gaps: int,
    form: str,
) -> None:
    """Score MODEL under a rubric: a low to high range, every point with its claims."""
    from provenance_graph.assessment.assess import assess_under
    from provenance_graph.assessment.evidence import table as evidence_table
    from provenance_graph.assessment.rubrics.rubric import DEFAULT_RUBRIC
    from provenance_graph.model.naming.resolve import resolve

    if agreement:
        unused("is not read with --agreement", "models", "evidence", "missing", "as_query", "gaps")
        if len(rubrics) > 1:
            raise click.UsageError("--agreement takes one --rubric")
    elif as_query:
        unused("is not read with --query", "as_of", "evidence", "missing", "gaps", "form")
    elif evidence or missing:
        unused("is not read with --evidence or --missing", "gaps")
    snapshot = session.snapshot(as_of)
    if agreement:
        _agreement(session, snapshot, rubrics, form)
        return
    if not models:
        raise click.UsageError("name a MODEL, or ask for --agreement")
    usual = evidence_table.LISTS[:3] if evidence or missing else (DEFAULT_RUBRIC,)
    known, names = _schemes(snapshot, rubrics or usual)
    if as_query:
        click.echo(_query(known, names, [resolve(snapshot, model) for model in models]), nl=False)
        return
    subjects = [resolve(snapshot, model) for model in models]
    session.say_unknown(snapshot, *subjects)
    results = [one for subject in subjects for one in assess_under(snapshot, subject, names, known)]
    if evidence or missing:
        rows = (
            evidence_table.missing(results)
            if missing
            else [r for one in results for r in evidence_table.evidence(one)]
        )
        if form == "json":
            session.print_json([row.to_json() for row in rows])
        else:
            session.print_table(evidence_table.COLUMNS, evidence_table.table(rows), form)
    elif form == "json":
        whole = [one.to_json() for one in results]
        session.print_json(whole[0] if len(whole) == 1 else whole)
    elif form == "csv":
        session.print_table(_columns(), _csv(results), form)
    elif len(results) > 1:
        session.print_table(SUMMARY, map(_summary, results), form)
    else:
        click.echo(fitted("\n".join(page(results[0].to_json(), gaps))))


def _agreement(
    session: Session, snapshot: AcceptedSnapshot, rubrics: Sequence[str], form: str
) -> None:
    from provenance_graph.assessment.agreement import agreements
    from provenance_graph.assessment.rubrics.rubric import DEFAULT_RUBRIC

    result = agreements(snapshot, rubrics[0] if rubrics else DEFAULT_RUBRIC)
    if form == "json":
        session.print_json([one.to_json() for one in result])
        return
    rows = [
        (
            one.scheme,
            one.rubric,
            len(one.pairs),
            one.inside,
            one.width,
            *(x for c in (one.low, one.middle, one.circular) for x in (c.spearman, c.kendall)),
        )
        for one in result
    ]
    session.print_table(AGREEMENT, rows, form)
    session.say(
        "rho and tau leave out the index's own claims, which would compare it with itself; "
        "'with its claims' shows how much that raises the agreement. Empty: fewer than 3 models, "
        "or nothing varies."
    )


def _query(known: Rubrics, names: Sequence[str], models: Sequence[Iri]) -> str:

    from provenance_graph.assessment.totals import query

    applied = [known.applied(name) for name in names]
    texts = [query(rubric, models) for rubric in applied]
    texts += [query(r, models, "classes") for r in applied if r.kind == PG.ClassScheme]
    return "\n".join(texts)


def _schemes(snapshot: AcceptedSnapshot, chosen: Sequence[str]) -> tuple[Rubrics, list[str]]:
    """The known rubrics and the names of the chosen ones; ``all`` and .ttl files are expanded."""
    from provenance_graph.assessment.rubrics import loader as rubric_loader

    known = rubric_loader.from_store(snapshot)
    names: list[str] = []
    for name in chosen:
        if name == "all":
            names += sorted(rubric.id for rubric in known if rubric.is_computed)
        elif name.endswith(".ttl"):
            from provenance_graph.ingest.shipped import reference_quads

            if not Path(name).is_file():
                raise click.BadParameter(f"no file {name}", param_hint="--rubric")
            more = rubric_loader.extended(snapshot, reference_quads([Path(name)]), name)
            names += sorted(rubric.id for rubric in more if rubric.iri not in known.schemes)
            known = more
        else:
            names.append(name)
    return known, list(dict.fromkeys(names))


def _summary(one: Assessed) -> tuple[object, ...]:
    from provenance_graph.assessment.score import rounded

    made = one.assessment
    return (
        one.name,
        made.rubric.id,
        made.rubric.version,
        rounded(made.low),
        rounded(made.high),
        float(made.rubric.maximum),
        made.grade,
        made.possible_grade,
    )


def _columns() -> tuple[str, ...]:
    from provenance_graph.assessment.assess import ITEM_COLUMNS

    return ("model", "rubric", "version", *ITEM_COLUMNS)


def _csv(assesseds: Sequence[Assessed]) -> Iterator[tuple[object, ...]]:
    for one in assesseds:
        rubric = one.assessment.rubric
        for row in one.item_rows():
            yield (one.name, rubric.id, rubric.version, *row)


def page(assessed_answer: AssessedAnswer, gaps: int = 10) -> Iterator[str]:
    """The assessment as lines of text, from its JSON."""
    rubric, total = assessed_answer["rubric"], assessed_answer["total"]
    known = f", as known on {assessed_answer['asOf']}" if assessed_answer["asOf"] else ""
    yield f"{assessed_answer['subject']['name']} ({assessed_answer['subject']['id']}): {total['shown']}{known}"
    yield f"{rubric['label']} ({rubric['id']}, version {rubric['version']})"
    if assessed_answer["asked"]["iri"] != rubric["iri"]:
        yield f"{assessed_answer['asked']['id']} gives no rule to compute; {rubric['id']} is our reading of it"
    yield "low counts items that no source covers as zero, high as full: the gap is missing audit work"
    yield from _classes(assessed_answer["pillars"])
    documents = Footnotes()
    for criterion in assessed_answer["criteria"]:
        yield from _criterion(criterion, documents)
    yield ""
    yield "  ".join(f"{glyph} {level}" for level, glyph in GLYPHS.items())
    yield from _gaps(assessed_answer["gaps"], gaps)
    yield from _published(assessed_answer["published"])
    yield ""
    yield f"The same total by one SPARQL query: assess … --query ({total['rounding']})"
    yield from documents.text().splitlines()


def _classes(pillars: Sequence[PillarAnswer]) -> Iterator[str]:
    for pillar in pillars:
        if "grade" in pillar:
            state = (
                "reached"
                if pillar["reached"]
                else "possible"
                if pillar["possible"]
                else "ruled out"
            )
            lacks = ", ".join(item["label"] for item in pillar["missing"])
            yield f"  {pillar['label']}: {state}" + (f"; not certain: {lacks}" if lacks else "")


def _span(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"


def _criterion(criterion: CriterionAnswer, documents: Footnotes) -> Iterator[str]:
    items = criterion["items"]
    alone = len(items) == 1 and items[0]["iri"] == criterion["iri"]
    if not alone:
        yield ""
        yield f"{criterion['label']}  {_span(criterion['low'], criterion['high'])} of {criterion['maximum']:g}"
    for item in items:
        points = f"{_span(item['low'], item['high'])} of {item['maximum']:g}"
        yield f"  {GLYPHS[item['level']]} {item['id']:<4} {item['label']}  {points}  [{item['why']}]"
        for use in item["evidence"]:
            if use["level"] not in ("not assessed",):
                yield from _use(use, documents)


def _use(use: EvidenceUse, documents: Footnotes, limit: int = 3) -> Iterator[str]:
    claims = use["claims"]
    for claim in claims[:limit]:
        document = documents.replaced(claim["document"] or "")
        location = " ".join(filter(None, (document, claim["locator"])))
        how = f"{spaced(claim['basis'])}, {claim['custody'].casefold()}"
        yield f"          {use['label']}: {_value(claim)}  ({how}, {location}, {claim['retrieved'][:10]})"
    if len(claims) > limit:
        yield f"          {use['label']}: {len(claims) - limit} more claims"


def _value(claim: ClaimAnswer) -> str:
    """The value of a claim as text: a label or number, else its stance in words."""
    from provenance_graph.model.display import value_text

    value = claim["value"]
    return spaced(claim["stance"]) if value is None else value_text(value)


def _gaps(gap_answers: Sequence[GapAnswer], limit: int) -> Iterator[str]:
    if gap_answers and limit:
        yield ""
        yield "What the developer would have to publish to gain the most"
        for gap in gap_answers[:limit]:
            what = ", ".join(entity["label"] for entity in gap["missing"]) or gap["label"]
            yield f"  +{gap['gain']:g}  {gap['id']:<4} {gap['label']}: {what}  [{gap['action']}]"
        if len(gap_answers) > limit:
            yield f"  {limit} of {len(gap_answers)} gaps shown"


def _published(published_answers: Sequence[PublishedAnswer]) -> Iterator[str]:
    if published_answers:
        yield ""
        yield "Published by others"
    for made in published_answers:
        score = "no total"
        if made["score"] is not None:
            score = f"{made['score']:g} of {made['maximum']:g}"
            if made["addedUpFrom"]:
                score += f" (added up from {made['addedUpFrom']} published results)"
        grade = f", {made['grade']}" if made["grade"] else ""
        difference = ""
        if made["apart"] is not None:
            difference = (
                "; inside our range" if made["insideRange"] else f"; {made['apart']:g} from ours"
            )
        about = f"{made['relation']}: {made['subject']['label']}"
        when = made["date"] or "no date"
        version = f", {made['version']}" if made["version"] else ""
        yield f"  {made['scheme']['id']}{version}: {score}{grade}  [{about}; {when}{difference}]"
