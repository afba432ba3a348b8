"""Epoch AI's table of notable models: one row per model.

Its figures have several bases. A figure that a paper reports has the record's basis. A figure that
Epoch computed by counting operations or from hardware is an Inference. A figure is an Estimate
where Epoch guessed it from benchmarks, other models or third parties, where its notes call it a
guess or cite a newspaper, and, for size, compute, data and cost, where the row is labelled
Speculative. The labels Confident and Likely become confidences, whose numbers are this program's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Literal, Precision, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.papers import arxiv_month
from provenance_graph.core.sizes import size_in_name
from provenance_graph.core.terms import DCTERMS, PG, RDF, RDFS
from provenance_graph.formats import mapping, model_names, statements
from provenance_graph.formats.catalogues import entries, epoch_figures, keys
from provenance_graph.formats.catalogues.epoch_figures import Row
from provenance_graph.formats.document import Document, Features, Origin, Reader, gathered
from provenance_graph.formats.fields import csv_rows
from provenance_graph.formats.licences import names as licence_names

SOURCE = "epoch"
NEEDED = frozenset(
    {"Model", "Organization", "Publication date", "Parameters", epoch_figures.COMPUTE}
)
_ACCESS = (
    ("open weights", PG.OpenWeights),
    ("api access", PG.ApiOnly),
    ("hosted access", PG.ApiOnly),
)
_CODE = {
    "Training code accessibility": PG.trainingCode,
    "Inference code accessibility": PG.inferenceCode,
}
_LEAST_SIZE_RATIO = Decimal("0.6")
"""The least ratio of a tuned model's count to its base's; the policy's bound for a size in a
name."""


def recognises(features: Features) -> bool:
    """Whether a document's header row is that of Epoch's table."""
    return features.syntax == "csv" and set(features.columns) >= NEEDED


def origin(document: Document) -> Origin:
    """The origin Epoch AI; the date in the file name is no part of the local identifier."""
    name = statements.clean((document.name or document.url).rsplit("/", 1)[-1])
    return Origin(
        local=iris.slug(re.sub(r"[_-]?(?:19|20)\d\d(?:-\d\d){0,2}|\.csv$", "", name)),
        publisher=iris.organization("Epoch AI"),
        basis=Basis.THIRD_PARTY,
        title="Data on AI Models: notable models",
        licence="CC-BY-4.0",
        attribution="Epoch AI, Data on AI Models, https://epoch.ai/data/ai-models",
    )


def read(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of each model, row by row."""
    table: list[tuple[int, dict[str, str]]] = []
    for result in csv_rows.rows(document):
        if isinstance(result, Problem):
            yield result
        elif result[1].get("Model"):
            table.append(result)
        else:
            yield Problem(f"L{result[0]}", "a row without a model", "the column Model")
    subjects = _named(table)
    known: set[str] = set()
    for line, row in table:
        name = row["Model"][: statements.MAX_STATED]
        if name in known:
            yield Problem(f"L{line}", f"{name!r} has a row already", "rows of one model are merged")
        known.add(name)
    sizes = {
        row["Model"][: statements.MAX_STATED]: size for _, row in table if (size := _size(row))
    }
    for line, row in table:
        yield from _row(row, subjects, sizes, f"L{line}")


def _named(table: list[tuple[int, dict[str, str]]]) -> dict[str, Iri]:
    """The models of a table by name; names that differ only in punctuation are different models."""
    subjects: dict[str, Iri] = {}
    taken: set[Iri] = set()
    for _, row in table:
        name = row["Model"][: statements.MAX_STATED]
        if name not in subjects:
            subject = iris.entity(SOURCE, "model", iris.name_slug(name))
            if subject in taken:
                subject = iris.entity(SOURCE, "model", name)
            subjects[name] = subject
            taken.add(subject)
    return subjects


def _row(
    row: Row, subjects: Mapping[str, Iri], sizes: Mapping[str, Decimal], where: str
) -> Iterator[Claim | Problem]:
    name = row["Model"][: statements.MAX_STATED]
    model = subjects[name]
    yield from statements.is_a(model, PG.Model, name)
    for maker in epoch_figures.several(row.get("Organization", "")):
        yield from statements.made_by(model, maker)
    yield from _published(row, model, where)
    yield from _domains(row, model)
    yield from epoch_figures.figures(row, model, where)
    yield from epoch_figures.hardware_of(row, model, where)
    yield from epoch_figures.data(row, model, where)
    yield from _bases(row, model, subjects, sizes, where)
    yield from _access(row, model, where)
    yield from _links(row, model, name, where)


def _published(row: Row, model: Iri, where: str) -> Iterator[Claim | Problem]:
    """Yield a model's day of publication; a day after its paper's month is a revision's.

    One row in eight with a paper on arXiv has such a day, of a later version or a conference, up to
    fifteen months off. The month of first publication is then taken from the paper's arXiv number.
    """
    stated, location = row.get("Publication date", ""), f"{where} Publication date"
    papers = [url for url in statements.urls(row.get("Link", "")) if arxiv_month(url)]
    number = arxiv_month(papers[0]) if len(papers) == 1 else None
    first = literals.day("{}-{:02}".format(*number)) if number else None
    for item in mapping.released(model, DCTERMS.issued, stated, location) if stated else ():
        if first is None or isinstance(item, Problem) or not _after(item, first.literal):
            yield item
            continue
        why = f"the paper that the row links to came out in {first.literal.lexical[:7]}"
        yield replace(item, value=None, as_stated=stated, locator=location, unusable=why)
        yield Claim(
            model,
            DCTERMS.issued,
            first.literal,
            precision=first.precision,
            basis=Basis.INFERENCE,
            as_stated=papers[0],
            locator=f"{where} Link",
        )


def _after(dated: Claim, last: Literal) -> bool:
    """Whether a claim's whole date range (day, month or year) lies after a day."""
    if not isinstance(dated.value, Literal):
        return False
    first, _ = literals.period(dated.value, dated.precision or Precision.DAY)
    return first.isoformat() > last.lexical


def _domains(row: Row, model: Iri) -> Iterator[Claim]:
    """Yield a model's domains of application as in SPDX ("computer vision"); they are no tasks.

    Beside the domain Language the table gives "Image generation" to models that write text and
    whose service draws with another model: such a domain is refused.
    """
    domains = epoch_figures.several(row.get("Domain", ""))
    for domain in domains:
        named = Claim(model, PG.applicationDomain, statements.literal(domain.casefold()))
        why = "it names no domain" if domain == "Other" else ""
        if domain == "Image generation" and "Language" in domains:
            why = "beside language it is what the service does, with another model"
        yield replace(named, value=None, as_stated=domain, unusable=why) if why else named


def _size(row: Row) -> Decimal | None:
    """The row's parameter count, unless it is a guess or contradicts a size in the name; else None.

    The table gives Llama 2-7B the count of the largest model of its family.
    """
    count = literals.number(row.get("Parameters", ""))
    if count is None or count <= 0 or row.get("Confidence", "").casefold() == "speculative":
        return None
    named = size_in_name(row["Model"][: statements.MAX_STATED])
    if named is not None and not named[1] and count * _LEAST_SIZE_RATIO > Decimal(named[0]):
        return None
    return count


def _too_large(name: str, base: str, sizes: Mapping[str, Decimal]) -> str:
    """The reason why a base is too large by the table's own counts; empty where it is not.

    Fine-tuning keeps the size: such a base is another member of its family, a teacher or a part.
    """
    own, other = sizes.get(name), sizes.get(base)
    if own is None or other is None or own >= _LEAST_SIZE_RATIO * other:
        return ""
    return (
        f"the same table gives the model {_short(own)} parameters and this base {_short(other)}, "
        "and tuning keeps the size"
    )


def _no_base(name: str, base: str, sizes: Mapping[str, Decimal]) -> str:
    """The reason why a stated base model is none; empty where it may be one."""
    if model_names.is_later_version(name, base):
        return "an earlier version of one line, which is followed and not tuned"
    return _too_large(name, base, sizes)


def _short(count: Decimal) -> str:
    """A count in millions or billions, with three significant digits.

    >>> _short(Decimal(110_000_000)), _short(Decimal(1_843_000_000))
    ('110M', '1.84B')
    """
    unit, letter = (10**9, "B") if count >= 10**9 else (10**6, "M")
    return f"{count / unit:.3g}{letter}"


def _bases(
    row: Row,
    model: Iri,
    subjects: Mapping[str, Iri],
    sizes: Mapping[str, Decimal],
    where: str,
) -> Iterator[Claim | Problem]:
    """Yield the stated base models: each a parent, unless the table's own counts exclude it."""
    for name in epoch_figures.several(row.get("Base model", "")):
        parent = subjects.get(name) or iris.entity(SOURCE, "unresolved", iris.name_slug(name))
        if parent == model or model_names.is_itself(name, row["Model"]):
            what = f"{name!r} is the model itself or its family"
            yield Problem(f"{where} Base model", what, "the name of the base model", kind="lineage")
            continue
        if why := _no_base(row["Model"][: statements.MAX_STATED], name, sizes):
            yield Claim(
                model,
                PG.fineTunedFrom,
                None,
                as_stated=name,
                locator=f"{where} Base model",
                unusable=why,
            )
            continue
        if name not in subjects:
            yield Claim(parent, RDF.type, PG.UnresolvedReference)
            yield Claim(parent, PG.unresolvedText, statements.literal(name))
        yield Claim(model, PG.fineTunedFrom, parent)


def _access(row: Row, model: Iri, where: str) -> Iterator[Claim | Problem]:
    column = "Model accessibility"
    stated = row.get(column, "")
    result = next((code for head, code in _ACCESS if stated.casefold().startswith(head)), None)
    if result is not None:
        plain = stated.casefold() in ("api access", "open weights (unrestricted)")
        yield Claim(
            model,
            PG.weightsAvailability,
            result,
            as_stated="" if plain else stated[: statements.MAX_STATED],
            locator="" if plain else f"{where} {column}",
        )
    elif stated:
        yield statements.not_given(
            model, PG.weightsAvailability, Stance.DENIES, stated, f"{where} {column}"
        )
    for column, predicate in _CODE.items():
        stated = row.get(column, "")
        if stated.casefold() == "unreleased":
            yield statements.not_given(
                model, predicate, Stance.REPORTS_UNDISCLOSED, stated, f"{where} {column}"
            )
    column = "Accessibility notes"
    notes = row.get(column, "")
    if notes and len(notes) <= 60:  # a licence's name alone; longer notes are prose
        bare = re.sub(r"\s*licensed$|:$", "", notes, flags=re.IGNORECASE)
        if licence_names.normalise(bare).value is not None:
            yield from statements.licensed(model, bare, locator=f"{where} {column}")


def _links(row: Row, model: Iri, name: str, where: str) -> Iterator[Claim | Problem]:
    """Yield papers and repositories; a repository is the model's only if its name is the model's."""
    column = "Link"
    urls = statements.urls(row.get(column, ""))
    if row.get(column) and not urls:
        yield statements.link(model, RDFS.seeAlso, row[column], f"{where} {column}")
    for url in dict.fromkeys(urls):
        repository = statements.hub_model(url)
        if not repository:
            yield statements.link(model, statements.link_property(url), url, f"{where} {column}")
    for url in dict.fromkeys([*urls, *statements.urls(row.get("Accessibility notes", ""))]):
        repository = statements.hub_model(url)
        if repository and model_names.same_name(repository, name):
            yield Claim(model, PG.hubRepository, statements.hub_page(repository))
        elif repository and url in urls and model_names.may_hold(repository, name):
            yield Claim(model, PG.weightsLocation, statements.hub_page(repository))


SYNTAXES = ("csv",)


def _subjects(document: Document) -> Mapping[str, Iri]:
    """The model of every row, by location."""
    rows = [row for row in csv_rows.rows(document) if not isinstance(row, Problem)]
    table = [row for row in rows if row[1].get("Model")]
    named = _named(table)
    return {f"L{line}": named[row["Model"][: statements.MAX_STATED]] for line, row in table}


_SUBJECTS = _subjects
_LEAVES = gathered(keys.cells("row"))
_READ = entries.with_rest(read, keys.EPOCH, _LEAVES, _SUBJECTS)

READER = Reader(
    format=SOURCE,
    title="Epoch AI: data on AI models (CSV)",
    recognises=recognises,
    origin=origin,
    read=_READ,
    version="11",
    keys=keys.EPOCH,
    leaves=_LEAVES,
    subjects=_SUBJECTS,
)
