"""Rules for names of datasets: the same dataset, or a part or another form of it.

D1: names that differ only in case, separators or a leading article. D2: a name without owner, and
the Hub repository of that name whose owner is the dataset's stated developer, or the only official
one known. D4: suffixes that mean *a part of* or *translated from*. ``dataset``, ``collection`` and
``data`` are part of a name: ``aya_collection`` is not ``aya_dataset``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import unquote

from provenance_graph.acceptance.snapshot import AcceptedSnapshot
from provenance_graph.core.claims import Literal
from provenance_graph.core.iris import ID, Iri, organization, short_id
from provenance_graph.core.terms import DCTERMS, PG, RDF, SCHEMA
from provenance_graph.matching.organizations import Organizations
from provenance_graph.matching.outcome import Pair, PairVerdict

HEAD = ID + "dataset/"
SPELLING = "id:rule/dataset-spelling"
OFFICIAL = "id:rule/dataset-official-owner"
PART = "id:rule/dataset-part"
_PARTS = re.compile(
    r"(?:[-_. ](?:mini|sample|samples|subset|10k|100k|1m|tiny|nano|small|hard[-_]?negatives"
    r"|train|test|dev|val|validation))$|^nano(?=[a-z])"
)
_DEDUPED = re.compile(r"[-_. ](?:deduplicated|deduped|dedup|dd)$")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset's IRI with its owner, squashed names and stated makers."""

    iri: Iri
    plain: str
    owner: str
    names: frozenset[str]
    makers: frozenset[Iri]


def squashed(name: str) -> str:
    """Normalise a dataset's name: without case, separators and leading article.

    >>> squashed("The Pile"), squashed("the_pile"), squashed("Aya-Collection")
    ('pile', 'pile', 'ayacollection')
    """
    folded = re.sub(r"[^\w]+|_", " ", name.casefold()).strip()
    folded = re.sub(r"^the (?=\S)", "", folded)
    return folded.replace(" ", "")


def datasets(snapshot: AcceptedSnapshot, known: Organizations) -> list[Pair]:
    """Pairs of dataset names that denote one dataset or are related, by falling confidence."""
    every = sorted(_known(snapshot), key=lambda one: one.iri)
    blocks: dict[str, list[Dataset]] = defaultdict(list)
    for one in every:
        for name in one.names:
            blocks[name].append(one)
    pairs: dict[frozenset[Iri], Pair] = {}
    for _, block in sorted(blocks.items()):
        for pair in (*_same(block, known), *_parts(block, blocks)):
            pairs.setdefault(pair.key, pair)
    return sorted(pairs.values(), key=lambda pair: (-pair.confidence, pair.subject, pair.other))


def _known(snapshot: AcceptedSnapshot) -> Iterator[Dataset]:
    labels: dict[Iri, set[str]] = defaultdict(set)
    makers: dict[Iri, set[Iri]] = defaultdict(set)
    for subject, _, value, _ in snapshot.quads(predicate=SCHEMA.name):
        if subject.startswith(HEAD) and isinstance(value, Literal):
            labels[subject].add(value.lexical)
    for subject, _, value, _ in snapshot.quads(predicate=DCTERMS.creator):
        if subject.startswith(HEAD) and isinstance(value, Iri):
            makers[subject].add(value)
    for subject, *_ in snapshot.quads(predicate=RDF.type, object=PG.Dataset):
        if not subject.startswith(HEAD):
            continue
        owner, slash, plain = unquote(subject[len(HEAD) :]).rpartition("/")
        # A label beside a repository may be anything; beside a plain name it is the name itself.
        texts = {plain} if slash else {plain, *labels.get(subject, ())}
        names = frozenset(squashed(text) for text in texts if "/" not in text)
        yield Dataset(subject, plain, owner, names - {""}, frozenset(makers.get(subject, ())))


def _same(block: list[Dataset], known: Organizations) -> Iterator[Pair]:
    """Yield the pairs by D1 and D2 among the datasets of one squashed name."""
    bare = sorted((d for d in block if not d.owner), key=lambda d: (len(d.plain), d.iri))
    owned = sorted((d for d in block if d.owner), key=lambda d: d.iri)
    for one in bare[1:]:
        why = "the same name but for case, separators and the article"
        yield Pair(one.iri, bare[0].iri, PairVerdict.SAME, SPELLING, 0.95, (why,))
    makers = {who for one in bare for maker in one.makers for who in known.with_wholes(maker)}
    for other in owned:
        owners = known.with_wholes(organization(other.owner))
        if bare and owners & makers:
            pro = (
                "the name without its owner",
                f"that owner is the stated developer ({short_id(min(owners & makers))})",
            )
            yield Pair(bare[0].iri, other.iri, PairVerdict.SAME, OFFICIAL, 0.95, pro)
        elif bare:
            yield Pair(
                bare[0].iri,
                other.iri,
                PairVerdict.CANDIDATE,
                OFFICIAL,
                0.65,
                ("the name without its owner",),
                ("whether that owner's repository is the dataset itself or a copy is not stated",),
            )
    for one, other in pairwise(owned):
        if known.same(organization(one.owner)) == known.same(organization(other.owner)):
            why = "one name, and the owners are one organisation: a moved repository"
            yield Pair(one.iri, other.iri, PairVerdict.SAME, OFFICIAL, 0.95, (why,))
        else:
            yield Pair(
                one.iri,
                other.iri,
                PairVerdict.BARRED,
                OFFICIAL,
                0.4,
                ("same name",),
                ("two hub repositories of different owners: a copy, or another dataset",),
            )


_FORMS = (
    (_DEDUPED, PG.dedupedFrom, "the other's name and a word for deduplication"),
    (_PARTS, PG.subsetOf, "the other's name and a word for a part"),
)


def stems(plain: str) -> Iterator[tuple[str, Iri, str]]:
    """Yield the whole's name if a name has a suffix of a part or of deduplication.

    Each comes with the relation and the reason in words.

    >>> [stem for stem, *_ in stems("pile-10k")], list(stems("pile"))
    (['pile'], [])
    """
    plain = plain.casefold()
    for pattern, predicate, what in _FORMS:
        stem = pattern.sub("", plain, count=1)
        if stem != plain:
            yield stem, predicate, what


def _parts(block: list[Dataset], blocks: dict[str, list[Dataset]]) -> Iterator[Pair]:
    """Yield the pairs by D4: a suffix that means a part or a deduplicated copy."""
    for one in block:
        for stem, predicate, what in stems(one.plain):
            wholes = [
                other
                for other in blocks.get(squashed(stem), ())
                if other.iri != one.iri and (not other.owner or other.owner == one.owner)
            ]
            for whole in wholes[:1]:
                yield Pair(
                    one.iri,
                    whole.iri,
                    PairVerdict.RELATED,
                    PART,
                    0.85,
                    (what,),
                    predicate=predicate,
                )
