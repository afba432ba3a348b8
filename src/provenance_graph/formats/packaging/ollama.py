"""Ollama Modelfiles: which model is served, from what, with which adapter, under which licence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from provenance_graph.core import hub, iris
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import packages

SOURCE = "ollama"
_INSTRUCTIONS = (
    "FROM",
    "ADAPTER",
    "PARAMETER",
    "TEMPLATE",
    "SYSTEM",
    "LICENSE",
    "MESSAGE",
    "REQUIRES",
)
_LINE = re.compile(rf"\s*({'|'.join(_INSTRUCTIONS)})\s+(.*)", re.IGNORECASE | re.DOTALL)
_TAGGED = re.compile(r"[\w.-]+(?:/[\w.-]+)*(?::[\w.-]+)?")
_QUANTISED = re.compile(r":((?:I?Q\d\w*|[BF]?F?(?:16|32)))$", re.IGNORECASE)
"""The quantisation that a tag after a repository of the Hub picks."""
KEYS = KeyTable(
    (
        *read(
            "a parent: `prov:wasDerivedFrom`, or `pg:adapterOf` where an adapter is added", "from"
        ),
        *read("`pg:usesComponent`, an adapter by its path or name", "adapter"),
        *read("`dcterms:license`, its text kept", "license"),
        *read("`pg:softwareDependency`", "requires"),
        *later("parameter/*", "system", "template", "message"),
    )
)


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction with its line."""

    line: int
    key: str
    value: str


def recognises(features: Features) -> bool:
    """Whether its first instruction is FROM, as a Modelfile's is."""
    if features.syntax != "text":
        return False
    lines = [line for line in features.lines if line.strip() and not line.lstrip().startswith("#")]
    known = [line for line in lines if _LINE.match(line)]
    return (
        bool(lines)
        and bool(re.match(r"FROM\s+\S+\s*$", lines[0], re.IGNORECASE))
        and len(known) > 0
    )


def instructions(text_: str) -> Iterator[Instruction]:
    """The instructions of a Modelfile; a value in triple quotes may run over lines."""
    lines = text_.splitlines()
    n = 0
    while n < len(lines):
        start, line = n, lines[n]
        n += 1
        match = _LINE.match(line)
        if line.lstrip().startswith("#") or match is None:
            continue
        value = match[2].strip()
        if value.startswith('"""'):
            value = value[3:]
            while '"""' not in value and n < len(lines):
                value += "\n" + lines[n]
                n += 1
            value = value.partition('"""')[0]
            yield Instruction(start + 1, match[1].upper(), value.strip())
        else:
            yield Instruction(start + 1, match[1].upper(), _unquoted(value))


def _unquoted(value: str) -> str:
    """A value without the quotes around it, or around the setting that it gives a parameter.

    >>> _unquoted('"You help."'), _unquoted('stop "<|x|>"')
    ('You help.', 'stop <|x|>')
    """
    match = re.fullmatch(r'(?:(\S+)\s+)?"(.*)"', value)
    return " ".join(part for part in match.groups() if part) if match else value


def leaves(document: Document) -> Iterator[Leaf]:
    """Every instruction by its name, parameters by theirs."""
    for each in instructions(document.text):
        key, value = each.key.casefold(), each.value
        if key == "parameter":
            name, _, value = value.partition(" ")
            yield Leaf((key, name), f"L{each.line}", value.strip())
        else:
            yield Leaf((key,), f"L{each.line}", value)


def origin(document: Document) -> Origin:
    """Nobody in particular: a Modelfile does not say whose it is."""
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization("unnamed authors of model files"),
        basis=Basis.THIRD_PARTY,
        title="Ollama Modelfile",
    )


def read_modelfile(document: Document) -> Iterator[Claim | Problem]:
    """Yield what a Modelfile says of the model that it builds."""
    results = list(instructions(document.text))
    if not any(each.key == "FROM" for each in results):
        raise Unreadable(document.url, "a Modelfile without FROM")
    path = re.sub(r"(?:^|/|\.)Modelfile$", "", document.name or "model", flags=re.IGNORECASE)
    path = path or document.folder  # two folders' files of this one name are two models
    model = paths.by_path(SOURCE, iris.slug(path or document.name or "modelfile"), document)
    yield from statements.is_a(model, PG.Model, path)
    adapted = any(each.key == "ADAPTER" for each in results)
    for each in results:
        where = f"L{each.line}"
        if each.key == "FROM":
            yield from _parent(model, each.value, where, adapted=adapted)
        elif each.key == "ADAPTER":
            yield coverage.other(model, "adapter", each.value)
        elif each.key == "REQUIRES" and each.value:
            program = statements.literal(f"ollama {each.value}")
            yield Claim(model, PG.softwareDependency, program)
        elif each.key == "LICENSE" and each.value:
            first = next((line.strip() for line in each.value.splitlines() if line.strip()), "")
            shown = _licence_of(each.value)[: statements.MAX_STATED]
            yield from statements.licensed(model, shown, locator=where)
            if each.value != first:
                yield coverage.other(model, "license text", each.value)
    yield from coverage.claims(model, leaves(document), KEYS)


def _licence_of(text_: str) -> str:
    r"""What a licence's text is called: its first line, with the version that the next line gives.

    >>> _licence_of("  Apache License\n Version 2.0, January 2004\n http://")
    'Apache License Version 2.0'
    """
    lines = [line.strip() for line in text_.splitlines() if line.strip()][:2]
    if len(lines) == 2 and re.match(r"version \d", lines[1], re.IGNORECASE):
        return f"{lines[0]} {re.sub(r', [A-Z][a-z]+ [0-9]{4}$', '', lines[1])}"
    return lines[0] if lines else ""


def _parent(model: Iri, stated: str, where: str, *, adapted: bool) -> Iterator[Claim | Problem]:
    """What the model is built from: a Hub repository, a model of Ollama's library, or a path."""
    place = hub.address(stated.partition(":")[0] if "://" not in stated else stated)
    relation = "adapterOf" if adapted else ""
    if place is not None and place.kind is hub.RepositoryKind.MODEL:
        parent = iris.model(place.name)
        yield from statements.is_a(parent, PG.Model)
        if match := _QUANTISED.search(stated):
            yield Claim(model, PG.quantizationMethod, statements.literal(match[1]))
    elif stated.startswith((".", "/", "~")) or stated.endswith((".gguf", ".safetensors", ".bin")):
        parent = iris.entity(SOURCE, "unresolved", iris.slug(stated)[:120])
        yield Claim(parent, RDF.type, PG.UnresolvedReference)
        yield Claim(parent, PG.unresolvedText, statements.literal(stated))
    elif _TAGGED.fullmatch(stated):
        parent = iris.entity(SOURCE, "model", stated)
        yield from statements.is_a(parent, PG.Model, stated)
    else:
        yield Problem(
            where, f"{stated[:80]!r} names no model", "a name, a path or hf.co/owner/name"
        )
        return
    if relation:
        yield from packages.descends(model, parent, f"FROM {stated}", where, [relation])
    else:  # a name, a template or settings over the same weights
        yield Claim(model, PROV.wasDerivedFrom, parent, as_stated=f"FROM {stated}", locator=where)


SYNTAXES = ("text",)

READER = Reader(
    format=SOURCE,
    title="Ollama Modelfiles",
    recognises=recognises,
    origin=origin,
    read=read_modelfile,
    version="4",
    keys=KEYS,
    leaves=leaves,
)
