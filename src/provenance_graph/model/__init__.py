"""A model as users ask for it: profile, fields, search, questions, statistics."""
