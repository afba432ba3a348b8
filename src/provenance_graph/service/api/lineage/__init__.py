"""Routes of what travels along lineage: the effects of a withdrawal, and licences."""
