"""Names, terms, literals, claims and errors: what a claim is."""
