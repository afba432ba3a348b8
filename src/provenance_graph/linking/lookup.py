"""Lookups of link candidates: Wikidata (reconciliation, SPARQL, a dump), ROR, the Hub.

Services are called through the shared fetcher, which bounds rate, size and addresses. Their answers
are untrusted text: values of unexpected types are left out.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from provenance_graph.core.errors import FetchError, Unreadable
from provenance_graph.core.iris import PREFIXES, Iri, is_iri
from provenance_graph.formats.fetch.fetcher import Fetcher
from provenance_graph.linking.answers import object_at, objects_of, parsed, texts
from provenance_graph.model.naming.folded import fold

WIKIDATA = "http://www.wikidata.org/entity/"
MAX_CANDIDATES = 10
MAX_LINE = 4 << 20
BATCH = 10
REPOSITORY = re.compile(r"(?:[\w.-]+/)?[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class LinkCandidate:
    """An outside entity that a name may mean, with its names, web sites and description.

    ``relation`` is set where it cannot be the same entity, such as a paper about it.
    """

    iri: Iri
    name: str
    aliases: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    description: str = ""
    score: float | None = None
    relation: Iri | None = None


class LinkLookup(Protocol):
    """A source of candidates for names.

    ``target`` is the kind of its identifiers, ``source`` its address or name.
    """

    target: str
    source: str

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name; raises FetchError where the source cannot be read."""


class ReconciliationLookup:
    """A service with the Reconciliation API 0.2, such as that of Wikidata."""

    def __init__(
        self, fetcher: Fetcher, url: str, target: str = "wikidata", type_: str = ""
    ) -> None:
        self.fetcher, self.url, self.target, self.source = fetcher, url.rstrip("/"), target, url
        self.type = type_
        self._space = ""

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with several names per request.

        Raises FetchError where the service does not answer in its protocol.
        """
        unique, results = list(dict.fromkeys(names)), {}
        for start in range(0, len(unique), BATCH):
            part = unique[start : start + BATCH]
            queries = {
                f"q{n}": {"query": name, "limit": MAX_CANDIDATES, **self._type()}
                for n, name in enumerate(part)
            }
            url = f"{self.url}?queries={quote(json.dumps(queries, separators=(',', ':')))}"
            answer = object_at(url, self.fetcher.get(url))
            if queries.keys().isdisjoint(answer):
                raise FetchError(
                    f"{self.url}: it answers none of the queries; is it a "
                    "reconciliation service (version 0.2)?"
                )
            for n, name in enumerate(part):
                results[name] = list(self._read(answer.get(f"q{n}")))
        return results

    def _type(self) -> dict[str, str]:
        return {"type": self.type} if self.type else {}

    def _base(self) -> str:
        """The name space of the service's identifiers, from its manifest."""
        if not self._space:
            manifest = object_at(self.url, self.fetcher.get(self.url))
            space = manifest.get("identifierSpace")
            stated = space if isinstance(space, str) and is_iri(space) else ""
            self._space = WIKIDATA if "wikidata.org/" in stated else stated
            if not self._space:
                raise FetchError(f"{self.url}: its manifest names no identifierSpace")
        return self._space

    def _read(self, answer: object) -> Iterator[LinkCandidate]:
        answers = answer.get("result") if isinstance(answer, Mapping) else None
        for one in objects_of(answers)[:MAX_CANDIDATES]:
            if not isinstance(one.get("id"), str):
                continue
            iri = one["id"] if "://" in one["id"] else f"{self._base()}{one['id']}"
            if is_iri(iri) and isinstance(one.get("name"), str):
                score = one.get("score")
                yield LinkCandidate(
                    Iri(iri),
                    one["name"][:300],
                    description=str(one.get("description", ""))[:300],
                    score=float(score) if isinstance(score, int | float) else None,
                )


class RorLookup:
    """The search of the Research Organization Registry (version 2 of its API)."""

    target = "ror"

    def __init__(self, fetcher: Fetcher, url: str = "https://api.ror.org/v2/organizations") -> None:
        self.fetcher, self.url, self.source = fetcher, url.rstrip("/"), url

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with one request per name.

        Raises FetchError where the service does not answer in its protocol.
        """
        results = {}
        for name in dict.fromkeys(names):
            url = f"{self.url}?query={quote(name)}"
            answer = object_at(url, self.fetcher.get(url))
            items = answer.get("items")
            if not isinstance(items, list):
                raise FetchError(f"{self.url}: its answer has no items; is it ROR's search?")
            results[name] = [c for one in items[:MAX_CANDIDATES] if (c := self._read(one))]
        return results

    @staticmethod
    def _read(one: object) -> LinkCandidate | None:
        if not isinstance(one, Mapping) or not is_iri(str(one.get("id", ""))):
            return None
        names = [n for n in objects_of(one.get("names")) if isinstance(n.get("value"), str)]
        display_names = [n["value"] for n in names if "ror_display" in texts(n.get("types"))]
        links = [str(link.get("value", "")) for link in objects_of(one.get("links"))]
        if not names:
            return None
        return LinkCandidate(
            Iri(str(one["id"])),
            (display_names or [names[0]["value"]])[0][:300],
            tuple(n["value"][:300] for n in names),
            tuple(link for link in links if is_iri(link)),
            ", ".join(texts(one.get("types"))),
        )


_PREFIXES = " ".join(
    f"PREFIX {prefix}: <{space}>"
    for prefix, space in (
        ("rdfs", PREFIXES["rdfs"]),
        ("skos", PREFIXES["skos"]),
        ("schema", "http://schema.org/"),
        ("wdt", "http://www.wikidata.org/prop/direct/"),
    )
)


class SparqlLookup:
    """A SPARQL service with Wikidata's data model: entities with a name as label or alias."""

    target = "wikidata"

    def __init__(self, fetcher: Fetcher, url: str, language: str = "en") -> None:
        self.fetcher, self.url, self.source, self.language = fetcher, url, url, language

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with several names per request.

        Raises FetchError where the service does not answer in its protocol.
        """
        unique = list(dict.fromkeys(names))
        results: dict[str, list[LinkCandidate]] = {name: [] for name in unique}
        for start in range(0, len(unique), BATCH):
            url = (
                f"{self.url}?format=json&query={quote(self._query(unique[start : start + BATCH]))}"
            )
            answer = object_at(url, self.fetcher.get(url)).get("results")
            if answer is None:
                raise FetchError(f"{self.url}: its answer has no results; is it a SPARQL service?")
            rows = objects_of(answer.get("bindings") if isinstance(answer, Mapping) else None)
            by_item: dict[tuple[str, str], list[Mapping[str, str]]] = {}
            for row in rows:
                cells = {key: _text_of(value) for key, value in row.items()}
                if cells.get("name") in results and is_iri(cells.get("item", "")):
                    by_item.setdefault((cells["name"], cells["item"]), []).append(cells)
            for (name, item), same in by_item.items():
                if len(results[name]) < MAX_CANDIDATES:
                    results[name].append(self._read(name, item, same))
        return results

    def _query(self, names: Iterable[str]) -> str:
        words = " ".join(f"{json.dumps(name)}@{self.language}" for name in names)
        return (
            f"{_PREFIXES} SELECT ?name ?item ?label ?description ?site {{ VALUES ?name {{ {words} }} "
            "?item rdfs:label|skos:altLabel ?name ; rdfs:label ?label . "
            f'FILTER(lang(?label) = "{self.language}") '
            "OPTIONAL { ?item schema:description ?description . "
            f'FILTER(lang(?description) = "{self.language}") }} '
            f"OPTIONAL {{ ?item wdt:P856 ?site }} }} LIMIT {BATCH * MAX_CANDIDATES * 4}"
        )

    @staticmethod
    def _read(name: str, item: str, same: list[Mapping[str, str]]) -> LinkCandidate:
        sites = {row["site"] for row in same if is_iri(row.get("site", ""))}
        label = same[0].get("label", name)[:300]
        return LinkCandidate(
            Iri(item), label, (name,), tuple(sorted(sites)), same[0].get("description", "")[:300]
        )


class HubLookup:
    """The search of the Hugging Face Hub: repositories of models and datasets."""

    target = "hub"
    kinds: Mapping[str, str] = MappingProxyType({"models": "", "datasets": "datasets/"})

    def __init__(self, fetcher: Fetcher, url: str = "https://huggingface.co") -> None:
        self.fetcher, self.url, self.source = fetcher, url.rstrip("/"), url

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with two requests per name."""
        results: dict[str, list[LinkCandidate]] = {}
        for name in dict.fromkeys(names):
            results[name] = []
            for kind, path in self.kinds.items():
                url = f"{self.url}/api/{kind}?search={quote(name)}&limit={MAX_CANDIDATES}"
                for one in objects_of(parsed(url, self.fetcher.get(url)))[:MAX_CANDIDATES]:
                    repository = one.get("id")
                    if isinstance(repository, str) and REPOSITORY.fullmatch(repository):
                        about = [kind.removesuffix("s"), str(one.get("pipeline_tag") or "")]
                        results[name].append(
                            LinkCandidate(
                                Iri(f"https://huggingface.co/{path}{repository}"),
                                repository.rpartition("/")[2],
                                (repository,),
                                description=": ".join(filter(None, about))[:300],
                            )
                        )
        return results


class DumpLookup:
    """A local dump of Wikidata, one JSON entity per line, also as gzip."""

    target = "wikidata"

    def __init__(self, path: Path, language: str = "en") -> None:
        self.path, self.language, self.source = path, language, path.name

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name: entities with that label or alias. The dump is read once."""
        wanted: dict[str, list[str]] = {}
        for name in dict.fromkeys(names):
            wanted.setdefault(fold(name), []).append(name)
        results: dict[str, list[LinkCandidate]] = {
            name: [] for same in wanted.values() for name in same
        }
        for entity in self._entities():
            one = self._read(entity)
            if one is None:
                continue
            for folded in {fold(text) for text in (one.name, *one.aliases)} & wanted.keys():
                for name in wanted[folded]:
                    if len(results[name]) < MAX_CANDIDATES:
                        results[name].append(one)
        return results

    def _entities(self) -> Iterator[Mapping[str, Any]]:
        opened = gzip.open if self.path.suffix == ".gz" else open
        try:
            with opened(self.path, "rb") as file:
                while line := file.readline(MAX_LINE):
                    text = line.strip().rstrip(b",")
                    if not text or text in (b"[", b"]"):
                        continue
                    try:
                        entity = json.loads(text)
                    except (ValueError, RecursionError):
                        continue  # a truncated or overlong line is skipped
                    if isinstance(entity, Mapping):
                        yield entity
        except (OSError, EOFError) as error:
            raise Unreadable(str(self.path), str(error)) from error

    def _read(self, entity: Mapping[str, Any]) -> LinkCandidate | None:
        identifier = entity.get("id")
        label = _text(entity, "labels", self.language)
        if not isinstance(identifier, str) or not label or not identifier.startswith("Q"):
            return None
        aliases = entity.get("aliases")
        others = aliases.get(self.language) if isinstance(aliases, Mapping) else None
        return LinkCandidate(
            Iri(f"{WIKIDATA}{identifier}"),
            label,
            tuple(str(one.get("value", "")) for one in objects_of(others)),
            tuple(_sites(entity)),
            _text(entity, "descriptions", self.language),
        )


def _sites(entity: Mapping[str, Any]) -> Iterator[str]:
    """The official web sites (P856) of an entity."""
    claims = entity.get("claims")
    for one in objects_of(claims.get("P856") if isinstance(claims, Mapping) else None):
        snak = one.get("mainsnak")
        value = snak.get("datavalue") if isinstance(snak, Mapping) else None
        site = value.get("value") if isinstance(value, Mapping) else None
        if isinstance(site, str) and is_iri(site):
            yield site


def domain(address: str) -> str:
    """The host of an address without ``www.``.

    >>> domain("https://www.anthropic.com/news")
    'anthropic.com'
    """
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _text_of(cell: object) -> str:
    """The text of a term in a SPARQL answer."""
    value = cell.get("value") if isinstance(cell, Mapping) else None
    return value if isinstance(value, str) else ""


def _text(entity: Mapping[str, Any], key: str, language: str) -> str:
    stored = entity.get(key)
    one = stored.get(language) if isinstance(stored, Mapping) else None
    value = one.get("value") if isinstance(one, Mapping) else None
    return value[:300] if isinstance(value, str) else ""
