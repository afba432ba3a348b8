"""Licences as the store describes them: permissions, duties, restrictions, pass-through."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from urllib.parse import unquote

from provenance_graph.core.iris import Iri, local_name, short_id
from provenance_graph.licences.answers import LicenceAnswer
from provenance_graph.licences.texts.expressions import MAX_CHOICES, choices, expression_of

BINDING, UNSETTLED, BANNED, NO_GRANT, UNKNOWN = "firm", "unsettled", "banned", "nogrant", "unknown"
GRANTS = "grants"
"""The group that stands for the limits of what a licence permits."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A duty or restriction, with the planned uses that it blocks or makes conditional."""

    key: str
    label: str
    group: str
    duty: bool
    blocks: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    derivatives_only: bool = False


@dataclass(frozen=True, slots=True)
class PassThroughTerm:
    """The groups of conditions that a licence passes on along one kind of derivation.

    ``mode`` is BINDING, UNSETTLED, BANNED, NO_GRANT or UNKNOWN.
    """

    key: str
    label: str
    mode: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Use:
    """A planned use; ``threshold`` names the licence's number that it is compared with."""

    key: str
    label: str
    permission: str = ""
    threshold: str = ""


@dataclass(frozen=True, slots=True)
class Applicability:
    """The models of the licensor to which a clause applies; an empty field does not limit it.

    ``since`` and ``until`` are ISO days of the model's release, sizes are parameters, ``uses`` are
    keys of planned uses.
    """

    multimodal: bool = False
    names: tuple[str, ...] = ()
    min_size: int | None = None
    max_size: int | None = None
    since: str = ""
    until: str = ""
    uses: frozenset[str] = frozenset()

    @property
    def limits_models(self) -> bool:
        """Whether the clause excludes any model of the licensor."""
        return bool(
            self.multimodal
            or self.names
            or self.min_size is not None
            or self.max_size is not None
            or self.since
            or self.until
        )


@dataclass(frozen=True, slots=True)
class Clause:
    """The place of a condition in a licence's text, its qualification, and when it applies."""

    location: str = ""
    text: str = ""
    applies: Applicability = Applicability()


@dataclass(frozen=True, slots=True)
class Text:
    """A dated text of a licence, in force from one day until another."""

    licence: Iri
    valid_from: str = ""
    valid_until: str = ""

    def in_force(self, day: str) -> bool:
        """Whether the text was in force on an ISO day."""
        return (not self.valid_from or self.valid_from <= day) and (
            not self.valid_until or day <= self.valid_until
        )


@dataclass(frozen=True, slots=True, eq=False)
class Licence:
    """A licence by one version of its text; objects compare by identity.

    ``passes`` gives the pass-through by kind of derivation. It is empty where the terms are not
    known; then nothing is ever called permitted under the licence.
    """

    iri: Iri
    key: str = ""
    label: str = ""
    family: str = ""
    openness: str = "unknown"
    text_version: str = ""
    url: str = ""
    notice: str = ""
    hub_token: str = ""
    prefix: str = ""
    display: tuple[str, ...] = ()
    users: int | None = None
    revenue: int | None = None
    grants: frozenset[str] = frozenset()
    duties: tuple[str, ...] = ()
    restrictions: tuple[str, ...] = ()
    passes: Mapping[str, PassThroughTerm] = field(default_factory=dict)
    clauses: Mapping[str, Clause] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()
    terms_like: Iri | None = None
    shares: str = ""
    text_seen: bool = False
    irrevocable: bool = False
    namespaces: frozenset[str] = frozenset()
    valid_from: str = ""
    valid_until: str = ""
    comment: str = ""
    source: str = ""

    @property
    def known(self) -> bool:
        """Whether the licence's terms are known well enough to evaluate them."""
        return any(carry.mode in (BINDING, UNSETTLED, BANNED) for carry in self.passes.values())

    @property
    def name(self) -> str:
        """The display name: the short id, else the label, else the last part of the IRI."""
        return self.key or self.label or unquote(local_name(self.iri))

    @property
    def conditions(self) -> tuple[str, ...]:
        """The keys of all duties and restrictions."""
        return self.duties + self.restrictions

    @property
    def service(self) -> bool:
        """Whether these are terms of a service, under which no weights are supplied."""
        return "no-weights" in self.restrictions

    @property
    def first_text(self) -> str:
        """The day, month or year of the earliest text on record; "" where none is dated."""
        if self.texts:
            return min(one.valid_from for one in self.texts)
        dated = re.search(r"\b(?:19|20)\d\d(?:-\d\d){0,2}\b", self.text_version)
        return self.valid_from or (dated[0] if dated and not self.valid_until else "")

    def had_text(self, day: str) -> bool:
        """Whether a text was on record by an ISO day; True without a day or a dated text."""
        return not day or day >= self.first_text

    def clause(self, key: str) -> Clause:
        """The clause of a condition; an empty one where none is recorded."""
        return self.clauses.get(key, Clause())

    def to_json(self) -> LicenceAnswer:
        """As JSON."""
        return {
            "iri": self.iri,
            "id": self.name,
            "label": self.label or short_id(self.iri),
            "family": self.family,
            "openness": self.openness,
            "textVersion": self.text_version,
            "known": self.known,
        }


def _token_pattern(token: str) -> str:
    """A pattern that finds a token such as ``llama3.1`` in a name, however it is spaced.

    A number before ``b`` is a size: OpenLLaMA 3b is no Llama 3.
    """
    letters = token.rstrip("0123456789.")
    version = re.escape(token[len(letters) :])
    return rf"(?<![a-z0-9]){re.escape(letters)}[-_ ]?{version}(?!\d|\.\d|b(?![a-z]))"


@dataclass(frozen=True)
class Rule:
    """One of the rules LR-01 … LR-17, as the ontology documents it."""

    id: str
    name: str
    severity: str
    what: str
    why: str
    fix: str
    caveat: str


@dataclass(frozen=True)
class Catalogue:
    """Every licence, condition, pass-through, planned use and rule that a store holds.

    ``licences`` holds those that are described and those requested so far: the SPDX list is read
    licence by licence, since most of it is never used.
    """

    licences: dict[Iri, Licence]
    conditions: Mapping[str, Condition]
    uses: Mapping[str, Use]
    rules: Mapping[str, Rule]
    kind_of: Mapping[int, str]
    read: Callable[[Iri], Licence]

    def licence(self, iri: Iri) -> Licence:
        """A licence by IRI; one with no known terms where the store does not describe it."""
        if iri not in self.licences:
            self.licences[iri] = self.read(iri)
        return self.licences[iri]

    def binding(self, stated: Iri) -> tuple[Iri, ...]:
        """The licences that bind where one is stated: itself, or those of its expression.

        Among alternatives, the choice with the fewest unknown licences, then most permissions,
        fewest restrictions and fewest duties: the user of the work may choose, once for all uses.
        """
        licence = self.licence(stated)
        text = "" if licence.known else expression_of(stated, licence.label)
        options = choices(text, self._by_name) if text else ()
        if not 0 < len(options) <= MAX_CHOICES:
            return (stated,)
        return min(options, key=self._burden)

    def bound(self, stated: Iterable[Iri]) -> list[Licence]:
        """The licences that bind where several are stated, each once."""
        every = [binding for one in stated for binding in self.binding(one)]
        return [self.licence(one) for one in dict.fromkeys(every)]

    def _by_name(self, name: str) -> Iri | None:
        licence = self.by_key.get(name.lower())
        return licence.iri if licence else None

    def _burden(self, choice: Iterable[Iri]) -> tuple[int, int, int, int]:
        licences = [self.licence(one) for one in choice]
        grants = frozenset.intersection(*(one.grants for one in licences))
        return (
            sum(not one.known for one in licences),
            -len(grants),
            sum(len(one.restrictions) for one in licences),
            sum(len(one.duties) for one in licences),
        )

    def in_force(self, licence: Licence, day: str) -> Licence:
        """The text of a licence that was in force on a day; the licence itself without one."""
        for text in licence.texts:
            if day and text.in_force(day):
                dated = self.licence(text.licence)
                return (
                    replace(licence, text_version=dated.text_version)
                    if self._same(dated, licence)
                    else dated
                )
        return licence

    @staticmethod
    def _same(dated: Licence, licence: Licence) -> bool:
        return dated.terms_like == licence.iri

    @cached_property
    def by_key(self) -> dict[str, Licence]:
        """Described licences by their short id."""
        return {licence.key: licence for licence in self.licences.values() if licence.key}

    @cached_property
    def services(self) -> tuple[Licence, ...]:
        """The described terms of services whose provider is recorded."""
        return tuple(one for one in self.licences.values() if one.service and one.namespaces)

    def by_url(self, address: Iri) -> Licence | None:
        """The described licence with this IRI or whose text has this address, or None."""
        plain = address.rstrip("/").removeprefix("https://").removeprefix("http://")
        for one in self.licences.values():
            if address == one.iri or (
                one.url and plain == one.url.rstrip("/").removeprefix("https://")
            ):
                return one
        return None

    def suggested(self, name: str) -> Licence | None:
        """The Llama licence whose token is a whole word of a model's name, or None.

        A name proves nothing; it shows where to search. Models of other families have like names
        under several terms (Gemma 4 and MedGemma are not under those of Gemma).
        """
        text = local_name(name).lower()
        fitting = [
            one
            for one in self._community
            if one.family == "llama-community" and re.search(_token_pattern(one.hub_token), text)
        ]
        return max(fitting, key=lambda one: len(one.hub_token), default=None)

    def named_like_weights(self, name: str) -> bool:
        """Whether a model's name contains that of a family whose weights are published."""
        plain = "".join(c for c in local_name(name).lower() if c.isalnum() or c == ".")
        return any(one.hub_token in plain for one in self._community)

    @cached_property
    def _community(self) -> tuple[Licence, ...]:
        families = ("llama-community", "gemma-terms")
        return tuple(
            one for one in self.licences.values() if one.family in families and one.hub_token
        )

    def labels(self, keys: Iterable[str]) -> list[str]:
        """The labels of conditions, by their keys."""
        return [self.conditions[key].label for key in keys]
