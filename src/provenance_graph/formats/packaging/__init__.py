"""Readers of packaged, served, logged and signed models: Kitfiles, Modelfiles, MLmodel, signatures."""
