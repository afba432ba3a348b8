"""What an assessment scheme is: pillars, criteria, items, and what each level earns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from provenance_graph.core.errors import BadRubric, NotFound
from provenance_graph.core.iris import ID, Iri, local_name
from provenance_graph.core.terms import PG

COMPUTED = frozenset({PG.WeightedScheme, PG.ChecklistScheme, PG.ClassScheme})
RULES = frozenset({PG.AnyProperty, PG.AllProperties, PG.SharedProperties, PG.Unrepresented})
LEVELS = (
    PG.LevelVerified,
    PG.LevelDisclosed,
    PG.LevelPartial,
    PG.LevelContradicted,
    PG.LevelUnmet,
    PG.LevelUndisclosed,
    PG.LevelEstimate,
    PG.LevelNotAssessed,
    PG.LevelNotApplicable,
)
"""Every level, the one that tells most about the developer first."""
LEVEL_RANK = {level: rank for rank, level in enumerate(LEVELS)}
"""The place of each level in that order."""


@dataclass(frozen=True, slots=True)
class Facet:
    """A question to the claims that one property alone does not put.

    Any of ``properties`` will do, with a value among ``values`` or beginning with one of
    ``prefixes`` where there are any. ``bases`` other than the developer's may be asked for.
    ``unmet_otherwise``: another value of the developer's shows that the answer is no.
    ``must_agree``: the answer is no when any of the properties is contradicted.
    """

    iri: Iri
    label: str
    properties: tuple[Iri, ...]
    values: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    bases: frozenset[Iri] = frozenset()
    unmet_otherwise: bool = False
    must_agree: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One item a scheme looks for, and how it follows from properties and facets."""

    iri: Iri
    label: str
    criterion: Iri
    weight: Fraction
    rule: Iri
    uses: tuple[Iri, ...]
    order: int = 0
    not_applicable_when: tuple[Iri, ...] = ()
    required: bool = False
    notation: str = ""

    @property
    def code(self) -> str:
        """The short name: the last part of the IRI, or the scheme's own number."""
        return self.notation or self.iri.rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A group of items with a maximum; in some schemes a single item is its own criterion."""

    iri: Iri
    label: str
    maximum: Fraction
    items: tuple[Item, ...]
    pillar: Iri | None = None
    order: int = 0


@dataclass(frozen=True, slots=True)
class Pillar:
    """A group of criteria, or in a scheme of classes one class with its ``grade``."""

    iri: Iri
    label: str
    order: int = 0
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Rubric:
    """An assessment scheme that can be applied.

    ``factors`` give for a level the share of an item's weight in the low and in the high
    total; a level without factors takes the item out of the score.
    """

    iri: Iri
    label: str
    definition: str
    kind: Iri
    version: str
    maximum: Fraction
    factors: Mapping[Iri, tuple[Fraction, Fraction]]
    pillars: tuple[Pillar, ...]
    criteria: tuple[Criterion, ...]
    reading_of: Iri | None = None
    sources: tuple[str, ...] = ()
    licence: str = ""
    attribution: str = ""

    @property
    def id(self) -> str:
        """The name people use: ``kg-transparency``."""
        return rubric_id(self.iri)

    @property
    def items(self) -> Iterator[Item]:
        """Every item, in the order of the scheme."""
        for criterion in self.criteria:
            yield from criterion.items

    @property
    def is_computed(self) -> bool:
        """Whether a result follows from claims; else only published results exist."""
        return self.kind in COMPUTED


@dataclass(frozen=True, slots=True)
class Rubrics:
    """All schemes of a store, by IRI, and the facets they share."""

    schemes: Mapping[Iri, Rubric]
    facets: Mapping[Iri, Facet]
    labels: Mapping[Iri, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Rubric]:
        return iter(self.schemes.values())

    def get(self, name: str) -> Rubric:
        """A scheme by its id or IRI; raises NotFound with the ids there are."""
        for rubric in self:
            if name in (rubric.id, rubric.iri):
                return rubric
        raise NotFound(name, "rubric", known=sorted(rubric.id for rubric in self))

    def applied(self, name: str) -> Rubric:
        """The scheme to compute for a name: itself, or the reading of a published one.

        Raises BadRubric where a published scheme gives no rule and no other scheme reads it.
        """
        rubric = self.get(name)
        if rubric.is_computed:
            return rubric
        for other in self:
            if other.reading_of == rubric.iri:
                return other
        raise BadRubric(
            f"{rubric.id}: its publisher gives no rule to compute, and no other scheme reads it"
        )

    @property
    def uses(self) -> frozenset[Iri]:
        """Every property and facet that some item looks at."""
        return frozenset(
            use
            for rubric in self
            for item in rubric.items
            for use in (*item.uses, *item.not_applicable_when)
        )

    def label(self, name: Iri) -> str:
        """What to call a property, facet, scheme, pillar, criterion or item."""
        return self.labels.get(name) or local_name(name)


def rubric_id(scheme: Iri) -> str:
    """The id of a scheme from its IRI.

    >>> rubric_id(Iri("https://w3id.org/provenance-graph/id/rubric/apx-10"))
    'apx-10'
    """
    return scheme.removeprefix(f"{ID}rubric/")
