"""Rules for names of organisations: the same organisation, a part of one, or several in one name.

O1: two names are one if they differ only in separators, accents, an acronym of the name itself or
words such as ``AI``, ``Labs``, ``Inc``, and the shorter name has at most SEVERAL models; words for
a line of business make a part. O2: a compound name denotes several organisations if one of its
parts is a known organisation and none is a fragment of a university's or institute's name. O3: an
owner of repositories speaks for a developer if two models say so.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as Dict

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.acceptance.sssom import Mapping
from provenance_graph.core import iris
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SKOS
from provenance_graph.matching.outcome import Pair, PairVerdict
from provenance_graph.store.values import ANY

ONE = "id:rule/organisation-spelling"
PART = "id:rule/organisation-part"
COMPOUND = "id:rule/organisation-compound"
SEVERAL = 3
"""A developer with more models than this is an organisation distinct from one of a longer name."""
HEAD = ID + "organization/"
RELATIONS = (SKOS.exactMatch, SKOS.broadMatch, SKOS.closeMatch, DCTERMS.hasPart)
"""Relations between names of organisations: same, part of, speaks for, and compound of."""
MAKERS = (DCTERMS.creator, PG.provider, DCTERMS.publisher)
"""Properties whose values are organisations that made, offer or publish something."""
_LEGAL = frozenset(
    ["ai", "labs", "lab", "org", "inc", "ltd", "llc", "gmbh", "co", "corp", "team", "hq"]
)
_LINES = frozenset(
    ["research", "cloud", "community", "nlp", "science", "studios", "academy", "brain", "robotics"]
)
_FRAGMENTS = frozenset(
    [
        "university",
        "institute",
        "school",
        "center",
        "centre",
        "department",
        "science",
        "sciences",
        "technology",
        "technologies",
        "engineering",
        "college",
        "academy",
        "of",
        "for",
        "data",
    ]
)
_SMALL = frozenset(["of", "the", "and", "for", "at", "in", "de", "di"])
"""Words that contribute no letter to an acronym."""
_JOINERS = re.compile(r"-(?:and|with|x)-|,-?|-&-|\+")


class Organizations:
    """Relations between organisations, by the store's mappings and ``further`` ones."""

    def __init__(self, snapshot: AcceptedSnapshot, further: Iterable[Mapping] = ()) -> None:
        self._same: dict[Iri, Iri] = {}
        self._wholes: dict[Iri, set[Iri]] = defaultdict(set)
        for predicate in RELATIONS:
            for one, _, other, _ in snapshot.quads(predicate=predicate, graph=identity.GRAPH):
                if not one.startswith(HEAD) or not isinstance(other, Iri):
                    continue
                if predicate == SKOS.exactMatch:
                    self._same[one] = other
                else:
                    self._wholes[one].add(other)
        for row in further:
            if row.merges:
                self._same.setdefault(row.subject, row.object)
            elif not row.negated:
                self._wholes[row.subject].add(row.object)

    def same(self, organization: Iri) -> Iri:
        """The canonical name of an organisation."""
        seen = {organization}
        while (following := self._same.get(organization)) and following not in seen:
            seen.add(following)
            organization = following
        return organization

    def names_of(self, organization: Iri) -> list[Iri]:
        """Every name whose canonical name is this organisation, sorted."""
        names = {organization, *self._same}
        return sorted(name for name in names if self.same(name) == organization)

    def with_wholes(self, organization: Iri) -> set[Iri]:
        """An organisation, those it is part of or speaks for, and the members of a compound."""
        result: set[Iri] = set()
        waiting = [organization]
        while waiting:
            one = waiting.pop()
            if one not in result:
                result.add(one)
                if (other := self._same.get(one)) is not None:
                    waiting.append(other)
                waiting += self._wholes.get(one, ())
        return result


def squashed(name: str) -> str:
    """Normalise an organisation's name: without separators and words common to organisations.

    >>> squashed("x-ai") == squashed("xai"), squashed("Defog.ai"), squashed("01-ai")
    (True, 'defog', '01ai')
    >>> squashed("new-york-university-nyu"), squashed("eth-zürich")
    ('newyorkuniversity', 'ethzurich')
    """
    parts = _without_acronym(_parts(name))
    retained = [part for part in parts if part not in _LEGAL]
    joined = "".join(retained)
    if len(joined) < 5:
        return "".join(parts)
    for ending in ("labs", "ai", "org", "inc"):
        if joined.endswith(ending) and len(joined) - len(ending) > 4:
            return joined.removesuffix(ending)
    return joined


def _parts(name: str) -> list[str]:
    """The words of a name, without case and accents."""
    plain = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return [part for part in re.split(r"[^a-z0-9]+", "".join(plain).casefold()) if part]


def _without_acronym(parts: list[str]) -> list[str]:
    """Drop a last word that is the acronym of the words before it, as in "… (MIT)"."""
    *words, last = parts or [""]
    initials = {"".join(w[0] for w in words), "".join(w[0] for w in words if w not in _SMALL)}
    return words if len(words) > 1 and len(last) > 1 and last in initials else parts


def organizations(
    names: Iterable[Iri], lines: Dict[Iri, int], known: Organizations
) -> Iterator[Pair]:
    """Yield pairs of organisation names that are the same, or one a part of the other.

    ``lines`` gives the number of entities that each made, offers or publishes.
    """
    names = sorted(names)
    blocks: dict[str, list[Iri]] = defaultdict(list)
    for name in names:
        if known.same(name) == name:
            blocks[squashed(iris.local_name(name))].append(name)
    for block in blocks.values():
        if len(block) > 1:
            yield from _spelled_alike(block, lines)
    yield from _compounds(names, lines, known)


def counted(
    snapshot: AcceptedSnapshot, known: Organizations
) -> tuple[dict[Iri, int], frozenset[Iri]]:
    """The number of entities that each organisation made, offers or published; and all names."""
    lines: Counter[Iri] = Counter()
    for predicate in MAKERS:
        of: dict[Iri, set[Iri]] = defaultdict(set)  # one property at a time saves memory
        for subject, who in stated_values(snapshot, predicate):
            if who.startswith(HEAD):
                of[known.same(who)].add(subject)
        lines.update({who: len(subjects) for who, subjects in of.items()})
    typed = {s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Organization)}
    names = {known.same(name) for name in typed if name.startswith(HEAD)}
    return lines, frozenset(names | lines.keys())


def stated_values(snapshot: AcceptedSnapshot, predicate: Iri) -> Iterator[tuple[Iri, Iri]]:
    """Yield subject and IRI value of every claim of a property in any record, accepted or not."""
    for subject, _, value, _ in snapshot.quads(predicate=predicate, graph=ANY):
        if isinstance(value, Iri):
            yield subject, value
    for about, stated in snapshot.annotated(predicate):
        if isinstance(stated, Iri):
            yield about, stated


def parts_of(text: str) -> list[str]:
    """Names of organisations that a compound name, or the name of a part of a firm, may contain.

    >>> parts_of("mistral-ai-and-nvidia"), parts_of("google-research"), parts_of("openai")
    (['mistral-ai', 'nvidia'], ['google'], [])
    """
    parts = [part.strip("-") for part in _JOINERS.split(text) if part.strip("-")]
    words = text.split("-")
    whole = ["-".join(words[:-1])] if len(words) > 1 and words[-1] in _LINES else []
    return [*(parts if len(parts) > 1 else ()), *whole]


def _spelled_alike(block: list[Iri], lines: Dict[Iri, int]) -> Iterator[Pair]:
    head = min(block, key=lambda name: (-lines.get(name, 0), len(name), name))
    for name in block:
        if name == head:
            continue
        parts = {*re.split(r"[^a-z0-9]+", iris.local_name(name).casefold())}
        other = {*re.split(r"[^a-z0-9]+", iris.local_name(head).casefold())}
        plain = _without_separators(name) == _without_separators(head)
        extra = (parts ^ other) - {""}
        shorter = min((name, head), key=lambda one: len(iris.local_name(one)))
        if plain or lines.get(shorter, 0) <= SEVERAL:
            why = (
                "the same name but for separators"
                if plain
                else f"the same name but for {', '.join(sorted(extra & _LEGAL)) or 'its ending'}"
            )
            yield Pair(name, head, PairVerdict.SAME, ONE, 0.95, (why,))
        else:
            yield Pair(
                name,
                head,
                PairVerdict.CANDIDATE,
                ONE,
                0.7,
                ("the same name but for words that any organisation may add",),
                ("both names have several models: a firm and a part of it, or two",),
            )


def _without_separators(name: Iri) -> str:
    return "".join(_without_acronym(_parts(iris.local_name(name))))


def _compounds(names: Iterable[Iri], lines: Dict[Iri, int], known: Organizations) -> Iterator[Pair]:
    every: dict[str, Iri] = {}
    for name in names:
        every.setdefault(iris.local_name(name).casefold(), name)
    for name in names:
        text = iris.local_name(name)
        parts = [part.strip("-") for part in _JOINERS.split(text) if part.strip("-")]
        if len(parts) > 1 and known.with_wholes(name) == {name}:
            if any(set(part.split("-")) <= _FRAGMENTS for part in parts):
                continue
            results = [every.get(part.casefold()) for part in parts]
            if any(one is not None and lines.get(one, 0) for one in results):
                for part in filter(None, results):
                    yield Pair(
                        name,
                        part,
                        PairVerdict.RELATED,
                        COMPOUND,
                        0.85,
                        ("a name of several organisations; each is identified separately",),
                        predicate=DCTERMS.hasPart,
                    )
        words = text.casefold().split("-")
        if len(words) > 1 and words[-1] in _LINES:
            whole = every.get("-".join(words[:-1]))
            if whole is not None and whole not in known.with_wholes(name):
                yield Pair(
                    name,
                    whole,
                    PairVerdict.RELATED,
                    PART,
                    0.85,
                    (f"the other's name and {words[-1]}: a part of it",),
                    predicate=SKOS.broadMatch,
                )
