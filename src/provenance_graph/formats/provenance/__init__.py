"""Provenance formats: PROV, OpenLineage, RO-Crate."""
