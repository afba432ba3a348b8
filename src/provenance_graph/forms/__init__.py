"""Forms of regulators and of the field, filled from claims."""
