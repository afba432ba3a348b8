"""Reader of the Hub's API answers about a model: ``/api/models/<name>`` and lists of them."""

from __future__ import annotations

from typing import Any

from provenance_graph.core import iris, literals
from provenance_graph.core.claims import Basis, Claim, Problem
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF
from provenance_graph.formats import coverage, statements
from provenance_graph.formats.document import ReaderOutput
from provenance_graph.formats.fields.weight_files import format_of
from provenance_graph.formats.huggingface.cards.card import FIELDS, read_card
from provenance_graph.formats.huggingface.cards.front import Card
from provenance_graph.formats.huggingface.configs.config import read_config
from provenance_graph.formats.huggingface.configs.lookup import whole_number
from provenance_graph.formats.huggingface.configs.quantization import packing
from provenance_graph.formats.huggingface.configs.weights import read_tensors
from provenance_graph.formats.huggingface.names import (
    SOURCE,
    NamedRepository,
    described,
    is_repository,
    version_claims,
)
from provenance_graph.formats.huggingface.tables import RELATIONS

HUB_EPOCH = "2022-03-02"
"""The day from which the Hub records creation dates; all older repositories carry this date."""
_FROM_TAGS = ("license", "dataset", "arxiv", "base_model")


def name_of(raw: dict[str, Any]) -> str:
    """The repository name that an answer is about, or an empty text."""
    for key in ("id", "modelId"):
        name = statements.scalar_text(raw.get(key))
        if is_repository(name) or (name and "/" not in name and len(name) <= 120):
            return statements.clean(name)
    return ""


def read_answer(
    repo: NamedRepository, raw: dict[str, Any], location: str, basis: Basis | None = None
) -> ReaderOutput:
    """Yield the claims of one API answer about a model; ``basis`` is that of its card's statements."""
    yield from described(repo)
    card = statements.mapping(raw.get("cardData"))
    files = frozenset(
        name
        for file in statements.as_list(raw.get("siblings"))
        if (name := statements.scalar_text(statements.mapping(file).get("rfilename")))
    )
    about = _about(raw, card)
    yield from read_card(Card(repo, about, f"{location}/cardData", basis, files))
    yield from _tagged(repo, raw, card, location)
    config = raw.get("config")
    if isinstance(config, dict):
        yield from read_config(repo, config, Basis.ARTIFACT, f"{location}/config", abridged=True)
    elif config is not None:
        yield Problem(f"{location}/config", "config is not a mapping", kind="shape")
    yield from _weights(repo, raw, files, location)
    yield from times(repo, raw, location)
    yield from _commit(repo, raw, location)
    yield from artifacts(repo, raw)


def _about(raw: dict[str, Any], card: dict[str, Any]) -> dict[str, Any]:
    """The card's fields, completed by the tags, task and library that the Hub itself states."""
    about = {key: value for key, value in card.items() if key in FIELDS or isinstance(key, str)}
    for key in ("pipeline_tag", "library_name"):
        if key not in about and raw.get(key):
            about[key] = raw[key]
    tags = [
        tag
        for tag in [*statements.as_list(raw.get("tags")), *statements.as_list(card.get("tags"))]
        if isinstance(tag, str)
    ]
    if tags:
        about["tags"] = list(dict.fromkeys(tags))
    return about


def _tagged(
    repo: NamedRepository, raw: dict[str, Any], card: dict[str, Any], location: str
) -> ReaderOutput:
    """Yield claims of facts stated only in the Hub's tags, as in lists without card data."""
    tags = statements.as_list(raw.get("tags"))
    related = {str(tag).split(":", 2)[-1] for tag in tags if str(tag).count(":") >= 2}
    for index, tag in enumerate(tags):
        kind, colon, rest = tag.partition(":") if isinstance(tag, str) else ("", "", "")
        if not colon or kind not in _FROM_TAGS:
            continue
        where = f"{location}/tags/{index}"
        if kind == "license" and not card.get("license"):
            yield from statements.licensed(repo.subject, rest, name=rest, locator=where)
        elif kind == "license" and rest.casefold() not in _licences(card):
            yield coverage.other(repo.subject, "tag", tag)
        elif kind == "base_model" and not card.get("base_model"):
            yield from _base_tag(repo, rest, related)


def _licences(card: dict[str, Any]) -> set[str]:
    return {statements.scalar_text(x).casefold() for x in statements.as_list(card.get("license"))}


def _base_tag(repo: NamedRepository, rest: str, related: set[str]) -> ReaderOutput:
    """Yield the parent in a tag ``base_model:finetune:org/name``, as the Hub's inference.

    A relation that the card itself states is read from the card. The Hub repeats each base as
    ``base_model:org/name``, which is read where no tag states a relation to that base
    (``related``).
    """
    if is_repository(rest) and rest not in related:
        yield Claim(repo.subject, PROV.wasDerivedFrom, iris.model(rest))
        return
    relation, colon, base = rest.partition(":")
    if colon and relation in RELATIONS and is_repository(base):
        yield Claim(repo.subject, RELATIONS[relation], iris.model(base), basis=Basis.INFERENCE)


def _weights(
    repo: NamedRepository, raw: dict[str, Any], files: frozenset[str], location: str
) -> ReaderOutput:
    packed = packing(statements.mapping(raw.get("config")))
    mapping = statements.mapping(raw.get("safetensors"))
    room = whole_number(raw.get("usedStorage"))
    yield from read_tensors(repo, mapping, packed, f"{location}/safetensors", room)
    mapping = statements.mapping(raw.get("gguf"))
    yield from read_tensors(repo, {"total": mapping.get("total")}, None, f"{location}/gguf")
    if length := whole_number(mapping.get("context_length")):
        yield Claim(repo.subject, PG.contextLength, literals.integer(length), basis=Basis.ARTIFACT)
    gated = raw.get("gated")
    if gated in (True, "auto", "manual"):
        yield Claim(repo.subject, PG.weightsAvailability, PG.GatedWeights)
    elif gated is False and raw.get("private") is not True:
        if any(map(format_of, files)) or raw.get("safetensors"):
            yield Claim(repo.subject, PG.weightsAvailability, PG.OpenWeights)
    elif gated is not None and gated is not False:
        yield Problem(f"{location}/gated", f"{str(gated)[:60]!r} is not a kind of gate")


def times(repo: NamedRepository, raw: dict[str, Any], location: str) -> ReaderOutput:
    """Yield the dates on which a repository was created and last changed, as the Hub records them."""
    created = raw.get("createdAt")
    if created is not None:
        claim = statements.dated(repo.subject, DCTERMS.created, created, f"{location}/createdAt")
        if claim.value is not None and str(claim.value) == HUB_EPOCH:
            claim = Claim(
                repo.subject,
                DCTERMS.created,
                None,
                as_stated=statements.scalar_text(created)[:40],
                locator=f"{location}/createdAt",
                unusable="the day from which the Hub records creation, not the repository's own",
            )
        yield claim
    if raw.get("lastModified") is not None:
        at = f"{location}/lastModified"
        yield statements.dated(repo.subject, DCTERMS.modified, raw["lastModified"], at)


def is_commit(text: str) -> bool:
    """Whether a text is the full hash of a commit (40 or 64 hexadecimal digits)."""
    return len(text) in (40, 64) and all(c in "0123456789abcdef" for c in text)


def _commit(repo: NamedRepository, raw: dict[str, Any], location: str) -> ReaderOutput:
    sha = statements.scalar_text(raw.get("sha"))
    if is_commit(sha):
        version = iris.mint("in", SOURCE, "version", repo.local, sha)
        yield from version_claims(repo.subject, version, sha)
    elif sha:
        yield Problem(f"{location}/sha", f"{sha[:60]!r} is not a commit")


def _oid(stored: dict[str, Any]) -> str:
    """The SHA-256 digest in Git LFS's ``oid``, bare or after ``sha256:``; else empty."""
    text = statements.scalar_text(stored.get("oid")).removeprefix("sha256:")
    return text if len(text) == 64 and is_commit(text) else ""


def artifacts(repo: NamedRepository, raw: dict[str, Any]) -> ReaderOutput:
    """Yield the weight files, with digest and size where the answer has them (``blobs=true``)."""
    formats: set[str] = set()
    for file in statements.as_list(raw.get("siblings")):
        mapping = statements.mapping(file)
        stored = statements.mapping(mapping.get("lfs"))
        name = statements.scalar_text(mapping.get("rfilename"))
        digest = statements.scalar_text(stored.get("sha256")) or _oid(stored)
        if kind := format_of(name):
            formats.add(kind)
        weights = bool(kind) and whole_number(mapping.get("size")) is not None
        if not name or (len(digest) != 64 and not weights):
            continue
        node = iris.mint("in", SOURCE, "artifact", repo.local, statements.clean(name)[:200])
        yield Claim(node, RDF.type, PG.Artifact)
        yield Claim(node, PG.artifactOf, repo.subject)
        yield Claim(node, PG.fileName, literals.text(name[:200]))
        if len(digest) == 64:
            yield Claim(node, PG.digest, literals.text(f"sha256:{digest}"))
        size = whole_number(stored.get("size", mapping.get("size")))
        if size is not None and size >= 0:
            yield Claim(node, PG.byteSize, literals.integer(size))
    for kind in sorted(formats):
        yield Claim(repo.subject, PG.fileFormat, literals.text(kind), basis=Basis.ARTIFACT)
