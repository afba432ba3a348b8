"""Reader of FAIR4ML descriptions of models."""
