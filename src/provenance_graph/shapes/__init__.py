"""SHACL validation of one record, one document or the whole store."""

from provenance_graph.shapes.findings import Finding, Severity
from provenance_graph.shapes.setbased import (
    affected,
    validate_record,
    validate_records,
    validate_subjects,
)
from provenance_graph.shapes.whole import validate_store

__all__ = [
    "Finding",
    "Severity",
    "affected",
    "validate_record",
    "validate_records",
    "validate_store",
    "validate_subjects",
]
