"""One's own findings: "I read this document, and there it says …", or "searched, not found"."""

from provenance_graph.recording.audit import AuditLog, Logged
from provenance_graph.recording.entry import BASES, STANCES, Entry, schema, template
from provenance_graph.recording.keep import Flagger, Kept, flag, flag_record, flags, keep
from provenance_graph.recording.table import read_entries

__all__ = [
    "BASES",
    "STANCES",
    "AuditLog",
    "Entry",
    "Flagger",
    "Kept",
    "Logged",
    "flag",
    "flag_record",
    "flags",
    "keep",
    "read_entries",
    "schema",
    "template",
]
