"""Readers of the AI Stack Map as CSV: Hub models and datasets, and the Open LLM Leaderboard."""
