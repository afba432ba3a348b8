"""Forms of regulators and of the research field, filled from claims."""
