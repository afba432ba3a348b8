"""What is disclosed of each field: the states, and models × fields."""
