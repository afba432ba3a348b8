"""Assessment schemes: their data types and their loader."""
