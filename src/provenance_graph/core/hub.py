"""Parser of Hugging Face Hub addresses and repository names; no other module parses them.

Understood are web pages (``huggingface.co``, ``hf.co``, with or without ``www.`` and scheme), the
API (``/api/models/…``), addresses for git clone, files (``resolve``, ``blob``, ``tree``, ``raw``),
``hf:`` and ``hf://`` as ``huggingface_hub`` writes them, names with ``@revision``, the local cache
(``models--org--name/snapshots/commit``) and ``org--name`` in a path. Pages of the site that are not
repositories (collections, papers, settings, …) are refused. The rule for names is that of
``huggingface_hub.utils.validate_repo_id``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from urllib.parse import quote, unquote

from provenance_graph.core.iris import Iri
from provenance_graph.core.memo import remembered

PAGE = "https://huggingface.co/"
MAX_ADDRESS = 1000


class RepositoryKind(Enum):
    """The kind of a repository; the value is its path step in addresses, empty for models."""

    MODEL = ""
    DATASET = "datasets"
    SPACE = "spaces"


@dataclass(frozen=True, slots=True)
class Repository:
    """A Hub repository: its kind, ``owner/name``, and the revision and path that were referred to.

    ``revision`` is a branch, tag or commit as stated; ``path`` a file or folder in the repository.
    """

    kind: RepositoryKind
    name: str
    revision: str = ""
    path: str = ""

    @property
    def owner(self) -> str:
        """The account that owns the repository; empty for the few repositories without an owner."""
        return self.name.rpartition("/")[0]

    @property
    def commit(self) -> str:
        """The revision if it is a full commit digest, else the empty string."""
        return self.revision if is_commit(self.revision) else ""

    @property
    def page(self) -> Iri:
        """The address of the repository's page.

        >>> Repository(RepositoryKind.DATASET, "bigcode/the-stack").page
        Iri('https://huggingface.co/datasets/bigcode/the-stack')
        """
        return page(self.name, self.kind)


_PART = r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?"
_NAME = re.compile(rf"{_PART}/{_PART}", re.ASCII)
_ONE = re.compile(_PART, re.ASCII)
_SITE = re.compile(
    r"(?:(?:(?:git\+)?(?:https?|ssh):)?//(?:[^\s@/]{1,200}@)?)?"
    r"(?:www\.)?(?:huggingface\.co|hf\.co)(?::(?:80|443|22))?/(?P<path>[^?#\s]*)(?:[?#\s].*)?",
    re.IGNORECASE | re.DOTALL,
)
_USUAL = re.compile(
    rf"https://huggingface\.co/(?P<kind>datasets/|spaces/)?(?P<name>{_PART}/(?P<last>{_PART}))",
    re.ASCII,
)
_SCHEME = re.compile(r"(?:hf:(?://)?|git@(?:huggingface|hf)\.co:)(?P<path>[^?#\s]+)", re.IGNORECASE)
_CACHED = re.compile(rf"(?P<kind>models|datasets|spaces)--(?P<name>{_PART})", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_KINDS: Mapping[str, RepositoryKind] = MappingProxyType(
    {
        "models": RepositoryKind.MODEL,
        "datasets": RepositoryKind.DATASET,
        "spaces": RepositoryKind.SPACE,
    }
)
_VIEWS = frozenset(
    """
    blame blob commit commits discussions edit raw resolve revision settings tree upload
    viewer
    """.split()
)
_WITH_REVISION = _VIEWS - {"discussions", "settings", "viewer"}

_TABS = _KINDS.keys() | {"activity", "buckets", "collections", "papers"}  # pages of an account

NOT_OWNERS = frozenset(
    """
    agents api avatars blog brand buckets changelog chat collections company contact
    content-guidelines contribute course datasets docs endpoints enterprise front hardware
    inference-endpoints inference-providers jobs join kernels languages learn login logout
    mcp metrics models new new-bucket new-collection new-dataset new-space notifications
    oauth organizations papers playground posts pricing privacy pro search settings shop
    spaces static storage subscribe support tasks terms-of-service users webhooks welcome
    """.split()
)
"""First steps of the site's own pages, which no account can be called.

The Hub publishes no list. They stand in the head and foot of its pages (Models to Learn, Hardware,
Log In, Sign Up), in its documentation (github.com/huggingface/hub-docs: ``pro`` and ``subscribe`` in
docs/hub/pro.md; ``buckets``, ``new-bucket`` and ``storage`` in docs/hub/buckets.md), and in addresses
of files that are in no repository: ``avatars`` and ``front`` (pictures), ``static``
(static/bigscience/license, the text of the RAIL licence of BLOOM).
"""

_UNOWNED: Mapping[str, str] = MappingProxyType(
    {
        "albert": """
            albert-base-v1 albert-base-v2 albert-large-v1 albert-large-v2
            albert-xlarge-v1 albert-xlarge-v2 albert-xxlarge-v1 albert-xxlarge-v2
        """,
        "almanach": """
            camembert-base
        """,
        "distilbert": """
            distilbert-base-cased distilbert-base-cased-distilled-squad
            distilbert-base-german-cased distilbert-base-multilingual-cased
            distilbert-base-uncased distilbert-base-uncased-distilled-squad
            distilbert-base-uncased-finetuned-sst-2-english distilgpt2
            distilroberta-base
        """,
        "FacebookAI": """
            roberta-base roberta-large roberta-large-mnli xlm-clm-ende-1024
            xlm-clm-enfr-1024 xlm-mlm-100-1280 xlm-mlm-17-1280 xlm-mlm-en-2048
            xlm-mlm-ende-1024 xlm-mlm-enfr-1024 xlm-mlm-enro-1024
            xlm-mlm-tlm-xnli15-1024 xlm-mlm-xnli15-1024 xlm-roberta-base
            xlm-roberta-large xlm-roberta-large-finetuned-conll02-dutch
            xlm-roberta-large-finetuned-conll02-spanish
            xlm-roberta-large-finetuned-conll03-english
            xlm-roberta-large-finetuned-conll03-german
        """,
        "google-bert": """
            bert-base-cased bert-base-cased-finetuned-mrpc bert-base-chinese
            bert-base-german-cased bert-base-multilingual-cased
            bert-base-multilingual-uncased bert-base-uncased bert-large-cased
            bert-large-cased-whole-word-masking
            bert-large-cased-whole-word-masking-finetuned-squad bert-large-uncased
            bert-large-uncased-whole-word-masking
            bert-large-uncased-whole-word-masking-finetuned-squad
        """,
        "google-t5": """
            t5-11b t5-3b t5-base t5-large t5-small
        """,
        "openai-community": """
            gpt2 gpt2-large gpt2-medium gpt2-xl openai-gpt roberta-base-openai-detector
            roberta-large-openai-detector
        """,
        "Salesforce": """
            ctrl
        """,
        "transfo-xl": """
            transfo-xl-wt103
        """,
        "xlnet": """
            xlnet-base-cased xlnet-large-cased
        """,
    }
)
"""By account: its models whose names had no owner."""

LEGACY: Mapping[str, str] = MappingProxyType(
    {name: f"{owner}/{name}" for owner, names in _UNOWNED.items() for name in names.split()}
)
"""Repository names without an owner, and the names to which the Hub redirects them."""


def is_name(text: str) -> bool:
    """Whether a text is a full repository name, ``owner/name``; ``N/A`` is not one.

    >>> is_name("Qwen/Qwen3-8B"), is_name("./out/merged"), is_name("gpt2"), is_name("papers/2401.1")
    (True, False, False, False)
    """
    return (
        _NAME.fullmatch(text) is not None
        and ".." not in text
        and text.lower() != "n/a"
        and text.partition("/")[0].lower() not in NOT_OWNERS
    )


def is_commit(text: str) -> bool:
    """Whether a text is a full commit digest: 40 or 64 hexadecimal digits."""
    return _COMMIT.fullmatch(text) is not None


def on_hub(url: str) -> bool:
    """Whether an address is on a host of the Hub, whether or not it names a repository."""
    return _SITE.fullmatch(url.strip()) is not None


def page(name: str, kind: RepositoryKind = RepositoryKind.MODEL) -> Iri:
    """The address of a repository's page.

    >>> page("Qwen/Qwen3-8B")
    Iri('https://huggingface.co/Qwen/Qwen3-8B')
    """
    return Iri(f"{PAGE}{kind.value}/{name}" if kind.value else PAGE + name)


@remembered(8192)
def address(text: str) -> Repository | None:
    """Parse a Hub address; None if it names no repository.

    >>> address("https://huggingface.co/api/models/google/ul2/revision/main").name
    'google/ul2'
    >>> address("hf.co/datasets/bigcode/the-stack@v1.2").revision
    'v1.2'
    >>> address("https://huggingface.co/papers/2401.1"), address("https://example.org/a/b")
    (None, None)
    """
    stated = text.strip()
    if len(stated) > MAX_ADDRESS:
        return None
    usual = _USUAL.fullmatch(stated)
    if usual is not None and usual["last"].lower() not in _VIEWS | _TABS:
        name = usual["name"]
        if is_name(name) and not name.endswith(".git"):
            return Repository(RepositoryKind((usual["kind"] or "").rstrip("/")), name)
    match = _SITE.fullmatch(stated)
    if match is not None:
        return _steps(match["path"])
    match = _SCHEME.fullmatch(stated)
    return _steps(match["path"]) if match is not None else None


def _steps(path: str) -> Repository | None:
    steps = [unquote(step) for step in path.split("/") if step]
    api = bool(steps) and steps[0].lower() == "api"
    if api:
        steps = steps[1:]
        if not steps or steps[0].lower() not in _KINDS:
            return None
    kind = RepositoryKind.MODEL
    if steps and steps[0].lower() in _KINDS and (api or steps[0].lower() != "models"):
        kind, steps = _KINDS[steps[0].lower()], steps[1:]
    if not steps:
        return None
    alone = _unowned(steps, kind)
    if alone is not None:
        return alone
    if len(steps) < 2:
        return None
    owner, (name, _, revision) = steps[0], steps[1].partition("@")
    name = name.removesuffix(".git")
    tab = kind is RepositoryKind.MODEL and not api and name.lower() in _TABS
    if tab or not is_name(f"{owner}/{name}"):
        return None
    return _viewed(kind, f"{owner}/{name}", revision, steps[2:])


def _unowned(steps: list[str], kind: RepositoryKind) -> Repository | None:
    """Parse path steps as a repository without an owner (an old model or a dataset), or None."""
    name, _, revision = steps[0].partition("@")
    name = name.removesuffix(".git")
    followed = len(steps) > 1 and steps[1].lower() in _VIEWS
    if (
        kind is RepositoryKind.MODEL
        and (name in LEGACY or followed)
        and (len(steps) == 1 or followed)
    ):
        name = LEGACY.get(name, name)
    elif kind is not RepositoryKind.DATASET or not (len(steps) == 1 or followed):
        return None
    if not _ONE.fullmatch(name.partition("/")[0]) or name.lower() in NOT_OWNERS:
        return None
    return _viewed(kind, name, revision, steps[1:])


def _viewed(kind: RepositoryKind, name: str, revision: str, rest: list[str]) -> Repository:
    """Build the repository with the revision and the path that the remaining steps name."""
    if rest and rest[0].lower() in _VIEWS:
        if rest[0].lower() not in _WITH_REVISION:
            return Repository(kind, name, revision)
        if len(rest) >= 4 and rest[1] == "refs":  # refs/pr/1, refs/convert/parquet
            return Repository(kind, name, "/".join(rest[1:4]), "/".join(rest[4:]))
        return Repository(kind, name, rest[1] if len(rest) > 1 else revision, "/".join(rest[2:]))
    return Repository(kind, name, revision, "/".join(rest))


def cached(path: str) -> Repository | None:
    """Parse a path through the local cache; None if no folder of it is a cached repository.

    >>> cached("/cache/hub/models--org--name/snapshots/0123abc/config.json")
    Repository(kind=<RepositoryKind.MODEL: ''>, name='org/name', revision='0123abc', path='config.json')
    """
    steps = re.split(r"[/\\]", path[:4096])
    for index, step in enumerate(steps):
        match = _CACHED.fullmatch(step)
        if match is None:
            continue
        parts = match["name"].split("--")
        name = "/".join(parts)
        if len(parts) == 1:
            name = LEGACY.get(name, name)
        elif len(parts) != 2 or not is_name(name):
            continue
        rest = steps[index + 1 :]
        if rest[:1] == ["snapshots"] and len(rest) > 1:
            return Repository(_KINDS[match["kind"]], name, rest[1], "/".join(rest[2:]))
        return Repository(_KINDS[match["kind"]], name)
    return None


def reference(text: str) -> Repository | None:
    """Parse a field that should name a model: an address, a name or a cached folder; else None.

    >>> reference("mistralai/Mistral-7B-v0.1@26bca36bde8333b5d7f72e9ed20ccda6a618af24").name
    'mistralai/Mistral-7B-v0.1'
    >>> reference("gpt2").name, reference("./out/merged"), reference("hf.co/tasks/x")
    ('openai-community/gpt2', None, None)
    """
    stated = text.strip()
    result = address(stated)
    if result is not None:
        return result
    if "--" in stated and (result := cached(stated)):
        return result
    name, _, revision = stated.partition("@")
    name = LEGACY.get(name, name)
    if is_name(name) and re.fullmatch(r"[^\s@]{0,200}", revision):
        return Repository(RepositoryKind.MODEL, name, revision)
    return None


def model_name(url: str) -> str:
    """The ``owner/name`` of the model that an address names, or the empty string.

    >>> model_name("https://huggingface.co/google/ul2/tree/main"), model_name("https://hf.co/docs/x")
    ('google/ul2', '')
    """
    result = address(url)
    return (
        result.name
        if result is not None and result.kind is RepositoryKind.MODEL and result.owner
        else ""
    )


def dataset_name(url: str) -> str:
    """The name of the dataset that an address names, with its owner if any, or the empty string.

    >>> dataset_name("https://huggingface.co/datasets/bigcode/the-stack/tree/main")
    'bigcode/the-stack'
    >>> dataset_name("https://huggingface.co/datasets/bookcorpus")
    'bookcorpus'
    """
    result = address(url)
    return result.name if result is not None and result.kind is RepositoryKind.DATASET else ""


def raw_file(url: str) -> str:
    """The download address for a page that shows a file, or the empty string.

    >>> raw_file("https://hf.co/org/name/blob/main/README.md")
    'https://huggingface.co/org/name/resolve/main/README.md'
    """
    if not re.search(r"/(?:blob|raw|resolve)/", url):
        return ""
    result = address(url)
    if result is None or not result.path or not result.revision:
        return ""
    revision, file = quote(result.revision, safe=""), quote(result.path)
    return f"{result.page}/resolve/{revision}/{file}"
