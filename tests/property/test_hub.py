"""Whatever is written around a repository's name, the parser gives the same name back."""

from __future__ import annotations

from examples import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from provenance_graph.core import hub
from provenance_graph.core.hub import Repository, RepositoryKind

_EDGE = "abzAZ09_"
_PARTS = st.builds(
    lambda first, middle, last: first + middle.replace("..", ".").replace("--", "-") + last,
    st.sampled_from(_EDGE),
    st.text("abcXYZ019_", max_size=20)
    | st.from_regex(r"[a-z](?:[.-]?[a-z0-9]){0,20}", fullmatch=True),
    st.sampled_from(_EDGE),
)
_NAMES = st.builds("{}/{}".format, _PARTS, _PARTS).filter(hub.is_name)
_REVISIONS = st.sampled_from(["", "main", "v1.0", "refs/pr/7", "0" * 40])
_PATHS = st.sampled_from(["", "config.json", "a/b c.json"])
_HOSTS = st.sampled_from(
    [
        "https://huggingface.co/",
        "http://www.huggingface.co/",
        "hf.co/",
        "https://hf.co/",
        "hf:",
        "hf://",
    ]
)


@given(
    _NAMES,
    st.sampled_from(RepositoryKind),
    _REVISIONS,
    _PATHS,
    _HOSTS,
    st.sampled_from(["tree", "blob", "resolve"]),
)
@settings(max_examples=sample(60, 300), deadline=None)
def test_an_address_gives_back_what_it_was_made_of(
    name: str, kind: RepositoryKind, revision: str, path: str, host: str, view: str
) -> None:
    folder = f"{kind.value}/" if kind.value else ""
    tail = f"/{view}/{revision}" if revision else ""
    tail += f"/{path.replace(' ', '%20')}" if path and revision else ""
    address = hub.address(f"{host}{folder}{name}{tail}")
    assert address == Repository(kind, name, revision, path if revision else "")


@given(_NAMES, st.sampled_from(RepositoryKind), _REVISIONS.filter(lambda text: "/" not in text))
@settings(max_examples=sample(48, 200), deadline=None)
def test_the_cache_and_the_page_name_one_repository(
    name: str, kind: RepositoryKind, revision: str
) -> None:
    folder = f"{kind.value or 'models'}--{name.replace('/', '--')}"
    if "--" in name:
        return
    cached = hub.cached(f"/cache/{folder}/snapshots/{revision}" if revision else f"/cache/{folder}")
    assert cached == Repository(kind, name, revision)
    assert cached is not None
    page = hub.address(cached.page)
    assert page is not None
    assert (page.kind, page.name) == (kind, name)


@given(st.text(max_size=200) | st.builds("https://huggingface.co/{}".format, st.text(max_size=80)))
@settings(max_examples=sample(60, 300), deadline=None)
def test_no_text_breaks_it_and_what_it_finds_is_a_name(text: str) -> None:
    for result in (hub.address(text), hub.reference(text), hub.cached(text)):
        if result is not None:
            assert hub.page(result.name, result.kind) == result.page
            assert ".." not in result.name
            assert hub.is_name(result.name) or "/" not in result.name
