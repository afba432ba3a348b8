"""The YAML front matter of a card, also where it is damaged, and access to its fields.

``Card`` holds the fields with the repository and the location; ``texts`` yields the texts of a
field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from provenance_graph.core.claims import Basis, Claim, Problem, Value
from provenance_graph.core.errors import Unreadable
from provenance_graph.core.iris import Iri
from provenance_graph.formats import statements
from provenance_graph.formats.document import Document, once
from provenance_graph.formats.huggingface.names import NamedRepository
from provenance_graph.formats.parsing import parse_yaml

MAX_FRONT = 2 << 20
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
_KEY = re.compile(r"^[\"']?[A-Za-z_][\w-]*[\"']?[ \t]*:", re.MULTILINE)
MAX_BLOCKS = 400


def front_matter(text: str) -> tuple[str, list[Problem]]:
    r"""The YAML front matter of a card, and the problems of its ``---`` lines.

    >>> front_matter("---\nlicense: mit\n---\n# A")
    ('license: mit\n', [])
    >>> front_matter("# A")[1][0].what
    'no metadata: the card does not begin with ---'
    """
    body = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text[:MAX_FRONT] else text
    start = _FENCE.match(body.lstrip("\n "))
    if start is None:
        hint = "---, YAML, --- at the head of the file"
        what = "no metadata: the card does not begin with ---"
        return "", [Problem("L1", what, hint, kind="missing")]
    body = body.lstrip("\n ")[start.end() + 1 :]
    end = _FENCE.search(body)
    if end is not None:
        front, problems = body[: end.start()], []
    else:
        front = body.partition("\n\n")[0]
        what = "the metadata has no closing ---; read up to the first empty line"
        problems = [Problem("L1", what, "a line of --- after the metadata", kind="syntax")]
    if len(front) > MAX_FRONT:
        what = f"{len(front):,} characters of metadata; at most {MAX_FRONT:,} are read"
        return "", [*problems, Problem("L1", what, kind="size")]
    return front, problems


def metadata(text: str, url: str) -> tuple[dict[str, Any], list[Problem]]:
    """A card's metadata as a mapping, and the problems found.

    Where the YAML as a whole is broken, each top-level key is parsed by itself.
    """
    front, problems = front_matter(text)
    if not front.strip():
        return {}, problems
    try:
        result = parse_yaml(f"\n{front}", url, problems)  # lines as in the card
    except Unreadable as error:
        problems.append(Problem("L1", f"metadata: {error.why}", kind="syntax"))
        result = dict(_salvaged(front, url, problems))
    if not isinstance(result, dict):
        kind = type(result).__name__
        what = f"the metadata is a {kind}, not a mapping of keys"
        problems.append(Problem("L2", what, "key: value", kind="shape"))
        return {}, problems
    return statements.sanitise(result, front), problems


@once
def card_metadata(document: Document) -> tuple[dict[str, Any], list[Problem]]:
    """The metadata of a card document, as ``metadata`` parses it; cached on the document."""
    return metadata(document.text, document.url)


def _salvaged(front: str, url: str, problems: list[Problem]) -> Iterator[tuple[str, Any]]:
    if "\t" in front:
        problems.append(Problem("L1", "tabs in the metadata", "spaces", kind="syntax"))
        front = front.replace("\t", "  ")
    starts = [match.start() for match in _KEY.finditer(front)]
    if len(starts) > MAX_BLOCKS:
        what = f"{len(starts)} keys in broken metadata; the first {MAX_BLOCKS} are read"
        problems.append(Problem("L1", what, kind="size"))
        starts = starts[:MAX_BLOCKS]
    for start, end in zip(starts, [*starts[1:], len(front)], strict=False):
        block = front[start:end]
        line = front.count("\n", 0, start) + 2
        try:
            result = parse_yaml(block, url)
        except Unreadable as error:
            key = block.partition(":")[0]
            problems.append(Problem(f"L{line}", f"{key}: {error.why}"[:200], kind="syntax"))
            continue
        if isinstance(result, dict):
            yield from ((str(key), value) for key, value in result.items())


MAX_ITEMS = 2_000

PAGE_TAGS = frozenset(
    (
        "autotrain_compatible",
        "endpoints_compatible",
        "has_space",
        "model-index",
        "region:eu",
        "region:us",
        "text-embeddings-inference",
        "text-generation-inference",
        "deploy:azure",
        "deploy:sagemaker",
    )
)
"""Tags about where the Hub can run or show a model."""


@dataclass(frozen=True, slots=True)
class Card:
    """A card's metadata with its context: repository, location, basis, files and the card's text."""

    repo: NamedRepository
    data: Mapping[str, Any]
    location: str = ""
    basis: Basis | None = None
    files: frozenset[str] = frozenset()
    text: str = ""

    def claim(self, predicate: Iri, value: Value | None, **more: Any) -> Claim:
        """A claim about the card's model or dataset, on the card's basis."""
        return Claim(self.repo.subject, predicate, value, **{"basis": self.basis, **more})


def shape(value: Any) -> str:
    """The type of a value in words for a message.

    >>> shape({}), shape(3)
    ('a mapping', 'a number')
    """
    names_ = {dict: "a mapping", list: "a list", bool: "yes or no", int: "a number"}
    return names_.get(type(value), "a number" if isinstance(value, float) else "something")


def texts(value: Any, where: str) -> Iterator[tuple[str, str] | Problem]:
    """Yield location and text of each item of a field: one text, or a list; a problem for others."""
    items = statements.as_list(value)
    if len(items) > MAX_ITEMS:
        yield Problem(where, f"{len(items)} items; the first {MAX_ITEMS} are read", kind="size")
    for index, item in enumerate(items[:MAX_ITEMS]):
        at = f"{where}/{index}" if isinstance(value, list) else where
        if isinstance(item, str) and item.strip():
            yield at, item.strip()
        elif item not in (None, ""):
            yield Problem(at, f"{shape(item)} where a text is expected", kind="shape")


def split_names(item: Any) -> list[Any]:
    """The names of a list written as one text; a name has no comma and no semicolon.

    >>> split_names("c4; the_pile"), split_names("web pages (English, German)")
    (['c4', 'the_pile'], ['web pages (English, German)'])
    """
    if isinstance(item, str) and _LIST.fullmatch(item.strip()):
        return [part for each in re.split("[,;]", item) if (part := each.strip())]
    return [item]


_LIST = re.compile(r"[\w./@:-]+(?:\s*[,;]\s*[\w./@:-]+)+[,;]?")


def of_dataset(data: Mapping[str, Any]) -> bool:
    """Whether a card's metadata are those of a dataset, which the Hub keeps in the same form."""
    marks = {
        "dataset_info",
        "task_categories",
        "task_ids",
        "size_categories",
        "configs",
        "annotations_creators",
        "source_datasets",
    }
    return bool(marks & data.keys()) and not data.keys() & {
        "base_model",
        "pipeline_tag",
        "library_name",
        "model-index",
    }
