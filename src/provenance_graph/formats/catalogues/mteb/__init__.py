"""Readers of MTEB: embedding models and the tasks they were measured on."""
