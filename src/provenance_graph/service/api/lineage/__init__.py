"""Routes that follow lineage: the effects of a withdrawal, and licences."""
