"""Bars: reasons against a merge of two names of the same spelling.

Each bar was introduced for an error that a reviewer of the merges found (``docs/identity.md`` gives
the effect of each). Agreement in other properties never lifts a bar.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

from provenance_graph.core.developers import developer_names
from provenance_graph.core.iris import Iri, organization, short_id
from provenance_graph.matching.entities import Full, NamedEntity, fulls
from provenance_graph.matching.names import Name, local, owner, parse, source

_QUALIFIERS = frozenset(
    [
        "ultra",
        "mini",
        "small",
        "medium",
        "large",
        "base",
        "pro",
        "plus",
        "max",
        "lite",
        "nano",
        "tiny",
        "preview",
        "beta",
        "alpha",
        "version",
        "model",
        "release",
        "vision",
        "text",
        "fast",
        "dev",
        "turbo",
        "express",
        "enhanced",
        "standard",
        "quality",
        "basic",
        "advanced",
        "image",
        "video",
        "audio",
        "speech",
        "default",
        "general",
        "chat",
    ]
)

DENIED = "a reviewer decided that they are different"
"""The reason given for a person's decision, which rules never override."""


@dataclass
class EntityGroup:
    """Names that are merged so far, with the union of the properties of all of them."""

    members: list[NamedEntity] = field(default_factory=list)
    repositories: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    entries: set[str] = field(default_factory=set)
    developers: set[Iri] = field(default_factory=set)
    makers: set[Iri] = field(default_factory=set)
    hosts: set[str] = field(default_factory=set)
    sizes: set[float] = field(default_factory=set)
    released: list[date] = field(default_factory=list)

    @classmethod
    def of(cls, entity: NamedEntity) -> EntityGroup:
        """The group of one entity."""
        group = cls()
        group.add(entity)
        return group

    def add(self, entity: NamedEntity) -> None:
        """Add an entity and its properties to the group."""
        self.members.append(entity)
        self.repositories |= entity.repositories
        self.listed |= entity.listed
        self.entries |= entity.entries
        self.developers |= entity.developers
        self.makers |= entity.makers
        self.hosts |= entity.hosts
        self.sizes |= set(billions(entity))
        if (day := _day(entity.released)) is not None:
            self.released.append(day)

    @property
    def is_model(self) -> bool:
        """Whether any member is a model, as opposed to a name under which a model is offered."""
        return any(not entity.offered for entity in self.members)

    @property
    def anchors(self) -> bool:
        """Whether names may merge into this group: it has a developer, and a model or own name."""
        return bool(self.developers) and any(
            not entity.offered or (entity.ours and entity.developers) for entity in self.members
        )

    @property
    def own_offer(self) -> bool:
        """Whether a developer of the group is also a host that offers it."""
        return any(
            organization(host) in entity.developers
            for entity in self.members
            for host in entity.hosts
        )

    @property
    def owners(self) -> set[Iri]:
        """The developers that are owners in the IRIs of members."""
        named = {organization(name) for entity in self.members if (name := owner(entity.iri))}
        return named & self.developers

    def named_by_developer(self, full: Full) -> bool:
        """Whether the developer has a repository, or a name of our scheme, with this full name."""
        names = {*self.repositories}
        names |= {f"{owner(e.iri)}/{local(e.iri)}" for e in self.members if e.ours}
        return self.is_model and any(
            organization(name.partition("/")[0]) in self.developers and full in fulls(parse(name))
            for name in names
        )

    @property
    def head(self) -> NamedEntity:
        """The member that represents the group in reasons and rows."""
        return min(self.members, key=lambda entity: (entity.offered, not entity.ours, entity.iri))


def evidence(one: EntityGroup, other: EntityGroup, denied: set[frozenset[Iri]]) -> Iterator[str]:
    """Yield the reasons in the records against a merge of two groups, whatever their names."""
    if denied and any(
        frozenset((a.iri, b.iri)) in denied for a in one.members for b in other.members
    ):
        yield DENIED
    if _is_version(one, other) or _is_version(other, one):
        yield "a source says that one is a dated version of the other"
    repositories = one.repositories and other.repositories
    if (
        repositories
        and not one.repositories & other.repositories
        and not _is_moved_repository(one, other)
    ):
        yield "two hub repositories"
    if (converted(one) and plain(other)) or (converted(other) and plain(one)):
        yield "one repository holds the weights converted"
    if both := one.entries & other.entries:
        yield f"{min(both)} lists both"
    if _made_from(one, other) or _made_from(other, one):
        yield "a source says that one was made from the other"
    if one.sizes and other.sizes and not _near(one.sizes, other.sizes, 1.25):
        yield f"sizes contradict ({min(one.sizes):g}B against {min(other.sizes):g}B)"
    if one.released and other.released:
        distance = min(abs((a - b).days) for a in one.released for b in other.released)
        if distance > 365:
            yield f"released {distance} days apart"


def _is_version(one: EntityGroup, other: EntityGroup) -> bool:
    return any(whole.iri in entity.versions_of for entity in one.members for whole in other.members)


def _made_from(one: EntityGroup, other: EntityGroup) -> bool:
    return any(parent.iri in entity.parents for entity in one.members for parent in other.members)


def without_versions(groups: list[EntityGroup]) -> list[EntityGroup]:
    """The groups that are not dated versions of another group, which owns the bare name."""
    return [group for group in groups if not any(_is_version(group, other) for other in groups)]


def meaning(offered: EntityGroup, model: EntityGroup) -> Iterator[str]:
    """Yield reasons why a name of a host, or without developer, may not mean a model."""
    context = max((t.context for t in offered.members if t.offered), default=0)
    own = max((t.context for t in model.members if not t.offered), default=0)
    if context and own and context > 16 * own:
        yield f"offered with {context} tokens of context, the model has {own}"
    cutoff = max((t.cutoff for t in offered.members), default="")
    first = min((t.released for t in model.members if t.released), default="")
    bare = not any(name.sizes or name.dates for t in offered.members for name in t.names)
    if bare and cutoff and first and cutoff[:7] > first[:7]:
        yield f"its knowledge reaches {cutoff[:7]}, the model was released in {first[:7]}"
    latest = max((t.released for t in offered.members if t.offered and t.released), default="")
    if bare and latest and first and (days := _days(first, latest)) > 365:
        yield f"offered {days} days after the model's release"


def no_real_name(name: Name) -> bool:
    """Whether a name consists of versions and qualifiers only (``3.2``, ``v1.1-ultra``)."""
    words = [word for word in name.words if word.isalpha() and word not in _QUALIFIERS]
    known = len(name.words) > 1 and name.words[0] == "o" and name.words[1].isdigit()
    return not any(len(word) > 1 for word in words) and not known


def single_word(name: Name) -> bool:
    """Whether a name is one word without size and date, and no variant Instruct or base."""
    figures = name.sizes or name.dates or name.variant & {"instruct", "base"}
    return len(name.words) == 1 and not figures


_REPOSITORIES = frozenset({"mteb", "osaimap", "huggingface"})
"""Sources that name models by their hub repositories."""


def converted(group: EntityGroup) -> bool:
    """Whether a group is a repository of weights converted for one library, by its suffix ``-hf``.

    A host's own name does not count.
    """
    return any(
        entity.iri.casefold().endswith(("-hf", "_hf")) and (entity.developers or not entity.offered)
        for entity in group.members
    )


def quantised_copy(group: EntityGroup) -> bool:
    """Whether sources call every member of a group a quantised copy of another model."""
    return all(entity.is_quantised for entity in group.members)


def plain(group: EntityGroup) -> bool:
    """Whether a group is a repository of weights that are not converted for one library."""
    return any(
        not entity.iri.casefold().endswith(("-hf", "_hf"))
        and not entity.offered
        and (entity.ours or source(entity.iri) in _REPOSITORIES)
        for entity in group.members
    )


def billions(entity: NamedEntity) -> Iterator[float]:
    """Yield the stated parameter counts and the sizes in the names, in billions."""
    yield from (count / 1e9 for count in entity.parameters if count > 0)
    for name in entity.names:
        yield from counts_of(name.sizes)


def counts_of(sizes: Iterable[str]) -> Iterator[float]:
    """Yield the sizes of names that are parameter counts, in billions.

    >>> list(counts_of(["7b", "8x7b", "a3b"]))
    [7.0]
    """
    for size in sizes:
        if size[0].isdigit() and size.endswith("b") and "x" not in size:
            yield float(size[:-1])


def agreements(one: EntityGroup, other: EntityGroup) -> Iterator[str]:
    """Yield the properties on which the records of two groups agree."""
    mine = {count for entity in one.members for count in entity.parameters}
    yours = {count for entity in other.members for count in entity.parameters}
    if any(1 / 1.12 < a / b < 1.12 for a in mine for b in yours if b):
        yield "parameter counts agree"
    if any(abs((a - b).days) <= 31 for a in one.released for b in other.released):
        yield "release dates agree"


def has_reliable_names(developers: Iterable[Iri]) -> bool:
    """Whether the bare name of one of the developers' series is a model's own name."""
    return any(short_id(name) in developer_names().bare_name_is_the_model for name in developers)


def _is_moved_repository(one: EntityGroup, other: EntityGroup) -> bool:
    """Whether a repository moved: the same last part, and one owner develops the other group."""
    ends = {r.rpartition("/")[2] for r in one.repositories}
    if not ends & {r.rpartition("/")[2] for r in other.repositories}:
        return False
    return any(
        organization(repository.partition("/")[0]) in known.developers
        for known, moved in ((one, other), (other, one))
        for repository in moved.repositories
    )


def _near(mine: Iterable[float], yours: Iterable[float], ratio: float) -> bool:
    other = list(yours)
    return any(1 / ratio < a / b < ratio for a in mine for b in other if b)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _days(first: str, last: str) -> int:
    one, other = _day(first), _day(last)
    return (other - one).days if one and other else 0
