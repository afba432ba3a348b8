"""Routes for review by people: conflicts, pairs of names, flags, policy, changes by commits."""
