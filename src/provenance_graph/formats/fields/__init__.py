"""What fields of several formats share: named properties, packages, modalities, rows, JSON-LD."""
