"""Readers of provenance formats: PROV, OpenLineage, RO-Crate."""
