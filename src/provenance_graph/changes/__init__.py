"""Changes: the history of a model, comparison of models, the change log, and its feeds."""
