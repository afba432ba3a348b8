"""Reader of MLDCAT-AP 3.1: DCAT for machine-learning models and datasets, as RDF."""
