"""Which names of organisations mean one, a part of one, or several; and the rules for new names.

O1: one, where only separators and words such as ``AI``, ``Labs``, ``Inc`` differ and the shorter
name is an organisation of its own with at most as many models; words for a line of business make
a part. O2: a compound name is several where one of its parts is a known organisation and none is
a fragment of a university's or institute's name. O3: an owner of repositories speaks for a
developer where two models say so.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from provenance_graph.acceptance import identity
from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core import iris
from provenance_graph.core.iris import ID, Iri
from provenance_graph.core.terms import DCTERMS, PG, RDF, SKOS
from provenance_graph.matching.outcome import Pair, Verdict

ONE = "id:rule/organisation-spelling"
PART = "id:rule/organisation-part"
COMPOUND = "id:rule/organisation-compound"
SEVERAL = 3
"""A developer with more models than this is one of its own beside a longer name."""
HEAD = ID + "organization/"
_LEGAL = frozenset(
    ["ai", "labs", "lab", "org", "inc", "ltd", "llc", "gmbh", "co", "corp", "team", "hq"]
)
_LINES = frozenset(
    ["research", "cloud", "community", "nlp", "science", "studios", "academy", "brain", "robotics"]
)
_FRAGMENTS = frozenset(
    ["university", "institute", "school", "center", "centre", "department", "science", "sciences",
     "technology", "technologies", "engineering", "college", "academy", "of", "for", "data"]
)  # fmt: skip
_JOINERS = re.compile(r"-(?:and|with|x)-|,-?|-&-|\+")


class Organizations:
    """What the store's mappings say of organisations."""

    def __init__(self, snapshot: AcceptedSnapshot, further: Iterable[Pair] = ()) -> None:
        self._same: dict[Iri, Iri] = {}
        self._wholes: dict[Iri, set[Iri]] = defaultdict(set)
        for predicate in (SKOS.exactMatch, SKOS.broadMatch, SKOS.closeMatch, DCTERMS.hasPart):
            for one, _, other, _ in snapshot.quads(predicate=predicate, graph=identity.GRAPH):
                if not one.startswith(HEAD) or not isinstance(other, Iri):
                    continue
                if predicate == SKOS.exactMatch:
                    self._same[one] = other
                else:
                    self._wholes[one].add(other)
        for pair in further:
            if pair.verdict is Verdict.SAME:
                self._same.setdefault(pair.subject, pair.other)
            elif pair.verdict is Verdict.RELATED:
                self._wholes[pair.subject].add(pair.other)

    def same(self, organization: Iri) -> Iri:
        """The name that stands for an organisation."""
        seen = {organization}
        while (following := self._same.get(organization)) and following not in seen:
            seen.add(following)
            organization = following
        return organization

    def with_wholes(self, organization: Iri) -> set[Iri]:
        """The organisation, what it is part of or speaks for, and the members of a compound."""
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
    """A name without separators and words that every organisation may add.

    >>> squashed("x-ai") == squashed("xai"), squashed("Defog.ai"), squashed("01-ai")
    (True, 'defog', '01ai')
    """
    parts = [part for part in re.split(r"[^a-z0-9]+", name.casefold()) if part]
    retained = [part for part in parts if part not in _LEGAL]
    joined = "".join(retained)
    if len(joined) < 5:
        return "".join(parts)
    for ending in ("labs", "ai", "org", "inc"):
        if joined.endswith(ending) and len(joined) - len(ending) > 4:
            return joined.removesuffix(ending)
    return joined


def organizations(snapshot: AcceptedSnapshot, known: Organizations) -> list[Pair]:
    """Pairs of organisations' names that mean one, or of which one is a part of the other."""
    lines, names = _counted(snapshot)
    pairs: list[Pair] = []
    blocks: dict[str, list[Iri]] = defaultdict(list)
    for name in sorted(names):
        if known.same(name) == name:
            blocks[squashed(iris.local_name(name))].append(name)
    for block in blocks.values():
        pairs += _spelled_alike(block, lines)
    pairs += _compounds(names, lines, known)
    return pairs


def _counted(snapshot: AcceptedSnapshot) -> tuple[Counter[Iri], set[Iri]]:
    """How many things each organisation made or owns, and every organisation's name."""
    lines: Counter[Iri] = Counter()
    names = {s for s, *_ in snapshot.quads(predicate=RDF.type, object=PG.Organization)}
    for predicate in (DCTERMS.creator, PG.provider, DCTERMS.publisher):
        for _, _, who, _ in snapshot.quads(predicate=predicate):
            if isinstance(who, Iri) and who.startswith(HEAD):
                lines[who] += 1
                names.add(who)
    return lines, {name for name in names if name.startswith(HEAD)}


def _spelled_alike(block: list[Iri], lines: Mapping[Iri, int]) -> Iterator[Pair]:
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
                "one name but for separators"
                if plain
                else f"one name but for {', '.join(sorted(extra & _LEGAL)) or 'its ending'}"
            )
            yield Pair(name, head, Verdict.SAME, ONE, 0.95, (why,))
        else:
            yield Pair(
                name, head, Verdict.CANDIDATE, ONE, 0.7,
                ("one name but for words that every organisation may add",),
                ("both names have several models: a firm and a part of it, or two",),
            )  # fmt: skip


def _without_separators(name: Iri) -> str:
    return re.sub(r"[^a-z0-9]+", "", iris.local_name(name).casefold())


def _compounds(
    names: Iterable[Iri], lines: Mapping[Iri, int], known: Organizations
) -> Iterator[Pair]:
    every = {iris.local_name(name).casefold(): name for name in names}
    for name in sorted(names):
        text = iris.local_name(name)
        parts = [part.strip("-") for part in _JOINERS.split(text) if part.strip("-")]
        if len(parts) > 1 and known.with_wholes(name) == {name}:
            if any(set(part.split("-")) <= _FRAGMENTS for part in parts):
                continue
            results = [every.get(part.casefold()) for part in parts]
            if any(one is not None and lines.get(one, 0) for one in results):
                for part in filter(None, results):
                    yield Pair(
                        name, part,
                        Verdict.RELATED, COMPOUND, 0.85,
                        ("a name of several organisations; each stands for itself",),
                        predicate=DCTERMS.hasPart,
                    )  # fmt: skip
        words = text.casefold().split("-")
        if len(words) > 1 and words[-1] in _LINES:
            whole = every.get("-".join(words[:-1]))
            if whole is not None and whole not in known.with_wholes(name):
                yield Pair(
                    name, whole, Verdict.RELATED, PART, 0.85,
                    (f"the other's name and {words[-1]}: a part of it",), predicate=SKOS.broadMatch,
                )  # fmt: skip
