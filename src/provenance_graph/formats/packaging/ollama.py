"""Ollama: a served model with its base, adapter, settings and licence.

Read from its Modelfile, or from an answer of the running program (``ollama_answers``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import PG, PROV, RDF
from provenance_graph.formats import coverage, paths, statements
from provenance_graph.formats.coverage import KeyTable, Leaf, later, read
from provenance_graph.formats.document import Document, Features, Origin, Reader
from provenance_graph.formats.fields import packages
from provenance_graph.formats.packaging import ollama_answers
from provenance_graph.formats.statements import scalar_text

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
    "RENDERER",
    "PARSER",
    "DRAFT",
)
_LINE = re.compile(rf"\s*({'|'.join(_INSTRUCTIONS)})\s+(.*)", re.IGNORECASE | re.DOTALL)
_TAGGED = re.compile(r"(?:[\w.-]+(?::\d{1,5})?/)?[\w.-]+(?:/[\w.-]+)*(?::[\w.-]+)?")
"""A model of Ollama's library or of a registry: host and port, owner, name and tag."""
_QUANTISED = re.compile(r":((?:I?Q\d\w*|[BF]?F?(?:16|32)))$", re.IGNORECASE)
"""The quantisation that a tag after a Hub repository selects."""
KEYS = KeyTable(
    (
        *read(
            "a parent: `prov:wasDerivedFrom`, or `pg:adapterOf` where an adapter is added", "from"
        ),
        *read("kept as stated; a blob is a file of the model, by its digest", "adapter"),
        *read("`dcterms:license`, its text kept", "license"),
        *read("`pg:softwareDependency`", "requires"),
        *later(
            "parameter/*", "system", "template", "message", "renderer", "parser", "draft", "other"
        ),
        *ollama_answers.ANSWER_KEYS,
    )
)
_FROM = re.compile(r"^\s*FROM\s+\S", re.IGNORECASE | re.MULTILINE)
_CONTAINER = re.compile(r"(?:Docker|Container)file\b")
_DOCKER = frozenset("RUN COPY ADD CMD ENTRYPOINT WORKDIR ENV ARG EXPOSE USER VOLUME LABEL".split())
"""Instructions of a file that builds a container, which begins with FROM too."""
_KEY_OF = {
    "TEMPLATE": "template",
    "SYSTEM": "system",
    "LICENSE": "license",
    "PARAMETER": "parameters",
    "MESSAGE": "messages",
}
"""The key of an answer that repeats an instruction of its Modelfile."""
_NAMED = re.compile(r"^#\s*FROM\s+(\S+)\s*$", re.MULTILINE)
"""The comment of `ollama show --modelfile` that names the file's model."""
_BLOB = re.compile(r"\bsha256[-:]([0-9a-f]{64})\b")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Modelfile with its line."""

    line: int
    key: str
    value: str


def recognises(features: Features) -> bool:
    """Whether a document is a Modelfile or an answer.

    A Modelfile begins with FROM or is named so and has a FROM, and builds no container.
    """
    if features.syntax == "json":
        return ollama_answers.is_answer(features)
    if features.syntax != "text" or not _FROM.search(features.head):
        return False
    stated = list(instructions(features.head))
    others = (each.value.partition(" ")[0] for each in stated if not each.key)
    if _CONTAINER.search(features.name) or _DOCKER.intersection(others):
        return False
    if features.name.endswith("Modelfile"):
        return bool(stated[0].key)
    return stated[0].key == "FROM" and not re.search(r"\s", stated[0].value)


def instructions(text_: str) -> Iterator[Instruction]:
    """Yield the instructions of a Modelfile; a value in triple quotes may span lines.

    A line that is no instruction has an empty key.
    """
    lines = text_.splitlines()
    n = 0
    while n < len(lines):
        start, line = n, lines[n]
        n += 1
        match = _LINE.match(line)
        if line.lstrip().startswith("#") or not line.strip():
            continue
        if match is None:
            yield Instruction(start + 1, "", line.strip())
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
            end = _last_line(value, lines, n)
            value, n = "\n".join([value, *lines[n:end]]).rstrip(), end
            yield Instruction(start + 1, match[1].upper(), _unquoted(value))


def _last_line(value: str, lines: Sequence[str], n: int) -> int:
    """The number of the line after a value that begins with a quote."""
    if not re.match(r'(?:\S+\s+)?"', value) or (len(value) > 1 and value.endswith('"')):
        return n
    return next((m + 1 for m in range(n, len(lines)) if lines[m].rstrip().endswith('"')), n)


def _unquoted(value: str) -> str:
    """A value without the quotes around it, or around a parameter's setting.

    >>> _unquoted('"You help."'), _unquoted('stop "<|x|>"')
    ('You help.', 'stop <|x|>')
    """
    match = re.fullmatch(r'(?:(\S+)\s+)?"(.*)"', value, re.DOTALL)
    return " ".join(part for part in match.groups() if part) if match else value


def leaves(document: Document) -> Iterator[Leaf]:
    """Yield every instruction by its name, parameters by theirs; of an answer also its values."""
    if document.features.syntax != "json":
        yield from _leaves(instructions(document.text), "")
        return
    value = statements.mapping(document.json)
    yield from _leaves(_further_instructions(value), "/modelfile/")
    yield from ollama_answers.leaves(document)


def _leaves(stated: Iterable[Instruction], where: str) -> Iterator[Leaf]:
    for each in stated:
        key, value = each.key.casefold() or "other", each.value
        if key == "parameter":
            name, _, value = value.partition(" ")
            yield Leaf((key, name), f"{where}L{each.line}", value.strip())
        else:
            blob = _BLOB.search(value) if key in ("from", "adapter") else None
            yield Leaf((key,), f"{where}L{each.line}", blob[0] if blob else value)


def _further_instructions(answer: Mapping[str, Any]) -> list[Instruction]:
    """The instructions of an answer's Modelfile that have no key in the answer itself."""
    text_ = answer.get("modelfile")
    stated = instructions(text_) if isinstance(text_, str) else ()
    return [each for each in stated if not answer.get(_KEY_OF.get(each.key, ""))]


def origin(document: Document) -> Origin:
    """The origin: an unnamed author, since neither a Modelfile nor an answer states one."""
    answer = document.features.syntax == "json"
    return Origin(
        local=paths.source_slug(document),
        publisher=iris.organization("unnamed authors of model files"),
        basis=Basis.THIRD_PARTY,
        title="Answer of Ollama" if answer else "Ollama Modelfile",
    )


def read_ollama(document: Document) -> Iterator[Claim | Problem]:
    """Yield the claims of a Modelfile or an answer about its models.

    Raises Unreadable for a Modelfile without FROM.
    """
    if document.features.syntax != "json":
        results = list(instructions(document.text))
        if not any(each.key == "FROM" for each in results):
            raise Unreadable(document.url, "a Modelfile without FROM")
        described = list(_described(document, document.text))
        model = described[0].subject
        yield from described
        yield from _instructed(model, results, "")
        yield from coverage.claims(model, leaves(document), KEYS)
    elif ollama_answers.is_list(document.json):
        yield from ollama_answers.listed_models(document)
    else:
        yield from _model_of_answer(document, statements.mapping(document.json))


def _model_of_answer(document: Document, value: Mapping[str, Any]) -> Iterator[Claim | Problem]:
    """Yield the claims of an answer about one model."""
    text_ = value.get("modelfile")
    stated = _further_instructions(value)
    name = scalar_text(value.get("name")) or scalar_text(value.get("model"))
    described = list(_described(document, str(text_ or ""), name))
    model = described[0].subject
    yield from described
    yield from _instructed(model, stated, "/modelfile/")
    if isinstance(value.get("license"), str):
        yield from _licensed(model, value["license"].strip(), "/license")
    if parent := scalar_text(statements.mapping(value.get("details")).get("parent_model")):
        adapted = any(each.key == "ADAPTER" for each in stated)
        yield from _parent(model, parent, "/details/parent_model", adapted=adapted)
    blob = next(
        (match for e in stated if e.key == "FROM" if (match := _BLOB.search(e.value))), None
    )
    for layout in ollama_answers.layout(value):
        if isinstance(layout, Problem):
            yield layout
        elif blob is not None:
            artifact = next(packages.artifact(SOURCE, model, blob[0], []))
            yield Claim(artifact.subject, PG.layoutDigest, literals.text(layout))
        else:
            yield coverage.other(model, "layout of the tensors", layout)
    yield from ollama_answers.model_facts(model, value, "")
    others = (leaf for leaf in leaves(document) if "model_info" not in leaf.path)
    yield from coverage.claims(model, others, KEYS)


def _described(document: Document, text_: str, name: str = "") -> Iterator[Claim]:
    """Yield the model that a Modelfile builds: named in a tool's comment, else by its path."""
    if not name and (named := _NAMED.search(text_)):
        name = named[1]
    if name:
        yield from statements.is_a(ollama_answers.tagged(name), PG.Model, name)
        return
    path = _path(document)
    model = paths.by_path(SOURCE, iris.slug(path or document.name or "modelfile"), document)
    yield from statements.is_a(model, PG.Model, path)


def _path(document: Document) -> str:
    """A document's path without the name Modelfile: files in two folders are two models."""
    path = re.sub(r"(?:^|/|\.)Modelfile$", "", document.name or "model", flags=re.IGNORECASE)
    return path or document.folder


def _instructed(model: Iri, stated: Sequence[Instruction], at: str) -> Iterator[Claim | Problem]:
    """Yield the claims of a Modelfile's instructions."""
    adapted = any(each.key == "ADAPTER" for each in stated)
    named = [each.line for each in stated if each.key == "FROM" and not _is_file(each.value)]
    overridden = frozenset(named[:-1])  # Ollama adds files up (weights, projector), not models
    for each in stated:
        where = f"{at}L{each.line}"
        blob = _BLOB.search(each.value) if each.key in ("FROM", "ADAPTER") else None
        if blob is not None:  # the weights themselves, as Ollama stores them
            yield from packages.artifact(SOURCE, model, blob[0], [f"sha256:{blob[1]}"])
        elif not each.key:
            known = ", ".join(_INSTRUCTIONS)
            yield Problem(where, f"{each.value[:80]!r} is no instruction", known, kind="key")
        elif each.line in overridden:
            what = f"FROM {each.value[:80]} has no effect: a later FROM names the model"
            yield Problem(where, what, "one FROM with a name; several may be files", kind="repeat")
        elif each.key == "FROM":
            yield from _parent(model, each.value, where, adapted=adapted)
        elif each.key == "ADAPTER":
            yield coverage.other(model, "adapter", each.value)
        elif each.key == "REQUIRES" and each.value:
            program = statements.literal(f"ollama {each.value}")
            yield Claim(model, PG.softwareDependency, program)
        elif each.key == "LICENSE" and each.value:
            yield from _licensed(model, each.value, where)


def _licensed(model: Iri, text_: str, where: str) -> Iterator[Claim]:
    """Yield a licence by the first line of its text, and the text as stated."""
    first = next((line.strip() for line in text_.splitlines() if line.strip()), "")
    if first:
        yield from statements.licensed(
            model, _licence_of(text_)[: statements.MAX_STATED], locator=where
        )
        if text_ != first:
            yield coverage.other(model, "license text", text_)


def _licence_of(text_: str) -> str:
    r"""A licence's name: the first line of its text, with the version in the next line.

    >>> _licence_of("  Apache License\n Version 2.0, January 2004\n http://")
    'Apache License Version 2.0'
    """
    lines = [line.strip() for line in text_.splitlines() if line.strip()][:2]
    if len(lines) == 2 and re.match(r"version \d", lines[1], re.IGNORECASE):
        return f"{lines[0]} {re.sub(r', [A-Z][a-z]+ [0-9]{4}$', '', lines[1])}"
    return lines[0] if lines else ""


def _is_file(stated: str) -> bool:
    """Whether a FROM is a path or a blob of Ollama's store, and so not a model's name.

    >>> _is_file("./oak.gguf"), _is_file("qwen2.5:7b"), _is_file("hf.co/org/oak-GGUF")
    (True, False, False)
    """
    if _BLOB.search(stated):
        return True
    return hub.cached(stated) is None and (
        stated.startswith((".", "/", "~")) or stated.endswith((".gguf", ".safetensors", ".bin"))
    )


def _parent(model: Iri, stated: str, where: str, *, adapted: bool) -> Iterator[Claim | Problem]:
    """Yield the model's base: a Hub repository, a model of Ollama's library, or a path."""
    repository = hub.address(stated.partition(":")[0] if "://" not in stated else stated)
    repository = repository or hub.cached(stated)
    relation = "adapterOf" if adapted else ""
    if repository is not None and repository.kind is hub.RepositoryKind.MODEL:
        parent = iris.model(repository.name)
        yield from statements.is_a(parent, PG.Model)
        if match := _QUANTISED.search(stated):
            yield Claim(model, PG.quantizationMethod, statements.literal(match[1]))
        if repository.revision not in ("", "main"):
            yield from packages.pinned(model, parent, repository.revision)
    elif _is_file(stated):
        parent = iris.entity(SOURCE, "unresolved", iris.slug(stated)[:120])
        yield Claim(parent, RDF.type, PG.UnresolvedReference)
        yield Claim(parent, PG.unresolvedText, statements.literal(stated))
    elif _TAGGED.fullmatch(stated):
        parent = ollama_answers.tagged(stated)
        yield from statements.is_a(parent, PG.Model, stated)
    else:
        yield Problem(
            where, f"{stated[:80]!r} names no model", "a name, a path or hf.co/owner/name"
        )
        return
    if relation:
        yield from packages.descends(model, parent, f"FROM {stated}", where, [relation])
    else:  # the same weights with another name, template or settings
        yield Claim(model, PROV.wasDerivedFrom, parent, as_stated=f"FROM {stated}", locator=where)


SYNTAXES = ("text", "json")

READER = Reader(
    format=SOURCE,
    title="Ollama: Modelfiles, and what the running program answers",
    recognises=recognises,
    origin=origin,
    read=read_ollama,
    version="7",
    keys=KEYS,
    leaves=leaves,
)
