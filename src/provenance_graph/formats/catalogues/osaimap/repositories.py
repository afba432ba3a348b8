"""The crawl of Hub models and datasets in the AI Stack Map: one row per repository."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from provenance_graph.core import hub, iris, literals, papers
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV
from provenance_graph.formats import coverage, model_names, statements
from provenance_graph.formats.catalogues.osaimap.rows import Row, described, unresolved
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields import languages
from provenance_graph.formats.huggingface.tables import (
    FORMAT_TAGS,
    HUB_RELATIONS,
    RELATIONS,
    quantization_of,
)

_HUB_EPOCH = "2022-03-02"
_FORMATS = FORMAT_TAGS - {"ggml"}  # the Hub adds ggml as the library's name
_EMPTY_CARD = "1910.09700"
"""The paper that the Hub's template card links to."""


def _common_claims(row: Row, name: str) -> Iterator[Claim]:
    """Yield the claims that every list of repositories gives: page, owner, task, library."""
    yield from described(name)
    for column, predicate in (("pipeline_tag", PG.task), ("library_name", PG.framework)):
        if value := row.get(column, ""):
            yield Claim(iris.model(name), predicate, literals.text(value[:120]))


def model(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    """Yield the claims of a row of the list of models; a problem for a repeated model."""
    if nth > 1:
        yield Problem(where, f"{name} is repeated", kind="repeat")
        return
    subject = iris.model(name)
    yield from _common_claims(row, name)
    yield from _times(subject, row, where)
    tags = row.get("tags", "")
    yield from _tags(subject, name, tags, f"{where}/tags")
    if "base_model:adapter:" in tags:  # an adapter's tags describe how the base was loaded
        return
    method, bits = quantization_of(tag.strip() for tag in tags.split(","))
    if method:
        yield Claim(subject, PG.quantizationMethod, literals.text(method), locator=f"{where}/tags")
    if bits:
        yield Claim(subject, PG.quantizationBits, literals.decimal(bits), locator=f"{where}/tags")


def _times(subject: Iri, row: Row, where: str) -> ReaderOutput:
    for column, predicate in (("created_at", DCTERMS.created), ("last_modified", DCTERMS.modified)):
        stated = row.get(column, "")
        if not stated:
            continue
        at = f"{where}/{column}"
        claim = statements.dated(subject, predicate, stated[:10], at)
        if predicate == DCTERMS.created and str(claim.value) == _HUB_EPOCH:
            claim = Claim(
                subject,
                predicate,
                None,
                as_stated=stated,
                locator=at,
                unusable="the day from which the Hub records creation, not the repository's own",
            )
        elif claim.unusable:
            yield Problem(at, f"{claim.as_stated[:60]!r}: {claim.unusable}", kind="impossible")
        yield claim


def _papers(subject: Iri, tags: str, where: str) -> ReaderOutput:
    """Yield the papers that a card links to: the Hub's tags do not say what kind of link it is.

    Benchmarks, methods and the emissions calculator of the Hub's empty card are among them. If only
    one other paper is linked, it is probably the model's own, which is an inference.
    """
    stated = {t[6:].strip() for t in map(str.strip, tags.split(",")) if t[:6] == "arxiv:"}
    numbers = sorted({papers.arxiv_id(text) or text for text in stated})
    cited = [number for number in numbers if number != _EMPTY_CARD]
    for number in numbers:
        item = statements.link(subject, PG.paper, f"{papers.ARXIV_SITE}{number}", where)
        if isinstance(item, Problem):
            yield item
        elif cited == [number]:
            yield replace(item, basis=Basis.INFERENCE)
        else:
            yield replace(item, predicate=DCTERMS.references)


def _relation(tagged: str, name: str, base: str) -> Iri:
    """The relation of a model to its base by the Hub's tag, corrected by the two names.

    The Hub infers the tag: it calls a fine-tune with small files quantized. It calls a fine-tune
    also a model that was pruned, was extracted from a larger one or uses it as a part, and a copy
    under its parent's name. Fine-tuning keeps the size and gives a new name.
    """
    if tagged == "quantized" and not model_names.is_quantised_copy(name, base):
        return PROV.wasDerivedFrom
    if tagged == "finetune" and model_names.is_quantised_copy(name, base):
        return PROV.wasDerivedFrom
    if tagged in ("finetune", "adapter") and model_names.is_named_smaller(name, base):
        return PROV.wasDerivedFrom
    return RELATIONS[tagged]


def _tags(subject: Iri, name: str, tags: str, where: str) -> ReaderOutput:
    yield from _papers(subject, tags, where)
    for tag in tags.split(","):
        kind, _, rest = tag.strip().partition(":")
        if not rest:
            if kind in _FORMATS:
                yield Claim(subject, PG.fileFormat, literals.text(kind))
        elif kind == "license":
            yield from statements.licensed(subject, rest, locator=where)
        elif kind == "doi":
            yield statements.link(subject, PG.paper, rest, where)
        elif kind == "dataset" and model_names.names_no_dataset(rest):
            what = f"{rest[:60]!r} states how data were loaded, not which"
            yield Problem(where, what, "the name of a dataset", kind="lineage")
        elif kind == "dataset":
            data = iris.dataset(rest)
            yield from statements.is_a(data, PG.Dataset, rest)
            yield Claim(subject, PG.trainedOn, data)
        elif kind == "language":
            yield languages.stated(subject, rest, "language")
        elif kind == "source_datasets" and rest != "original" and " " not in rest:
            yield coverage.other(subject, "tags", tag.strip())
        elif kind == "base_model":
            relation, _, base = rest.partition(":")
            if relation in HUB_RELATIONS and hub.is_name(base) and iris.model(base) != subject:
                how = _relation(relation, name, base)
                yield Claim(subject, how, iris.model(base), basis=Basis.INFERENCE)


def from_repositories(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    """Yield the claims of a row of the list of code repositories."""
    if nth > 1:
        yield Problem(where, f"{name} is repeated", kind="repeat")
        return
    subject = iris.model(name)
    yield from _common_claims(row, name)
    if base := row.get("base_model_id", ""):
        at = f"{where}/base_model_id"
        if base.casefold() == name.casefold():
            yield Problem(at, f"{name} names itself as its base", kind="lineage")
        elif hub.is_name(base):
            target = iris.model(base)
            yield Claim(subject, PROV.wasDerivedFrom, target, basis=Basis.INFERENCE)
        else:
            yield from unresolved(subject, PROV.wasDerivedFrom, base, at)
    if code := row.get("github_repo", ""):
        if hub.is_name(code):
            yield Claim(subject, PG.codeRepository, Iri(f"https://github.com/{code}"))
        else:
            at = f"{where}/github_repo"
            yield Problem(at, f"{code[:60]!r} is not a repository", "owner/name", kind="link")


def dataset(row: Row, name: str, where: str, nth: int) -> ReaderOutput:
    """Yield the claims of a row of the list of datasets."""
    if nth > 1:
        yield Problem(where, f"{name} is repeated", kind="repeat")
        return
    subject = iris.dataset(name)
    yield from statements.is_a(subject, PG.Dataset, name)
    if "/" in name:
        yield from statements.made_by(subject, name.partition("/")[0])
    yield Claim(subject, PG.hubRepository, statements.hub_page(f"datasets/{name}"))
    yield from _times(subject, row, where)
    yield from _tags(subject, name, row.get("tags", ""), f"{where}/tags")


def is_statement(tag: str) -> bool:
    """Whether a tag yields a claim of its own.

    >>> [tag for tag in ("license:mit", "gguf", "4-bit", "region:us", "geology") if is_statement(tag)]
    ['license:mit', 'gguf', '4-bit']
    """
    kind, _, rest = tag.partition(":")
    if rest:
        return kind in _READ_TAGS
    return kind in _FORMATS or any(quantization_of([kind]))


_READ_TAGS = frozenset(
    {"arxiv", "base_model", "dataset", "doi", "language", "license", "source_datasets"}
)
