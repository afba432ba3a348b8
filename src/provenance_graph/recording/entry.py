"""A finding in the form in which a person enters it: command line, CSV row or YAML."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from provenance_graph.core.claims import Basis, Stance

STANCES = {
    "stated": Stance.STATED,
    "partly": Stance.PARTLY_STATED,
    "not-found": Stance.REPORTS_UNDISCLOSED,
    "blank": Stance.NOT_STATED,
    "declined": Stance.DECLINES,
    "not-applicable": Stance.INAPPLICABLE,
    "none": Stance.DECLARED_EMPTY,
    "denied": Stance.DENIES,
}
"""Stances by the word for them in an entry.

``not-found``: the document was searched and does not mention the property. ``blank``: it has the
field and leaves it empty. ``declined``: it states that the value will not be disclosed. ``none``:
it states that there is none.
"""

BASES = {
    "developer": Basis.DEVELOPER,
    "artifact": Basis.ARTIFACT,
    "measurement": Basis.MEASUREMENT,
    "third-party": Basis.THIRD_PARTY,
    "inference": Basis.INFERENCE,
    "estimate": Basis.ESTIMATE,
}
"""Bases by the word for them in an entry: the developer's own document, a file of the release, ….

"""

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-fA-F]{64})")
Text = Annotated[str, Field(max_length=2000)]


class Entry(BaseModel):
    """One finding: a model, a property, what a document says of it, and where."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    model: Text = Field(description="Id, name or IRI of the model or dataset.", min_length=1)
    property: Text = Field(description="The property: parameterCount, license, …", min_length=1)
    value: Text = Field(
        default="", description="What the document says; empty for the other stances."
    )
    document: Text = Field(description="The address of the document that was read.", min_length=1)
    place: Text = Field(default="", description="Where in it: page, section, line, JSON pointer.")
    basis: str = Field(default="third-party", description=f"One of {', '.join(BASES)}.")
    stance: str = Field(default="stated", description=f"One of {', '.join(STANCES)}.")
    publisher: Text = Field(default="", description="Who published the document.")
    retrieved: Text = Field(default="", description="The day it was read (ISO); today if empty.")
    quote_digest: Text = Field(default="", description="SHA-256 of the sentence that states it.")
    note: Text = Field(default="", description="A remark of yours.")

    @field_validator("basis", "stance")
    @classmethod
    def _known(cls, given: str, info: Any) -> str:
        known = BASES if info.field_name == "basis" else STANCES
        word = re.sub(r"[\s_]+", "-", given.strip()).casefold()
        labels = {one.label.casefold(): name for name, one in known.items()}
        word = labels.get(given.strip().rpartition(":")[2].casefold(), word)
        if word not in known:
            raise ValueError(f"{given!r} is none of {', '.join(known)}")
        return word

    @field_validator("quote_digest")
    @classmethod
    def _digest(cls, given: str) -> str:
        if given and not (match := _DIGEST.fullmatch(given)):
            raise ValueError(f"{given[:80]!r} is not a SHA-256 (64 hexadecimal digits)")
        return match[1].lower() if given and match else ""


def locator(entry: Entry) -> str:
    """The place and the digest of the quoted sentence, in the form of a claim's locator."""
    quote = f"quote sha256:{entry.quote_digest}" if entry.quote_digest else ""
    return "; ".join(part for part in (entry.place, quote) if part)


FIELDS = tuple(Entry.model_fields)


def schema() -> str:
    """The JSON schema of a list of entries, as `claim import` reads them from YAML or JSON."""
    one = Entry.model_json_schema()
    return (
        json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "title": "Findings",
                "description": "One's own findings, for `provenance-graph claim import`.",
                "type": "array",
                "items": one,
            },
            ensure_ascii=False,
            indent=2,
        )
        + "\n"
    )


_EXAMPLES = (
    Entry(
        model="acme/tiny-llama",
        property="contextLength",
        value="128K",
        document="https://example.org/acme/tiny-llama/card",
        place="section 2, table 1",
        basis="developer",
        publisher="Acme",
        retrieved="2026-11-20",
    ),
    Entry(
        model="acme/tiny-llama",
        property="trainingComputeFLOP",
        document="https://example.org/acme/tiny-llama/card",
        place="whole document",
        stance="not-found",
        retrieved="2026-11-20",
        note="also searched the technical report",
    ),
)


def template(form: str) -> str:
    """A file to fill in, with two example entries: ``csv`` or ``yaml``."""
    if form == "csv":
        out = io.StringIO()
        writer = csv.DictWriter(out, FIELDS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(entry.model_dump() for entry in _EXAMPLES)
        return out.getvalue()
    lines = ["# Findings for `provenance-graph claim import FILE`. Fields:"]
    lines += [f"#   {name}: {field.description}" for name, field in Entry.model_fields.items()]
    for entry in _EXAMPLES:
        given = {key: value for key, value in entry.model_dump().items() if value}
        head, *rest = (f"{key}: {json.dumps(value)}" for key, value in given.items())
        lines += [f"- {head}", *(f"  {line}" for line in rest)]
    return "\n".join(lines) + "\n"
