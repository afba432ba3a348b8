"""The repository that a Hub document describes, or an entity named after its path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from provenance_graph.core import hub, iris, literals
from provenance_graph.core.claims import Basis, Claim, Literal, Problem, Stance
from provenance_graph.core.iris import Iri
from provenance_graph.core.terms import DCTERMS, PG, PROV, RDF, SCHEMA
from provenance_graph.formats import model_names, paths, statements
from provenance_graph.formats.document import Document

SOURCE = "huggingface"


@dataclass(frozen=True, slots=True)
class NamedRepository:
    """The subject of a Hub document: a repository, or an entity known only by the document's name.

    ``local`` distinguishes it from others; ``shown`` is its title where it has no ``name``.
    ``revision`` is the revision that was read, where a cache's path or an address states it.
    """

    subject: Iri
    local: str
    name: str = ""
    revision: str = ""
    display_name: str = ""

    @property
    def owner(self) -> str:
        """The account that publishes the repository; empty where no repository is named."""
        return self.name.partition("/")[0] if "/" in self.name else ""

    @property
    def page(self) -> Iri:
        """The page of the repository on the Hub."""
        dataset = self.subject.startswith(iris.dataset("x").removesuffix("x"))
        return hub.page(
            self.name, hub.RepositoryKind.DATASET if dataset else hub.RepositoryKind.MODEL
        )

    @property
    def title(self) -> str:
        """The repository's name without its owner."""
        return self.name.rpartition("/")[2] or self.display_name or self.local


def repository(name: str) -> NamedRepository:
    """The model repository with the given name.

    >>> repository("Qwen/Qwen3-8B").owner
    'Qwen'
    """
    return NamedRepository(iris.model(name), name, name)


def is_repository(text: str) -> bool:
    """Whether a text is a full repository name, with its owner.

    >>> is_repository("Qwen/Qwen3-8B"), is_repository("./out/merged"), is_repository("gpt2")
    (True, False, False)
    """
    return hub.is_name(text)


def located(document: Document) -> hub.Repository | None:
    """The Hub repository, of any kind, that a document's address or cache path names, or None."""
    path = document.name or unquote(urlsplit(document.url).path)
    return hub.address(document.url) or hub.cached(path) or _on_a_shelf(path)


_SHELVES = {"datasets": hub.RepositoryKind.DATASET, "spaces": hub.RepositoryKind.SPACE}


def _on_a_shelf(path: str) -> hub.Repository | None:
    """The dataset or Space whose card lies at a path like the Hub's: ``datasets/org/name``."""
    shelf, *parts = path.split("/")
    if shelf in _SHELVES and len(parts) == 3 and model_names.names_a_file(_stem(parts[2])):
        name = "/".join(parts[:2])
        return hub.Repository(_SHELVES[shelf], name) if hub.is_name(name) else None
    return None


def repository_of(document: Document) -> NamedRepository:
    """The repository that a document's address or path names, else an entity named after the path."""
    repo = located(document)
    if repo is not None and repo.kind is hub.RepositoryKind.MODEL:
        revision = "" if repo.revision == "main" else repo.revision
        return NamedRepository(iris.model(repo.name), repo.name, repo.name, revision)
    if result := named_by(document.url, document.name):
        return repository(result)
    if (document.files or _has_metadata(document)) and (result := _folder_name(document.name)):
        return repository(result)
    path = document.name or unquote(urlsplit(document.url).path)
    parts = [part for part in re.split(r"[/\\]", path) if part not in ("", ".", "..")]
    stem = _stem(parts[-1]) if parts else "document"
    if model_names.names_a_file(stem) or (
        parts and model_names.names_a_file(_suffixless(parts[-1]))
    ):
        # all folders of the path: by the last one only, a/chat and b/chat would be one model
        folders = parts[:-1]
        while len(folders) > 1 and folders[0].casefold() in _COMMON_FOLDERS:
            del folders[0]
        if not folders and (result := named_by("", document.folder)):
            return repository(result)
        stem = "/".join(folders) or document.folder or stem
    local = statements.clean(stem)[-200:].lstrip("/")
    subject = paths.by_path(SOURCE, local, document)
    return NamedRepository(
        subject, "/".join(filter(None, (document.collection, local))), display_name=local
    )


_CARD_HEAD = re.compile(
    r"---[ \t]*\r?\n(?:.*\r?\n){0,200}?(?:license|library_name|base_model|pipeline_tag|datasets"
    r"|model-index|language|tags)[ \t]*:",
)


def _has_metadata(document: Document) -> bool:
    """Whether a document is a card whose front matter has keys of the Hub."""
    head = document.data[:20_000].decode("utf-8", "replace").lstrip("\ufeff")
    return _CARD_HEAD.match(head) is not None


def named_by(url: str, path: str) -> str:
    """The repository name in an address or a path, or an empty text.

    Recognised: the Hub's addresses; ``models--org--name`` (its cache) and ``org--name`` in a file
    or folder; ``org__name`` as a folder.

    >>> named_by("https://huggingface.co/Qwen/Qwen3-8B/blob/main/README.md", "")
    'Qwen/Qwen3-8B'
    >>> named_by("file:///x", "configs/Qwen--Qwen3-8B_config.json")
    'Qwen/Qwen3-8B'
    """
    if model_name := hub.model_name(url):
        return model_name
    where = path or unquote(urlsplit(url).path)
    if cached := hub.cached(where):
        return cached.name if cached.kind is hub.RepositoryKind.MODEL else ""
    parts = [part for part in re.split(r"[/\\]", where) if part]
    for depth, part in enumerate(reversed(parts)):
        stem = _stem(part) if depth == 0 else part
        if depth == 0:
            stem = stem.rpartition("__")[2]
        pieces = stem.split("--")
        if len(pieces) != 2 and depth and stem.count("__") == 1:
            pieces = stem.split("__")
        if len(pieces) == 2 and is_repository("/".join(pieces)):
            return "/".join(pieces)
    return ""


def _folder_name(path: str) -> str:
    """``org/name`` of a path that is a repository's folder, alone or under ``models/``; else empty."""
    parts = path.split("/")
    if len(parts) == 4 and parts[0].casefold() in _COMMON_FOLDERS:
        parts = parts[1:]
    if len(parts) != 3 or parts[0].casefold() in _COMMON_FOLDERS:
        return ""
    return "/".join(parts[:2]) if is_repository("/".join(parts[:2])) else ""


_COMMON_FOLDERS = frozenset(
    [
        "build",
        "cache",
        "checkpoints",
        "data",
        "dist",
        "docs",
        "download",
        "downloads",
        "example",
        "examples",
        "home",
        "hub",
        "input",
        "local",
        "models",
        "output",
        "outputs",
        "repos",
        "results",
        "src",
        "temp",
        "test",
        "tests",
        "tmp",
        "weights",
        "work",
    ]
)


def _suffixless(file: str) -> str:
    return re.sub(r"\.(?:json|ya?ml|md|markdown|txt|toml)$", "", file, flags=re.IGNORECASE)


def _stem(file: str) -> str:
    return re.sub(
        r"[_.-]{1,2}(?:config|adapter_config|readme|card)$",
        "",
        _suffixless(file),
        flags=re.IGNORECASE,
    )


def described(repo: NamedRepository, kind: Iri = PG.Model) -> Iterator[Claim]:
    """Yield the claims made of every subject: its class, name, owner and page.

    The name is derived from the repository's, so it is an inference that a stated name overrides.
    """
    yield Claim(repo.subject, RDF.type, kind)
    yield Claim(
        repo.subject, SCHEMA.name, Literal(statements.clean(repo.title)), basis=Basis.INFERENCE
    )
    if not repo.name:
        return
    page = repo.name if kind == PG.Model else f"datasets/{repo.name}"
    yield Claim(repo.subject, PG.hubRepository, statements.hub_page(page))
    if repo.owner:
        owner = iris.organization(repo.owner)
        yield from statements.is_a(owner, PG.Organization, repo.owner)
        yield Claim(repo.subject, DCTERMS.creator, owner, basis=Basis.DEVELOPER)


def version_of(
    model: Iri, derivation: Iri, revision: str, basis: Basis | None = None
) -> Iterator[Claim]:
    """Yield the fixed revision of a parent from which a derivation started.

    ``main`` is no fixed revision; it is stored as the stated revision.
    """
    text = statements.clean(revision)[:100]
    version = iris.mint("in", SOURCE, "version", model.removeprefix(iris.model("")), text)
    yield Claim(derivation, PG.derivedFromVersion, version, basis=basis)
    yield from version_claims(model, version, text)


def version_claims(model: Iri, version: Iri, text: str) -> Iterator[Claim]:
    """Yield the class, model and version label of a fixed revision of a model."""
    yield Claim(version, RDF.type, PG.ModelVersion)
    yield Claim(version, PROV.specializationOf, model)
    yield Claim(version, SCHEMA.version, literals.text(text))


_SCRATCH = re.compile(r"(?:(?:pre)?trained )?(?:from )?scratch", re.IGNORECASE)


def parent(
    repo: NamedRepository, relation: Iri, stated: str, locator: str, basis: Basis | None
) -> Iterator[Claim | Problem]:
    """Yield a lineage edge to the model that a text names: a repository or an unresolved reference."""
    reference = hub.reference(stated)
    if reference is not None and reference.kind is hub.RepositoryKind.MODEL and reference.owner:
        name = reference.name
        if name.casefold() == repo.name.casefold():
            yield Problem(locator, f"{name} names itself as its base", kind="lineage")
            return
        target = iris.model(name)
        yield Claim(repo.subject, relation, target, basis=basis)
        if reference.revision not in ("", "main"):
            node = iris.mint("in", SOURCE, "derivation", repo.local, iris.slug(name)[:120])
            yield Claim(repo.subject, PROV.qualifiedDerivation, node, basis=basis)
            yield Claim(node, RDF.type, PG.Derivation)
            yield Claim(node, PROV.entity, target, basis=basis)
            yield from version_of(target, node, reference.revision, basis)
        return
    text = stated.strip()[: statements.MAX_STATED]
    if not text:
        return
    if _SCRATCH.fullmatch(text):
        yield statements.not_given(
            repo.subject, PROV.wasDerivedFrom, Stance.DECLARED_EMPTY, text, locator
        )
        return
    if model_names.is_placeholder(text):  # a placeholder for a missing name is no parent
        yield statements.not_given(repo.subject, relation, Stance.NOT_STATED, text, locator)
        return
    node = iris.entity(SOURCE, "unresolved", iris.slug(text)[:120])
    yield Claim(node, RDF.type, PG.UnresolvedReference)
    yield Claim(node, PG.unresolvedText, literals.text(text))
    yield Claim(repo.subject, relation, node, basis=basis, as_stated=text, locator=locator)
    yield Problem(locator, f"base {text[:80]!r} is not a repository", "owner/name", kind="lineage")
