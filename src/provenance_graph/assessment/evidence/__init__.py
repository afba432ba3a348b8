"""What is known about a model as evidence, and the tables made from it."""
