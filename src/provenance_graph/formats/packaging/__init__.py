"""Models packed, served, logged and signed: Kitfiles, Modelfiles, MLmodel, signatures."""
