"""A form as data: its sections and fields, and the sources of each field's value.

One file per form, ``ontology/forms/NAME.toml``; adding a form changes no other file. A field lists
its sources, each in the form ``PROPERTY``, ``PROPERTY=VALUE`` (only that value) or
``PLACE/PROPERTY``: ``dataset/dcterms:license`` is the licence of each dataset that the model was
trained on. ``score`` stands for results of evaluations, ``derived/NAME`` for a value derived by a
rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from provenance_graph.core.errors import NotFound
from provenance_graph.core.iris import PREFIXES, Iri, expand
from provenance_graph.core.shipped import Shipped, all_shipped, read_shipped

PLACES = frozenset(
    {"itself", "dataset", "tested", "parent", "developer", "version", "file", "offer", "score"}
)
"""The related entities that a field may be about; ``itself`` is a dataset as the form's subject."""
DERIVED = frozenset({"systemic-risk", "open-source-exemption"})
SUBJECT_KINDS = frozenset({"developer", "dataset", "system", "authority"})


class FormSource(BaseModel):
    """A source of a field's value: a property of the model or of a related entity."""

    model_config = ConfigDict(frozen=True)

    place: str
    term: str
    only: str = ""

    @property
    def iri(self) -> Iri:
        """The property's IRI."""
        return Iri(self.term)

    @property
    def plain(self) -> bool:
        """Whether the source is a property of the form's subject itself."""
        return self.place in ("", "itself")


class FormField(BaseModel):
    """One question of a form.

    ``each`` says that the field is complete only with all its sources. ``parts`` maps the parts of
    the question to the sources that answer each; a source in ``from`` alone is shown and answers no
    part. ``ask`` is who could answer what nobody states; ``binds`` names for whom the question is
    mandatory, where it is not for all.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1, max_length=40)
    title: str = Field(min_length=1, max_length=300)
    help: str = Field(default="", max_length=2000)
    sources: tuple[FormSource, ...] = Field(default=(), alias="from")
    each: bool = False
    parts: Mapping[str, tuple[FormSource, ...]] = Field(default={})
    ask: str = "developer"
    binds: str = ""

    @field_validator("sources", mode="before")
    @classmethod
    def _sources(cls, given: object) -> object:
        return [_source(one) for one in given] if isinstance(given, list) else given

    @field_validator("parts", mode="before")
    @classmethod
    def _parts(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        return {name: [_source(one) for one in listed] for name, listed in given.items()}

    @model_validator(mode="after")
    def _parts_are_sources(self) -> Self:
        for name, listed in self.parts.items():
            if unknown := [one for one in listed if one not in self.sources]:
                raise ValueError(f"part {name!r}: {unknown[0].term} is not in from")
        return self

    @field_validator("ask")
    @classmethod
    def _subject_kind(cls, given: str) -> str:
        if given not in SUBJECT_KINDS:
            raise ValueError(f"{given!r} is none of {', '.join(sorted(SUBJECT_KINDS))}")
        return given


class Section(BaseModel):
    """A group of fields under one heading."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    note: str = ""
    fields: tuple[FormField, ...] = Field(alias="field")


class Form(Shipped):
    """A form: the authority, its legal or scientific ground, and the sections."""

    title: str
    authority: str
    edition: str
    source: str
    note: str = ""
    licence: str = ""
    sections: tuple[Section, ...] = Field(alias="section")

    @model_validator(mode="after")
    def _each_id_once(self) -> Self:
        if len(self.fields) != sum(len(section.fields) for section in self.sections):
            raise ValueError("two fields have one id")
        return self

    @property
    def fields(self) -> Mapping[str, FormField]:
        """Every field by its id."""
        return {field.id: field for section in self.sections for field in section.fields}

    @property
    def of_datasets(self) -> bool:
        """Whether the form may be about a dataset itself, not only about a model."""
        sources = (source for field in self.fields.values() for source in field.sources)
        return any(source.place == "itself" for source in sources)

    def key_of(self, field: FormField) -> str:
        """The key under which a filled-in value without a property is kept."""
        return f"{self.id} {field.id}"


def _source(text: object) -> FormSource:
    """A source parsed from its text; raises ValueError.

    >>> _source("dataset/dcterms:license")
    FormSource(place='dataset', term='http://purl.org/dc/terms/license', only='')
    """
    if not isinstance(text, str):
        raise ValueError(f"{text!r} is not a text")
    location, slash, rest = text.partition("/")
    if not slash:
        location, rest = "", text
    if location == "derived":
        if rest not in DERIVED:
            raise ValueError(f"nothing derives {rest!r}; there are {', '.join(sorted(DERIVED))}")
        return FormSource(place="derived", term=rest)
    if location and location not in PLACES:
        raise ValueError(f"{location!r} is not a place; there are {', '.join(sorted(PLACES))}")
    name, _, only = rest.partition("=")
    prefix = name.partition(":")[0]
    if prefix not in PREFIXES:
        raise ValueError(f"{name!r} begins with no prefix of ours")
    return FormSource(
        place=location, term=str(expand(name)), only=str(expand(only)) if only else ""
    )


def read(path: Path) -> Form:
    """A form from its file; raises UsageError with the location of the fault."""
    return read_shipped(path, Form)


@cache
def forms() -> Mapping[str, Form]:
    """Every shipped form, by id."""
    return all_shipped("forms", Form)


def form_named(name: str) -> Form:
    """A form by its id; raises NotFound with the known ids."""
    known = {form.casefold(): form for form in forms()}
    if name.casefold() not in known:
        raise NotFound(name, "form", known=sorted(forms()))
    return forms()[known[name.casefold()]]
