"""The Foundation Model Transparency Index: scores, disclosures, indicators, reports.

Scores assess developers: the assessment's subjects are the developer and its flagship model, which
is stated where a report names it and inferred elsewhere. Of the texts only the stance is claimed:
an indicator that is met means that the developer discloses the property; an indicator that is not
met means that the developer does not, or declines to.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Precision, Problem, Stance
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SKOS
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.catalogues import assessed, keys
from provenance_graph.formats.catalogues.fmti.tables import EDITIONS, FLAGSHIPS, PROPERTIES
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import csv_rows

SOURCE = "fmti"
EVALUATOR = "Stanford CRFM"
_REPORT = frozenset({"Definition", "Notes", "Disclosure", "Score"})
_INDICATORS = ("Domain", "Subdomain", "Indicator", "Definition")
_DEVELOPERS = frozenset(slug for edition in FLAGSHIPS.values() for slug in edition)
_TITLES = {"2024": ("May 2024", "2024-05-31"), "2025": ("December 2025", "2025-12-31")}
_DECLINES = re.compile(
    r"\bproprietary\b|\b(?:we|amazon|google|openai|meta|mistral|anthropic|xai) (?:do|does) not "
    r"(?:publicly )?(?:disclose|share|release)|discloses that they do not|acknowledges no disclosure"
    r"|makes? clear (?:that )?they do not|competitive landscape|under NDA",
    re.IGNORECASE,
)
_PARTLY = re.compile(
    r"\bpartial|\bsome (?:useful )?information|useful information|not comprehensive"
    r"|unclearly comprehensive|is mentioned|are mentioned|while .{1,200}\bdisclosed?\b",
    re.IGNORECASE,
)
_SCORES = {"0": assessed.ZERO, "1": assessed.ONE}
Rows = list[tuple[int, dict[str, str]]]


def recognises(features: Features) -> bool:
    """Whether a document is one of the index's four kinds of table."""
    return features.syntax == "csv" and bool(_kind(features.columns))


def _kind(columns: tuple[str, ...]) -> str:
    """``report``, ``indicators`` or ``developers`` (scores and disclosures), or empty."""
    if set(columns) >= _REPORT and columns[1:2] == ("Definition",):
        return "report"
    if columns[:4] == _INDICATORS:
        return "indicators"
    known = sum(iris.slug(column) in _DEVELOPERS for column in columns[1:])
    if columns[:1] == ("Indicator",) and known >= 3 and known * 2 > len(columns) - 1:
        return "developers"
    return ""


def origin(document: Document) -> Origin:
    """The origin Stanford CRFM, with the file's name as local identifier."""
    name = statements.clean((document.name or document.url).rsplit("/", 1)[-1])
    return Origin(
        local=iris.slug(name.removesuffix(".csv")),
        publisher=iris.organization(EVALUATOR),
        basis=Basis.THIRD_PARTY,
        title="Foundation Model Transparency Index",
        licence="CC-BY-4.0",
        attribution="Foundation Model Transparency Index, Stanford CRFM, https://crfm.stanford.edu/fmti/",
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of a table of the index, of any of its kinds.

    Raises Unreadable where the header row is of none of its editions.
    """
    rows: Rows = []
    for result in csv_rows.rows(document):
        if isinstance(result, Problem):
            yield result
        else:
            rows.append(result)
    columns = tuple(rows[0][1]) if rows else ()
    kind = _kind(columns)
    if not kind:
        raise Unreadable(document.url, "not a table of the Foundation Model Transparency Index")
    title = (
        "Indicator" if "Indicator" in columns else columns[0]
    )  # one report has a wrong column title
    edition = _edition({row[title].casefold() for _, row in rows})
    if not edition:
        yield Problem("L1", "neither the indicators of May 2024 nor those of December 2025")
        return
    scheme = _scheme(edition)
    if kind == "indicators":
        yield from _indicators(rows, scheme)
    elif kind == "report":
        developer = _developer(document, edition)
        yield from _report(rows, title, scheme, developer, edition)
    else:
        yield from _table(rows, title, scheme, edition)


def _edition(titles: set[str]) -> str:
    counter = Counter({year: len(only & titles) for year, only in EDITIONS.items()})
    year, hits = counter.most_common(1)[0]
    return year if hits else ""


def _scheme(edition: str) -> assessed.Scheme:
    title, _ = _TITLES[edition]
    return assessed.Scheme(f"fmti-{edition}", "FMTI", title, EVALUATOR)


def _developer(document: Document, edition: str) -> str:
    """The developer that a report is about, from the file's name."""
    name = statements.clean((document.name or document.url).rsplit("/", 1)[-1])
    text = re.split(r"[ _-]*fmtransparencyreport", name)[0].removesuffix(".csv")
    text = text.replace("_", " ").strip()[: statements.MAX_STATED]
    for known in FLAGSHIPS[edition]:
        if iris.slug(text).split("-")[0] == known.split("-")[0]:
            return {"bigcode": "BigCode", "stability": "Stability"}.get(known, text)
    return text


def _indicators(rows: Rows, scheme: assessed.Scheme) -> Iterator[Claim | Problem]:
    for line, row in rows:
        if not row["Indicator"]:
            yield Problem(f"L{line}", "an indicator without a title")
            continue
        criterion = scheme.criterion(row["Indicator"])
        yield Claim(criterion, RDF.type, PG.Criterion)
        yield Claim(
            criterion, SKOS.prefLabel, literals.text(row["Indicator"][: statements.MAX_STATED])
        )
        yield Claim(criterion, SKOS.inScheme, scheme.iri)


def _assessment(
    scheme: assessed.Scheme, edition: str, developer: str, model: Iri | None = None
) -> tuple[Iri, list[Claim]]:
    """The IRI and claims of a developer's assessment, with the model where the document names it.

    Where it does not, the model that the edition assessed is an Inference from its reports.
    """
    node = iris.entity(SOURCE, "assessment", f"{scheme.id}/{iris.slug(developer)}")
    organization = iris.organization(developer)
    claims = list(assessed.assessment(node, scheme, model))
    claims += statements.is_a(organization, PG.Organization, developer)
    claims.append(Claim(node, PG.assessedSubject, organization))
    flagship = FLAGSHIPS[edition].get(iris.slug(developer), "")
    if model is None and flagship:
        inferred = iris.entity(SOURCE, "model", iris.slug(flagship))
        claims += statements.is_a(inferred, PG.Model, flagship)
        claims.append(
            Claim(node, PG.assessmentOf, inferred, basis=Basis.INFERENCE, locator=developer)
        )
    day = literals.day(_TITLES[edition][1])
    assert day is not None
    claims.append(
        Claim(
            node,
            DCTERMS.date,
            day.literal,
            as_stated=_TITLES[edition][0],
            precision=Precision.MONTH,
            locator="edition",
        )
    )
    return node, claims


def _table(
    rows: Rows, title: str, scheme: assessed.Scheme, edition: str
) -> Iterator[Claim | Problem]:
    """Yield the scores or disclosures of all developers, one column each."""
    scored = any(cell in ("0", "1") for cell in list(rows[0][1].values())[1:])
    for developer in list(rows[0][1])[1:]:
        if not developer:
            continue
        if scored:
            node, claims = _assessment(scheme, edition, developer)
            yield from claims
            yield from _scores(rows, title, scheme, node, developer)
        else:
            yield from _disclosures(rows, title, developer, edition)


def _disclosures(rows: Rows, title: str, developer: str, edition: str) -> Iterator[Claim | Problem]:
    """Yield a developer's disclosures as stated, and the properties in them as partly stated.

    They are claims about the flagship where a disclosure names it, else statements about the
    developer. Whether a disclosure is sufficient is stated by the scores only.
    """
    texts = [row[developer] for _, row in rows]
    flagship = _named(FLAGSHIPS[edition].get(iris.slug(developer), ""), texts)
    if not flagship:
        organization = statements.named_organization(developer)
        yield from (
            coverage.other(organization, r[title], r[developer]) for _, r in rows if r[developer]
        )
        return
    model = iris.entity(SOURCE, "model", iris.slug(flagship))
    yield from statements.is_a(model, PG.Model, flagship)
    yield from statements.made_by(model, developer)
    for line, row in rows:
        if row[developer]:
            yield coverage.other(model, row[title], row[developer])
        if row[developer] and not _DECLINES.search(row[developer][:2000]):
            for predicate in PROPERTIES.get(row[title].casefold(), ()):
                yield statements.not_given(
                    model, predicate, Stance.PARTLY_STATED, "disclosed", f"L{line} {developer}"
                )


def _scores(
    rows: Rows, title: str, scheme: assessed.Scheme, node: Iri, developer: str
) -> Iterator[Claim | Problem]:
    total, stated = 0, ""
    for line, row in rows:
        name, cell = row[title], row[developer]
        if name.casefold() == "total":
            stated = cell
        elif cell in ("0", "1"):
            total += int(cell)
            yield from assessed.result(node, scheme, name, score=_SCORES[cell])
        else:
            yield Problem(f"L{line} {developer}", f"{cell[:40]!r} is not a score", "0 or 1")
    if stated and statements.score(stated) != literals.decimal(total):
        yield Problem(developer, f"the total is {stated[:20]!r}, the scores sum to {total}")
    if literal := statements.score(stated):
        yield Claim(node, PG.score, literal)
    else:
        yield Claim(
            node, PG.score, literals.decimal(total), basis=Basis.INFERENCE, locator=developer
        )
    yield Claim(node, PG.maxScore, literals.decimal(100))


def _report(
    rows: Rows, title: str, scheme: assessed.Scheme, developer: str, edition: str
) -> Iterator[Claim | Problem]:
    """Yield one developer's report: its flagship, a result per indicator, a stance per property."""
    flagship = _flagship(rows, developer, edition)
    model = iris.entity(SOURCE, "model", iris.slug(flagship)) if flagship else None
    node, claims = _assessment(scheme, edition, developer, model)
    yield from claims
    if model is not None:
        yield from statements.is_a(model, PG.Model, flagship)
        yield from statements.made_by(model, developer)
    for line, row in rows:
        name, score = row[title], row["Score"]
        if score not in ("0", "1"):
            yield Problem(f"L{line} Score", f"{score[:40]!r} is not a score", "0 or 1")
            continue
        yield from assessed.result(node, scheme, name, score=_SCORES[score])
        result = assessed.result_iri(node, name)
        for key in ("Disclosure", "Justification"):
            if sentences := row.get(key, ""):
                yield coverage.other(result, key, sentences)
        for url in dict.fromkeys(statements.urls(row.get("References", ""))):
            yield statements.link(result, DCTERMS.references, url, f"L{line} References")
        if model is not None:
            for predicate in PROPERTIES.get(name.casefold(), ()):
                stated, verdict = stance(row)
                yield statements.not_given(model, predicate, stated, verdict, f"L{line} {name}")


def _flagship(rows: Rows, developer: str, edition: str) -> str:
    """The model by which the edition assessed a developer, if the report names it; else empty."""
    texts = [row[key] for _, row in rows for key in ("Disclosure", "Justification") if key in row]
    return _named(FLAGSHIPS[edition].get(iris.slug(developer), ""), texts)


def _named(known: str, texts: list[str]) -> str:
    wanted = re.compile(rf"(?<![\w-]){re.escape(known)}(?!\w|\.\d)")
    return known if known and any(wanted.search(text) for text in texts) else ""


def stance(row: Mapping[str, str]) -> tuple[Stance, str]:
    """The developer's stance on a property in a report's row, and a word for it.

    An indicator that is met is partly stated here: the value stands in another document.

    >>> stance({"Score": "0", "Disclosure": "We do not disclose this."})[0].label
    'DeclinesToDisclose'
    >>> stance({"Score": "0", "Disclosure": ""})[0].label, stance({"Score": "1"})[1]
    ('ReportsUndisclosed', 'disclosed')
    """
    if row["Score"] == "1":
        return Stance.PARTLY_STATED, "disclosed"
    disclosure, justification = row.get("Disclosure", ""), row.get("Justification", "")
    if _DECLINES.search(disclosure[:2000]) or _DECLINES.search(justification[:2000]):
        return Stance.DECLINES, "declined"
    if disclosure and _PARTLY.search(justification[:2000]):
        return Stance.PARTLY_STATED, "partly disclosed"
    return Stance.REPORTS_UNDISCLOSED, "not disclosed"


SYNTAXES = ("csv",)

READER = Reader(
    format=SOURCE,
    title="Foundation Model Transparency Index (CSV)",
    version="2",
    recognises=recognises,
    origin=origin,
    read=read,
    keys=keys.FMTI,
    leaves=keys.cells("row"),
    subjects=keys.nowhere,
)
