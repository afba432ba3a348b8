"""Reader of the sentences that tools write into cards: often the only statement of the parent.

Each row is the template of one tool (transformers' Trainer and TRL, PEFT, Unsloth, mergekit,
sentence-transformers, SetFit, diffusers, mlx-lm, llama.cpp's GGUF-my-repo, the quantisers'
"Original model"); prose that people write is not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import ALL_DERIVATIONS, PG, PROV, RDF
from provenance_graph.formats import model_names, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.huggingface.names import SOURCE, NamedRepository, parent, version_of

MAX_LINES = 5_000
_LINKED = r"\[`?(?P<shown>[^\]`\n]{1,200})`?\]\((?P<address>[^)\s]{0,300})\)"
_NOBODY = frozenset({"", "none", "unknown", "this model", "nan", "more information needed"})
_ARTICLES = frozenset({"a", "an", "the"})


@dataclass(frozen=True, slots=True)
class Template:
    """A tool's sentence, and the relation of the card's model to the model that it links to."""

    pattern: re.Pattern[str]
    relation: Iri


def _template(pattern: str, relation: Iri) -> Template:
    return Template(re.compile(pattern), relation)


TEMPLATES: tuple[Template, ...] = (
    _template(rf"This model is a fine-tuned version of {_LINKED}", PG.fineTunedFrom),
    _template(rf"This model was finetuned from {_LINKED}", PG.fineTunedFrom),
    _template(
        r"[-*] \*\*Finetuned from model \[?:?(?:optional\]:)?\*\*\s*:?\s*"
        rf"(?:{_LINKED}|(?P<bare>[\w.-]+/[\w.-]+))\s*$",
        PG.fineTunedFrom,
    ),
    _template(
        r"[-*] \*\*Finetuned from model\s*:\*\*\s*(?P<bare>[\w.-]+/[\w.-]+)\s*$", PG.fineTunedFrom
    ),
    _template(
        rf"This is a \[sentence-transformers\]\([^)]*\) model finetuned from {_LINKED}",
        PG.fineTunedFrom,
    ),
    _template(
        rf"This is a \[SetFit\]\([^)]*\) model .{{0,200}}This SetFit model uses {_LINKED} as the "
        r"Sentence Transformer",
        PG.fineTunedFrom,
    ),
    _template(
        r"These are (?:\S+ )?LoRA adapt(?:at)?ion weights for (?P<bare>[\w.-]+/[\w.-]*\w)",
        PG.adapterOf,
    ),
    _template(
        r"This pipeline was finetuned from \*\*(?P<bare>[\w.-]+/[\w.-]+)\*\*", PG.fineTunedFrom
    ),
    _template(rf"This model was converted to GGUF format from {_LINKED}", PG.quantizedFrom),
    _template(
        rf"(?:The|This) [Mm]odel (?:\[[^\]\n]*\]\([^)\s]*\) )?was (?:converted to MLX format from|"
        rf"converted to MLX from) (?:{_LINKED}|\[?`(?P<bare>[\w.-]+/[\w.-]+)`\]?(?:\(\))?)",
        PG.convertedFrom,
    ),
    _template(rf"This is a quantized version of {_LINKED}", PG.quantizedFrom),
    _template(
        rf"(?:[-*] )?\*{{0,2}}Original model:?\*{{0,2}}:?\s*"
        rf"(?:{_LINKED}|<?(?P<bare>https://huggingface\.co/[\w.-]+/[\w.-]+)>?)\s*(?:\([^)]*\))?\s*$",
        PROV.wasDerivedFrom,
    ),
)
_BEGINS = re.compile(r"Th(?:is|ese|e) |[-*] |\*{0,2}Original", re.IGNORECASE)
"""The beginnings of all templates, by which most lines are excluded at once."""
_PINNED = re.compile(
    rf"[-*] \*\*(?:Base model|Sentence Transformer body):\*\* {_LINKED}\s*"
    r"<!-- at revision (?P<revision>[0-9a-f]{7,64}) -->"
)
"""sentence-transformers' and SetFit's description of the base, with the commit used."""
_MERGED = re.compile(r"The following models were included in the merge:")
_MERGE_BASE = re.compile(
    rf"This model was merged using the .{{1,200}} merge method(?: using {_LINKED} as a base)?"
)
_ITEM = re.compile(r"[*-] (?:\[(?P<shown>[^\]\n]+)\]\((?P<address>[^)\s]*)\)|(?P<bare>\S+))\s*$")
_DATA = re.compile(
    r"(?:This model is a fine-tuned version of|This is a \[sentence-transformers\]\([^)]*\) model "
    r"finetuned from) \[[^\]]*\]\([^)]*\) on (?P<list>the .{1,1000}?) datasets?\b"
)
_AND = re.compile(r",? and (?=the )|, (?=the )")
_DATASET = re.compile(r"the (?:\[(?P<shown>[^\]]+)\]\((?P<address>[^)\s]+)\)|(?P<bare>[\w./-]+))")


def read_generated(
    repo: NamedRepository, text: str, location: str, basis: Basis | None, stated: list[Claim]
) -> ReaderOutput:
    """Yield the parents and training data stated in sentences that tools write.

    ``stated`` are the claims of the card's metadata, which are not repeated: a parent that the
    metadata name is skipped, and so are all data where the metadata name any.
    """
    known: set[object] = {claim.value for claim in stated if claim.predicate in ALL_DERIVATIONS}
    with_data = any(claim.predicate == PG.trainedOn for claim in stated)
    lines = text.replace("\r\n", "\n").split("\n")[:MAX_LINES]
    for number, line in enumerate(lines, 1):
        bare = line.strip().lstrip("> ")[:2_000]
        begins = _BEGINS.match(bare) is not None
        if not begins and "dataset" not in bare and "merge" not in bare:
            continue
        where = f"{location} L{number}".strip()
        for relation, name in _parents(bare) if begins else ():
            yield from _edge(repo, relation, name, where, basis, known)
        if begins and (match := _PINNED.match(bare)):
            yield from _edge(repo, PG.fineTunedFrom, _named(match), where, basis, known)
            yield from _pinned(repo, _named(match), match["revision"], basis)
        if not with_data and "dataset" in bare and (match := _DATA.search(bare)):
            for item in _AND.split(match["list"]):
                if one := _DATASET.fullmatch(item.strip()):
                    yield from _data(repo, one, where)
        if "merge" in bare and _MERGED.search(bare):
            for offset, name in _merged(lines[number : number + 100]):
                at = f"{location} L{number + offset}".strip()
                yield from _edge(repo, PG.mergedFrom, name, at, basis, known)


def _parents(line: str) -> Iterator[tuple[Iri, str]]:
    for template in TEMPLATES:
        if match := template.pattern.match(line):
            yield template.relation, _named(match)
            return
    if (match := _MERGE_BASE.match(line)) and match["shown"]:
        yield PG.mergedFrom, _named(match)


def _named(match: re.Match[str]) -> str:
    """The repository name in a link's address, else the link's text."""
    groups = match.groupdict()
    if bare := groups.get("bare"):
        return bare
    address = groups.get("address") or ""
    result = hub.address(address)
    if result is not None:
        return result.name
    elsewhere = "://" in address and not address.startswith(hub.PAGE)
    return "" if elsewhere else groups.get("shown") or ""


def _merged(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Yield the models listed after mergekit's sentence, each with its line offset from it."""
    for offset, line in enumerate(lines, 1):
        if match := _ITEM.match(line.strip()):
            for part in _named(match).split("+"):
                yield offset, part.strip()
        elif line.strip():
            return


def _edge(
    repo: NamedRepository,
    relation: Iri,
    name: str,
    where: str,
    basis: Basis | None,
    known: set[object],
) -> ReaderOutput:
    if name.casefold() in _NOBODY:
        return
    reference = hub.reference(name)
    target = iris.model(reference.name) if reference is not None else None
    if target in known or target == repo.subject:
        return
    known.add(target)
    for made in parent(repo, relation, name, where, basis):
        if isinstance(made, Claim) and made.predicate == relation and not made.locator:
            yield Claim(made.subject, relation, made.value, basis=basis, locator=where)
        else:
            yield made


def _pinned(repo: NamedRepository, name: str, revision: str, basis: Basis | None) -> ReaderOutput:
    """Yield the derivation from a base at a stated commit."""
    reference = hub.reference(name)
    if reference is None or not reference.owner:
        return
    base = iris.model(reference.name)
    node = iris.mint("in", SOURCE, "derivation", repo.local, iris.slug(reference.name)[:120])
    yield Claim(repo.subject, PROV.qualifiedDerivation, node, basis=basis)
    yield Claim(node, RDF.type, PG.Derivation)
    yield Claim(node, PROV.entity, base, basis=basis)
    yield from version_of(base, node, revision, basis)


def _data(repo: NamedRepository, match: re.Match[str], where: str) -> ReaderOutput:
    name = hub.dataset_name(match["address"] or "") or match["shown"] or match["bare"]
    if model_names.names_no_dataset(name) or name.casefold() in _ARTICLES:
        return
    dataset = iris.dataset(name[:200])
    yield from statements.called(dataset, PG.Dataset, name[:200])
    yield Claim(repo.subject, PG.trainedOn, dataset, locator=where)
