"""Reading and writing of SSSOM tables: identity, the crosswalk, links to outside data.

The package ``sssom-pydantic`` reads and writes the format (slots, code lists, header, prefixes).
This module adds the line number of a faulty row, and IRIs in place of CURIEs. Loading that package
takes a quarter of a second, so it is loaded when a table is read or written.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable
from collections.abc import Mapping as Dict
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING

from provenance_graph.core import iris
from provenance_graph.core.errors import BadIri, RecordError
from provenance_graph.core.iris import Iri
from provenance_graph.core.temporary import private_folder
from provenance_graph.core.terms import SKOS

if TYPE_CHECKING:
    import curies
    from sssom_pydantic import SemanticMapping
    from sssom_pydantic.io import ParseError

CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"
MANUAL = "semapv:ManualMappingCuration"
REQUIRED = ("subject_id", "predicate_id", "object_id", "mapping_justification")
COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "predicate_modifier",
    "object_id",
    "object_label",
    "mapping_justification",
    "author_id",
    "mapping_source",
    "mapping_date",
    "confidence",
    "comment",
)
SAME = frozenset({SKOS.exactMatch, Iri(iris.PREFIXES["owl"] + "sameAs")})
_OUTSIDE = {
    "ror": "https://ror.org/",
    "doi": "https://doi.org/",
    "wikidata": "http://www.wikidata.org/entity/",
    "spdx3": "https://spdx.org/licenses/",
    "orcid": "https://orcid.org/",
    "github": "https://github.com/",
}


@dataclass(frozen=True, slots=True, order=True)
class Mapping:
    """One row: subject, predicate, object, justification, confidence and author.

    ``justification`` is a CURIE of the SEMAPV vocabulary, ``confidence`` a decimal between 0 and 1
    or empty, ``date`` an ISO day, ``source`` the IRI of the record that the row is based on.
    """

    subject: Iri
    predicate: Iri
    object: Iri
    justification: str = MANUAL
    confidence: str = ""
    negated: bool = False
    author: str = ""
    date: str = ""
    comment: str = ""
    source: str = ""
    subject_label: str = field(default="", compare=False)
    object_label: str = field(default="", compare=False)

    @property
    def merges(self) -> bool:
        """Whether the row states that both names mean one entity."""
        return not self.negated and self.predicate in SAME

    @property
    def key(self) -> tuple[Iri, Iri, Iri]:
        """Subject, predicate and object: rows of one key make the same statement."""
        return self.subject, self.predicate, self.object


@dataclass(frozen=True, slots=True)
class MappingTable:
    """A mapping set: its rows, and the slots of its header as text."""

    rows: tuple[Mapping, ...] = ()
    header: Dict[str, str] = field(default_factory=dict)


def prefixes() -> dict[str, str]:
    """The CURIE prefixes of tables, with their namespaces."""
    return {**iris.PREFIXES, **_OUTSIDE}


def curie(name: str) -> str:
    """The CURIE of a name in a table; the name itself where no prefix fits.

    >>> curie("https://huggingface.co/Qwen/Qwen3-8B"), curie("https://doi.org/10.1/x")
    ('hf:Qwen/Qwen3-8B', 'doi:10.1/x')
    """
    return _converter().compress(name) or name


def read_sssom(text: str, where: str = "identity.sssom.tsv") -> list[Mapping]:
    """The mappings of an SSSOM/TSV text; raises RecordError with the line at fault."""
    return list(read_table(text, where).rows)


def read_table(text: str, where: str = "identity.sssom.tsv") -> MappingTable:
    """Mappings and header of an SSSOM/TSV text; raises RecordError with the line at fault."""
    places = _checked(text, where)
    header = _header(text, where)
    if not places:
        return MappingTable((), header)
    sssom = _library().io
    rows = []
    try:
        with sssom.read_iterable(io.StringIO(text), converter=_converter()) as table:
            for line, read in zip(places, table.mappings, strict=True):
                rows.append(_mapping(read, table.converter, f"{where}: line {line}"))
    except ValueError as error:
        raise RecordError(f"{where}: {_first_line(error)}") from error
    return MappingTable(tuple(rows), header)


def write_sssom(rows: Iterable[Mapping], header: Dict[str, str]) -> str:
    """An SSSOM/TSV text with a header (``mapping_set_id``, title, description, licence).

    The same rows give the same text. Raises RecordError for a name that no prefix fits.
    """
    sssom = _library()
    converter = _converter()
    out = io.StringIO()
    sssom.write(
        [_semantic(row, converter) for row in rows],
        out,
        metadata=sssom.MappingSetRecord.model_validate(dict(header)),
        converter=converter,
        columns=COLUMNS,
        condense=False,
    )
    return out.getvalue().replace("\r\n", "\n")


@cache
def _library() -> ModuleType:
    """The package ``sssom_pydantic``, with its module ``io`` loaded.

    A package that it loads (``pystow``) writes a note into the home folder (``~/.data``), and fails
    where that cannot be written. While it is loaded, it is given a temporary folder instead.
    """
    with private_folder() as folder, ExitStack() as undone:
        if _PYSTOW_HOME not in os.environ:
            os.environ[_PYSTOW_HOME] = str(folder)
            undone.callback(os.environ.pop, _PYSTOW_HOME)
        import sssom_pydantic.io

        return sssom_pydantic


_PYSTOW_HOME = "PYSTOW_HOME"


def _converter() -> curies.Converter:
    import curies

    return curies.Converter.from_prefix_map(prefixes())


def _checked(text: str, where: str) -> list[int]:
    """The line number of each row, after a check of the table; raises RecordError."""
    lines = [(n, line) for n, line in enumerate(text.splitlines(), 1)]
    body = [(n, line) for n, line in lines if line.strip() and not line.startswith("#")]
    if not body:
        return []
    columns = body[0][1].split("\t")
    if missing := set(REQUIRED) - set(columns):
        raise RecordError(f"{where}: columns missing: {', '.join(sorted(missing))}")
    for number, line in body[1:]:
        cells = next(csv.reader([line], delimiter="\t"))
        if len(cells) > len(columns):
            raise RecordError(f"{where}: line {number}: {len(cells)} cells, {len(columns)} columns")
        row = dict(zip(columns, cells, strict=False))
        for column in REQUIRED:
            if not row.get(column, "").strip():
                raise RecordError(f"{where}: line {number}: {column} is empty")
        for author in filter(None, map(str.strip, row.get("author_id", "").split("|"))):
            prefix, colon, rest = author.partition(":")
            if not (colon and rest and prefix in {*prefixes(), "http", "https"}):
                location = f"{where}: line {number}, author_id"
                agent = f"id:agent/{iris.slug(rest or prefix)}"
                raise RecordError(
                    f"{location}: {author!r} is not an id; write {agent}, or an address such as "
                    "https://orcid.org/0000-0002-1825-0097"
                )
        modifier = row.get("predicate_modifier", "").strip()
        if modifier not in ("", "Not"):
            location = f"{where}: line {number}, predicate_modifier"
            raise RecordError(f"{location}: {modifier!r} is neither empty nor 'Not'")
    return [number for number, _ in body[1:]]


def _header(text: str, where: str) -> dict[str, str]:
    import yaml  # imported here: only files have headers, and commands start sooner

    lines = [line[1:] for line in text.splitlines() if line.startswith("#")]
    try:
        result = yaml.safe_load("\n".join(lines)) or {}
    except yaml.YAMLError as error:
        raise RecordError(f"{where}: the header is not YAML: {error}") from error
    if not isinstance(result, dict):
        raise RecordError(f"{where}: the header is not a YAML mapping of slots to values")
    return {str(key): str(value) for key, value in result.items() if key != "curie_map"}


def _mapping(
    read: SemanticMapping | ParseError, converter: curies.Converter, where: str
) -> Mapping:
    from sssom_pydantic import SemanticMapping

    if not isinstance(read, SemanticMapping):
        raise RecordError(f"{where}: {_first_line(read.exception)}")

    def expand(reference: curies.Reference, column: str) -> Iri:
        """The IRI of a CURIE or IRI in a column of the table.

        Raises RecordError, with the column, where it is neither.
        """
        try:
            return iris.iri(converter.expand_reference(reference, strict=True))
        except BadIri as error:
            raise RecordError(f"{where}, {column}: {error}") from error

    return Mapping(
        expand(read.subject, "subject_id"),
        expand(read.predicate, "predicate_id"),
        expand(read.object, "object_id"),
        read.justification.curie,
        "" if read.confidence is None else format(read.confidence, "g"),
        read.predicate_modifier == "Not",
        "|".join(author.curie for author in read.authors or ()),
        read.mapping_date.isoformat() if read.mapping_date else "",
        read.comment or "",
        expand(read.source, "mapping_source") if read.source else "",
        _label(read.subject),
        _label(read.object),
    )


def _label(reference: curies.Reference) -> str:
    return str(getattr(reference, "name", None) or "")


def _semantic(row: Mapping, converter: curies.Converter) -> SemanticMapping:
    from curies import NamableReference, Reference
    from sssom_pydantic import SemanticMapping

    def reference(name: str, label: str = "") -> NamableReference:
        """The CURIE of a name and its label, as a row has them.

        Raises RecordError for an IRI without a prefix of the table.
        """
        parse_uri = converter.parse_uri(name)
        if parse_uri is None:
            known = ", ".join(sorted(prefixes()))
            raise RecordError(f"<{name}> fits none of the prefixes of a table: {known}")
        return NamableReference.from_curie(parse_uri.curie, name=_clean(label) or None)

    return SemanticMapping.model_validate(
        {
            "subject": reference(row.subject, row.subject_label),
            "predicate": reference(row.predicate),
            "object": reference(row.object, row.object_label),
            "justification": Reference.from_curie(row.justification),
            "predicate_modifier": "Not" if row.negated else None,
            "authors": [Reference.from_curie(a) for a in row.author.split("|") if a] or None,
            "confidence": row.confidence or None,
            "mapping_date": row.date or None,
            "source": reference(row.source) if row.source else None,
            "comment": _clean(row.comment) or None,
        }
    )


def _clean(text: str) -> str:
    """A text for a cell: white space as single spaces, double quotes as single ones."""
    return " ".join(text.replace('"', "'").split())


def _first_line(error: Exception) -> str:
    """The first line of an error's text, or the messages of a validation error."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        return "; ".join(dict.fromkeys(str(result["msg"]) for result in error.errors()))
    return (str(error) or type(error).__name__).splitlines()[0]
