"""Shell completion: names of entities in the store by kind, and names that the project defines.

Completion never fails and never builds anything. Names of entities are read from the list of names
that a search stores beside the store; without that list none are offered.
"""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from provenance_graph.core.databases import connect

MAX_NAMES = 40
_FACT = re.compile(r"^\w+:(\w+) a [^.;]*\bpg:(?:SingleValued)?Fact(?:Property)?\b", re.MULTILINE)
Completer = Callable[[click.Context, click.Parameter, str], list[str]]
_MODELS = (
    r"SELECT id FROM model WHERE id LIKE ? ESCAPE '\' OR id LIKE ? ESCAPE '\' "
    "ORDER BY sources DESC, id LIMIT ?"
)
_ENTITIES = (
    r"SELECT e.id FROM kind_of k JOIN entity e USING (number) WHERE k.kind IN ({}) "
    r"AND (e.id LIKE ? ESCAPE '\' OR e.id LIKE ? ESCAPE '\') "
    "ORDER BY e.weight DESC, e.id LIMIT ?"
)
_FACETS = r"SELECT value FROM facet_count WHERE kind = '{}' AND value LIKE ? ESCAPE '\' LIMIT ?"
_HEADS = ("id:rubric/", "id:collection/", "licence:", "id:licence/", "id:record/", "id:family/")
"""Prefixes of some kinds of ids, which commands accept without them."""


def models(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Ids of models that begin with the text, or contain it after a slash; best known first."""
    begins = _like(incomplete)
    return _rows(ctx, _MODELS, (f"{begins}%", f"%/{begins}%", MAX_NAMES))


def entities(*kinds: str) -> Completer:
    """A completer for names of entities of some kinds, such as datasets or collections."""
    query = _ENTITIES.format(", ".join(f"'{kind}'" for kind in kinds))

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        begins = _like(incomplete)
        rows = _rows(ctx, query, (f"{begins}%", f"%/{begins}%", MAX_NAMES))
        rows += _rows(ctx, query, (f"licence:{begins}%", f"id:licence/{begins}%", MAX_NAMES))
        names = dict.fromkeys(map(_bare, rows))
        return [name for name in names if "://" not in name][:MAX_NAMES]

    return complete


anything = entities("model", "dataset", "organization", "family", "licence", "source")
described = entities("model", "dataset", "family")
datasets = entities("dataset")
organizations = entities("organization")
licences = entities("licence")
rubrics = entities("rubric")
collections = entities("source")
records = entities("record")


def facet(kind: str) -> Completer:
    """A completer for the values of a facet of the list of models, such as developers."""
    query = _FACETS.format(kind)

    def complete(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
        return [
            _bare(one)
            for head in ("", *(("licence:", "id:licence/") if kind == "licence" else ()))
            for one in _rows(ctx, query, (f"{head}{_like(incomplete)}%", MAX_NAMES))
        ]

    return complete


def properties(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Names of the fields of a model, as `claims` and `claim add` accept them."""
    return _beginning(_fields(), incomplete)


def questions(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Names of stored questions that begin with the text."""
    from provenance_graph.model.questions import stored

    return _beginning(stored.questions(), incomplete)


def settings(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[str]:
    """Parameters of the given question, each followed by an equals sign."""
    from provenance_graph.model.questions import stored

    question = stored.questions().get(str(ctx.params.get("question")))
    names = [f"{one.name}=" for one in question.parameters] if question else []
    return _beginning(names, incomplete)


def rules(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Ids of licence rules: LR-01 and following."""
    from provenance_graph.licences.rules.rules import RULES

    return _beginning(RULES, incomplete.upper())


def formats(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Names of import formats."""
    from provenance_graph.formats.registry import format_names, readers

    return _beginning(format_names(readers()), incomplete)


def lists(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Names of lists of elements and of forms, against which documents are checked."""
    from provenance_graph.core.resources import folder

    files = [*(folder("ontology") / "elements").glob("*.toml"), *_form_files()]
    return _beginning([one.stem for one in files], incomplete)


def forms(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    """Names of forms that can be filled."""
    return _beginning([one.stem for one in _form_files()], incomplete)


def _form_files() -> list[Path]:
    from provenance_graph.core.resources import folder

    return sorted((folder("ontology") / "forms").glob("*.toml"))


def _fields() -> list[str]:
    """The fact properties that the vocabulary's files declare, sorted."""
    from provenance_graph.core.resources import folder

    texts = (file.read_text(encoding="utf-8") for file in sorted(folder("ontology").glob("*.ttl")))
    return sorted({match[1] for text in texts for match in _FACT.finditer(text)})


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    begins = incomplete.casefold()
    return [name for name in names if name.casefold().startswith(begins)]


def _bare(name: str) -> str:
    return next((name.removeprefix(head) for head in _HEADS if name.startswith(head)), name)


def _like(text: str) -> str:
    """A text as a LIKE pattern that matches itself."""
    return text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")


def _rows(ctx: click.Context, query: str, values: tuple[object, ...]) -> list[str]:
    """The first column of a query on the stored list of names; empty where there is no list."""
    root = ctx.find_root().params.get("store_path")
    folder = Path(str(root or os.environ.get("PROVENANCE_GRAPH_STORE") or "var/graph"))
    for path in sorted((folder / "derived").glob("catalogue-*.sqlite"), reverse=True)[:1]:
        with contextlib.suppress(sqlite3.Error, OSError):
            database = connect(path)
            try:
                return [str(name) for (name,) in database.execute(query, values)]
            finally:
                database.close()
    return []
