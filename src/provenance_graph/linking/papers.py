"""Papers and data by DOI and arXiv number, from Crossref, DataCite and arXiv.

A title is no name: "DeepSeek-V3 Technical Report" is about DeepSeek-V3 and is not it. A paper is
therefore proposed as related, where its title begins with the entity's name as titles of such
papers do, or quotes it. Only entries that DataCite registers as data, model or software of that
exact name are proposed as the entity itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from provenance_graph.core import hub
from provenance_graph.core.errors import FetchError
from provenance_graph.core.iris import Iri, is_iri
from provenance_graph.core.papers import arxiv_address, arxiv_doi, arxiv_id, doi_address
from provenance_graph.core.terms import SKOS
from provenance_graph.formats.fetch.fetcher import Fetcher
from provenance_graph.linking.answers import object_at, objects_of, texts
from provenance_graph.linking.lookup import MAX_CANDIDATES, LinkCandidate

_ATOM = "{http://www.w3.org/2005/Atom}"
_THINGS = frozenset({"Dataset", "Model", "Software", "Collection"})
"""DataCite's general resource types that are no texts."""
_AFTER_NAME = re.compile(
    r"\s*(?:[:–—,(]|-\s|technical report\b|report\b|system card\b|model card\b|paper\b|$)",
    re.IGNORECASE,
)
"""Text that may follow the name at the beginning of a title about an entity."""


def named_in_title(title: str, name: str) -> bool:
    """Whether a title is that of a paper about the entity of a name.

    >>> named_in_title("DeepSeek-V3 Technical Report", "DeepSeek V3")
    True
    >>> named_in_title("The Pile: An 800GB Dataset", "The Pile"), named_in_title("Llama Guard", "Llama")
    (True, False)
    """
    parts = [re.escape(part) for part in re.split(r"[\s_-]+", name.strip()) if part]
    if not parts:
        return False
    written = r"[\s_-]*".join(parts)
    head = re.match(rf"(?:the |introducing )?[\"“']?{written}[\"”']?", title, re.IGNORECASE)
    if head and _AFTER_NAME.match(title, head.end()):
        return True
    return re.search(rf"[\"“]{written}[\"”]", title, re.IGNORECASE) is not None


def _paper(iri: str, title: str, name: str, what: str, sites: Iterable[str] = ()) -> LinkCandidate:
    """A candidate for a paper about an entity, proposed as related whatever its evidence."""
    return LinkCandidate(
        Iri(iri),
        title[:300],
        (name,),
        tuple(sites),
        f"paper: {what}"[:300],
        relation=SKOS.relatedMatch,
    )


class CrossrefLookup:
    """Crossref's search of works by title; it has no DOIs of arXiv or Zenodo."""

    target = "doi"

    def __init__(self, fetcher: Fetcher, url: str = "https://api.crossref.org/works") -> None:
        self.fetcher, self.url, self.source = fetcher, url.rstrip("/"), url

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with one request per name.

        Raises FetchError where the service does not answer in its protocol.
        """
        results = {}
        for name in dict.fromkeys(names):
            url = f"{self.url}?query.title={quote(name)}&rows={MAX_CANDIDATES}"
            message = object_at(url, self.fetcher.get(url)).get("message")
            items = message.get("items") if isinstance(message, Mapping) else None
            if not isinstance(items, list):
                raise FetchError(f"{self.url}: its answer has no items; is it Crossref's /works?")
            results[name] = list(self._read(name, objects_of(items)))
        return results

    @staticmethod
    def _read(name: str, items: Iterable[Mapping[str, Any]]) -> Iterator[LinkCandidate]:
        for one in items:
            title = next(iter(texts(one.get("title"))), "")
            iri = doi_address(str(one.get("DOI", "")))
            if iri and is_iri(iri) and named_in_title(title, name):
                where = ", ".join(
                    filter(None, (str(one.get("type", "")), str(one.get("publisher", ""))))
                )
                yield _paper(iri, title, name, where)


class DataCiteLookup:
    """DataCite's search: data, models and software, and the DOIs of arXiv, Zenodo and the Hub."""

    target = "doi"

    def __init__(self, fetcher: Fetcher, url: str = "https://api.datacite.org/dois") -> None:
        self.fetcher, self.url, self.source = fetcher, url.rstrip("/"), url

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with one request per name.

        Raises FetchError where the service does not answer in its protocol.
        """
        results = {}
        for name in dict.fromkeys(names):
            words = re.sub(r"[\"\\]", " ", name)
            search = quote(f'titles.title:"{words}"')
            url = f"{self.url}?query={search}&page[size]={MAX_CANDIDATES}"
            data = object_at(url, self.fetcher.get(url)).get("data")
            if not isinstance(data, list):
                raise FetchError(f"{self.url}: its answer has no data; is it DataCite's /dois?")
            results[name] = list(self._read(name, objects_of(data)))
        return results

    @staticmethod
    def _read(name: str, items: Iterable[Mapping[str, Any]]) -> Iterator[LinkCandidate]:
        for one in items:
            stated = one.get("attributes")
            if not isinstance(stated, Mapping):
                continue
            title = next(
                (str(t["title"]) for t in objects_of(stated.get("titles")) if "title" in t), ""
            )
            iri = doi_address(str(stated.get("doi", "")))
            if not title or not iri or not is_iri(iri):
                continue
            types, site = stated.get("types"), str(stated.get("url", ""))
            kind = str(types.get("resourceTypeGeneral", "")) if isinstance(types, Mapping) else ""
            sites = (site,) if is_iri(site) else ()
            if kind in _THINGS:
                publisher = str(stated.get("publisher") or "")
                repo = hub.address(site)
                repository = (repo.name,) if repo is not None and repo.name else ()
                about = f"{kind.casefold()}: {publisher}".rstrip(": ")
                yield LinkCandidate(Iri(iri), title[:300], repository, sites, about[:300])
            elif named_in_title(title, name):
                yield _paper(iri, title, name, kind or "of no stated kind", sites)


class DoiLookup:
    """Both registries of DOIs: candidates of Crossref, then those of DataCite."""

    target = "doi"

    def __init__(self, crossref: CrossrefLookup, datacite: DataCiteLookup) -> None:
        self.crossref, self.datacite = crossref, datacite
        self.source = f"{crossref.source} and {datacite.source}"

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with one request per name and registry."""
        unique = list(dict.fromkeys(names))
        first, second = self.crossref.candidates(unique), self.datacite.candidates(unique)
        return {
            name: list({one.iri: one for one in (*first[name], *second[name])}.values())
            for name in unique
        }


class ArxivLookup:
    """arXiv's search by title, in Atom; links use the DOI that arXiv gives a paper."""

    target = "doi"

    def __init__(self, fetcher: Fetcher, url: str = "https://export.arxiv.org/api/query") -> None:
        self.fetcher, self.url, self.source = fetcher, url.rstrip("/"), url

    def candidates(self, names: Iterable[str]) -> dict[str, list[LinkCandidate]]:
        """Candidates by name, with one request per name."""
        results = {}
        for name in dict.fromkeys(names):
            words = re.sub(r"[\"\\]", " ", name)
            search = quote(f'ti:"{words}"')
            url = f"{self.url}?search_query={search}&max_results={MAX_CANDIDATES}"
            results[name] = list(self._read(name, self._feed(url)))
        return results

    def _feed(self, url: str) -> Element:
        body = self.fetcher.get(url)
        try:
            feed = fromstring(body)
        except (ParseError, DefusedXmlException, ValueError) as error:
            stated = " ".join(body[:80].decode("utf-8", "replace").split())
            raise FetchError(f"{self.url}: no Atom feed, but {stated!r} ({error})") from error
        if feed.tag != f"{_ATOM}feed":
            raise FetchError(f"{self.url}: the answer is not an Atom feed; is it arXiv's API?")
        for entry in feed.findall(f"{_ATOM}entry"):
            if "/api/errors" in (entry.findtext(f"{_ATOM}id") or ""):  # an error with status 200
                why = " ".join((entry.findtext(f"{_ATOM}summary") or "").split())[:200]
                raise FetchError(f"{self.url}: {why or 'arXiv refuses the query'}")
        return feed

    @staticmethod
    def _read(name: str, feed: Element) -> Iterator[LinkCandidate]:
        for entry in feed.findall(f"{_ATOM}entry")[:MAX_CANDIDATES]:
            title = " ".join((entry.findtext(f"{_ATOM}title") or "").split())
            number = arxiv_id((entry.findtext(f"{_ATOM}id") or "").strip())
            if number and named_in_title(title, name):
                day = (entry.findtext(f"{_ATOM}published") or "")[:10]
                what = f"arXiv {number}, {day}".rstrip(", ")
                yield _paper(arxiv_doi(number), title, name, what, (arxiv_address(number),))
