"""Reader of APX's model pages."""
