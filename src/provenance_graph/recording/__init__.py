"""Findings of people: statements read in a document, or searched for and not found."""

from provenance_graph.recording.audit import AuditLog, Logged
from provenance_graph.recording.entry import BASES, STANCES, Entry, schema, template
from provenance_graph.recording.record import (
    Flagger,
    Recorded,
    flag,
    flag_record,
    flags,
    record_finding,
)
from provenance_graph.recording.table import read_entries

__all__ = [
    "BASES",
    "STANCES",
    "AuditLog",
    "Entry",
    "Flagger",
    "Logged",
    "Recorded",
    "flag",
    "flag_record",
    "flags",
    "read_entries",
    "record_finding",
    "schema",
    "template",
]
