"""Repositories, cards, configurations and API answers of the Hugging Face Hub."""
