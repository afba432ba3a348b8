"""The data model shared by all layers: IRIs, terms, literals, claims, records and errors."""
