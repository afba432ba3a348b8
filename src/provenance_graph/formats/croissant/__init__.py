"""Reader of Croissant descriptions of datasets."""
