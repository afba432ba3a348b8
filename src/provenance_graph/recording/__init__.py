"""One's own findings: "I read this document, and there it says …", or "searched, not found"."""

from provenance_graph.recording.audit import AuditLog, Logged
from provenance_graph.recording.entry import BASES, STANCES, Entry, schema, template
from provenance_graph.recording.keep import Flagger, Recorded, flag, flag_record, flags, keep
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
    "keep",
    "read_entries",
    "schema",
    "template",
]
