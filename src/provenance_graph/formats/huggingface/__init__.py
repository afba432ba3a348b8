"""Readers of the Hugging Face Hub: repositories, cards, configurations and API answers."""
