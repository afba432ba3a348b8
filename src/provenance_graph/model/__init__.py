"""Models as users read them: profile, fields, search, questions, statistics."""
